/* On the virtio console of the third slot: prints ">", then answers each character with the next of
   the alphabet; "q" ends it. */
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;

__asm__(
    ".globl _start\n_start:\n.option push\n.option norelax\n  la gp, __global_pointer$\n.option "
    "pop\n"
    "  la sp, stack_end\n  j run\n");

static volatile u32* const slot = (volatile u32*)0x10003000;
static volatile u32* const finisher = (volatile u32*)0x100000;

u64 stack[256];
__asm__(".globl stack_end\n.set stack_end, stack + 2048");

struct queue {
  struct {
    u64 address;
    u32 length;
    u16 flags;
    u16 next;
  } descriptors[1];
  struct {
    u16 flags;
    u16 index;
    u16 ring[1];
  } available;
  struct {
    u16 flags;
    u16 index;
    struct {
      u32 id;
      u32 length;
    } ring[1];
  } used;
};

static volatile struct queue queues[2] __attribute__((aligned(16)));
static volatile u8 bytes[2];

static void set_up(u32 number) {
  slot[0x030 / 4] = number;
  slot[0x038 / 4] = 1;
  slot[0x080 / 4] = (u32)(u64)&queues[number].descriptors;
  slot[0x090 / 4] = (u32)(u64)&queues[number].available;
  slot[0x0a0 / 4] = (u32)(u64)&queues[number].used;
  slot[0x044 / 4] = 1;
}

/* Offers the byte of a queue, and waits until it has been used. */
static void transfer(u32 number, u16 flags) {
  volatile struct queue* q = &queues[number];
  q->descriptors[0].address = (u64)&bytes[number];
  q->descriptors[0].length = 1;
  q->descriptors[0].flags = flags;
  q->available.index++;
  slot[0x050 / 4] = number;
  while (q->used.index != q->available.index) {
  }
}

static void print(u8 character) {
  bytes[1] = character;
  transfer(1, 0);
}

void run(void) {
  if (slot[0] != 0x74726976 || slot[2] != 3) {
    *finisher = 0x13333;
  }
  slot[0x070 / 4] = 3;
  slot[0x024 / 4] = 1;
  slot[0x020 / 4] = 1;
  slot[0x070 / 4] = 3 | 8;
  set_up(0);
  set_up(1);
  slot[0x070 / 4] = 3 | 8 | 4;
  print('>');
  for (;;) {
    transfer(0, 2);
    if (bytes[0] == 'q') {
      print('!');
      *finisher = 0x5555;
    }
    print(bytes[0] + 1);
  }
}
