/* What embedded code does most, over and over: follow and sort a list, multiply matrices, parse
   text by a state machine, and compute a CRC over the results. */
#include "kernels.h"

#include <stddef.h>

static uint16_t crc16(uint16_t crc, uint32_t value) {
  for (int byte = 0; byte < 4; ++byte) {
    crc ^= (uint16_t)(value & 0xff);
    for (int bit = 0; bit < 8; ++bit) {
      crc = (uint16_t)((crc & 1) ? (crc >> 1) ^ 0xa001 : crc >> 1);
    }
    value >>= 8;
  }
  return crc;
}

/* A list of nodes in scattered order. */
#define NODES 128
struct node {
  struct node* next;
  int32_t key;
  int32_t value;
};
static struct node nodes[NODES];

static struct node* make_list(uint32_t seed) {
  struct node* head = NULL;
  for (uint32_t i = 0; i < NODES; ++i) {
    struct node* n = &nodes[(i * 37) % NODES];
    seed = seed * 1103515245u + 12345u;
    n->key = (int32_t)(seed >> 16);
    n->value = (int32_t)i;
    n->next = head;
    head = n;
  }
  return head;
}

static struct node* merge(struct node* a, struct node* b) {
  struct node head;
  struct node* tail = &head;
  while (a && b) {
    struct node** smaller = a->key <= b->key ? &a : &b;
    tail->next = *smaller;
    tail = *smaller;
    *smaller = (*smaller)->next;
  }
  tail->next = a ? a : b;
  return head.next;
}

static struct node* sort(struct node* list) {
  if (!list || !list->next) {
    return list;
  }
  struct node* slow = list;
  for (struct node* fast = list->next; fast && fast->next; fast = fast->next->next) {
    slow = slow->next;
  }
  struct node* second = slow->next;
  slow->next = NULL;
  return merge(sort(list), sort(second));
}

static uint16_t list_kernel(uint32_t seed, uint16_t crc) {
  struct node* list = sort(make_list(seed));
  for (int32_t wanted = 0; wanted < 16; ++wanted) {
    for (struct node* n = list; n; n = n->next) {
      if (n->value == wanted * 7) {
        crc = crc16(crc, (uint32_t)n->key);
        break;
      }
    }
  }
  return crc;
}

#define SIZE 16
static int32_t left[SIZE][SIZE];
static int32_t right[SIZE][SIZE];
static int32_t product[SIZE][SIZE];

static uint16_t matrix_kernel(uint32_t seed, uint16_t crc) {
  for (int i = 0; i < SIZE; ++i) {
    for (int j = 0; j < SIZE; ++j) {
      left[i][j] = (int32_t)(seed + (uint32_t)(i * j)) & 0xff;
      right[i][j] = (int32_t)(seed ^ (uint32_t)(i + j)) & 0xff;
    }
  }
  int32_t trace = 0;
  for (int i = 0; i < SIZE; ++i) {
    for (int j = 0; j < SIZE; ++j) {
      int32_t sum = 0;
      for (int k = 0; k < SIZE; ++k) {
        sum += left[i][k] * right[k][j];
      }
      product[i][j] = sum;
    }
    trace += product[i][i];
  }
  return crc16(crc, (uint32_t)trace);
}

static const char text[] =
    "0x1f,-42,3.14,hello,+7,1e9,0,abc,999999,-0.5,0xdeadbeef,12.,.5,e,--1,5e-3";

enum state { START, SIGN, INTEGER, FRACTION, EXPONENT, HEX, WORD, INVALID, STATES };

static enum state step(enum state state, char c) {
  const int digit = c >= '0' && c <= '9';
  switch (state) {
    case START:
      return digit ? INTEGER : c == '-' || c == '+' ? SIGN : c == '.' ? FRACTION : WORD;
    case SIGN:
      return digit ? INTEGER : c == '.' ? FRACTION : INVALID;
    case INTEGER:
      return digit ? INTEGER : c == '.' ? FRACTION : c == 'e' ? EXPONENT : c == 'x' ? HEX : INVALID;
    case FRACTION:
      return digit ? FRACTION : c == 'e' ? EXPONENT : INVALID;
    case EXPONENT:
      return digit || c == '-' || c == '+' ? EXPONENT : INVALID;
    case HEX:
      return digit || (c >= 'a' && c <= 'f') ? HEX : INVALID;
    case WORD:
      return c >= 'a' && c <= 'z' ? WORD : INVALID;
    default:
      return INVALID;
  }
}

static uint16_t state_kernel(uint16_t crc) {
  uint32_t ended[STATES] = {0};
  for (int repeat = 0; repeat < 4; ++repeat) {
    enum state state = START;
    for (const char* c = text; *c; ++c) {
      if (*c == ',') {
        ++ended[state];
        state = START;
      } else {
        state = step(state, *c);
      }
    }
    ++ended[state];
  }
  for (int i = 0; i < STATES; ++i) {
    crc = crc16(crc, ended[i]);
  }
  return crc;
}

uint16_t kernels_round(uint32_t round, uint16_t crc) {
  crc = list_kernel(round, crc);
  crc = matrix_kernel(round, crc);
  return state_kernel(crc);
}
