// Sets of small numbers in words of 32.
#ifndef LIB_BITMAP_H
#define LIB_BITMAP_H

#include <stdbool.h>
#include <stdint.h>

#define BITMAP_WORDS(bits) (((bits) + 31u) / 32u)

static inline void bitmap_set(uint32_t* words, unsigned bit) {
  words[bit / 32] |= 1u << (bit % 32);
}

static inline void bitmap_clear(uint32_t* words, unsigned bit) {
  words[bit / 32] &= ~(1u << (bit % 32));
}

static inline bool bitmap_test(const uint32_t* words, unsigned bit) {
  return (words[bit / 32] >> (bit % 32) & 1u) != 0;
}

static inline unsigned bits_count(uint32_t word) {
  unsigned count = 0;
  for (; word != 0; word &= word - 1) {
    ++count;
  }
  return count;
}

static inline unsigned bitmap_count(const uint32_t* words, unsigned bits) {
  unsigned count = 0;
  for (unsigned i = 0; i < BITMAP_WORDS(bits); ++i) {
    count += bits_count(words[i]);
  }
  return count;
}

// The first member that is at least `from`; `bits` if there is none.
static inline unsigned bitmap_next(const uint32_t* words, unsigned bits, unsigned from) {
  while (from < bits) {
    const uint32_t rest = words[from / 32] >> (from % 32);
    if (rest == 0) {
      from = (from / 32 + 1) * 32;
    } else {
      while (!bitmap_test(words, from)) {
        ++from;
      }
      return from < bits ? from : bits;
    }
  }
  return bits;
}

#endif  // LIB_BITMAP_H
