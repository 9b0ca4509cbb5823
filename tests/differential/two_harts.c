/* Random programs of two harts whose results do not depend on who is first: atomics that commute,
   locks, calls by software interrupts of the CLINT, its timer, page tables and code that the other
   hart changes, and page faults of supervisor and user mode. Writes to the UART what became of each
   program; machines with the same architecture write the same. SEED and PROGRAMS are given. */
#include "machine.h"

#define HARTS 2u
#define STEPS 16u
#define RV64 (__riscv_xlen == 64)

#define MSIP ((volatile uint32_t*)0x02000000)
#define MTIMECMP ((volatile uint32_t*)0x02004000)
#define MTIME ((volatile uint32_t*)0x0200bff8)

#define RAISE(csr, bits) __asm__ volatile("csrs " #csr ", %0" ::"r"((word)(bits)) : "memory")
#define CLEAR(csr, bits) __asm__ volatile("csrc " #csr ", %0" ::"r"((word)(bits)) : "memory")

#define MIE ((word)1 << 3)
#define SIE ((word)1 << 1)
#define MPIE ((word)1 << 7)
#define MPP ((word)3 << 11)
#define SUM ((word)1 << 18)
#define INTERRUPT ((word)1 << (__riscv_xlen - 1))

enum mode { USER = 0, SUPERVISOR = 1, MACHINE = 3 };
enum message { ADD, FENCE_TRANSLATIONS, FENCE_CODE };

/* Virtual memory of each hart: devices and RAM as they lie, RAM again without the right of the
   user (for handlers), and at DEMAND pages that the handler of their faults maps. */
#define DEMAND ((word)0xc0000000u)
#define SMALL_PAGES 16u
#define REMOTE_PAGE SMALL_PAGES /* whose entry the other hart changes */
#define LARGE_PAGES 4u
#define LARGE_FRAMES ((word)0x80800000)
#define RAM ((word)0x80000000u)
#if __riscv_xlen == 64
#define LARGE ((word)0x200000)
#define ALIAS (RAM << 1)
#define HOLE (ALIAS + 0x40000000)
#else
#define LARGE ((word)0x400000)
#define ALIAS ((word)0x40000000)
#define HOLE ((word)0xf0000000u)
#endif

enum { V = 1, R = 2, W = 4, X = 8, U = 16, A = 64, D = 128 };

/* Sv32 has two levels, of which the first is `middle` here. */
#define INDICES (PAGE / sizeof(word))
#if __riscv_xlen == 64
#define MIDDLE 0u
struct tables {
  word top[INDICES], root[INDICES], middle[INDICES], leaves[INDICES];
};
#else
#define MIDDLE (DEMAND / LARGE)
struct tables {
  word middle[INDICES], leaves[INDICES];
};
#endif

struct hart {
  enum mode mode;
  word index;
  word random;
  /* What is reported. */
  volatile word software, supervisor_software, timer, early, calls, called, faults, fault_hash, sum,
      exchanged;
  word added, flipped, locked; /* what this hart has done to what both share */
  /* A call of the other hart. */
  volatile enum message kind;
  volatile word argument;
  volatile word served;
  volatile word deadline_low, deadline_high;
} __attribute__((aligned(64)));

static struct hart harts[HARTS];
static struct tables tables[HARTS] __attribute__((aligned(4096)));
static uint8_t frames[HARTS][SMALL_PAGES + 2][PAGE] __attribute__((aligned(4096)));
static uint32_t code[HARTS][4];

/* What both change. */
static struct {
  word sum __attribute__((aligned(64)));
  word flips __attribute__((aligned(64)));
  word ors __attribute__((aligned(64)));
  word ands __attribute__((aligned(64)));
  word largest __attribute__((aligned(64)));
  word smallest __attribute__((aligned(64)));
  uint32_t narrow __attribute__((aligned(64)));
  word exchanged __attribute__((aligned(64)));
  word counted __attribute__((aligned(64)));
  uint32_t lock __attribute__((aligned(64)));
  uint32_t ticket __attribute__((aligned(64)));
  volatile uint32_t serving __attribute__((aligned(64)));
  volatile uint64_t protected[4] __attribute__((aligned(64)));
} shared;
static uint32_t arrived __attribute__((aligned(64)));
static volatile uint32_t round_number __attribute__((aligned(64)));

/* The compiler calls it. */
void* memset(void* to, int value, unsigned long size) {
  for (unsigned long i = 0; i < size; ++i) {
    ((volatile uint8_t*)to)[i] = (uint8_t)value;
  }
  return to;
}

static word next(word* random) {
  *random = *random * 1664525u + 1013904223u;
  word mixed = *random ^ *random >> 15;
  mixed *= 0x2c1b3c6du;
  return (mixed ^ mixed >> 12) & 0x7fffffffu;
}

static void mix(volatile word* hash, word value) {
  word sum = (*hash ^ value) * 0x01000193u;
  *hash = sum ^ sum >> 13;
}

static void meet(void) {
  const uint32_t mine = round_number;
  if (__atomic_add_fetch(&arrived, 1, __ATOMIC_ACQ_REL) == HARTS) {
    arrived = 0;
    __atomic_store_n(&round_number, mine + 1, __ATOMIC_RELEASE);
  } else {
    while (__atomic_load_n(&round_number, __ATOMIC_ACQUIRE) == mine) {
    }
  }
}

/* Handlers. */

static void serve(struct hart* me) {
  switch (me->kind) {
    case ADD:
      me->called += me->argument;
      break;
    case FENCE_TRANSLATIONS:
      __asm__ volatile("sfence.vma" ::: "memory");
      break;
    case FENCE_CODE:
      __asm__ volatile("fence.i" ::: "memory");
      break;
  }
  ++me->calls;
  __atomic_store_n(&me->served, me->served + 1, __ATOMIC_RELEASE);
}

static uint64_t time_now(void) {
  uint32_t high, low;
  do {
    high = MTIME[1];
    low = MTIME[0];
  } while (MTIME[1] != high);
  return (uint64_t)high << 32 | low;
}

static void no_timer(word hart) {
  MTIMECMP[2 * hart + 1] = 0xffffffffu;
}

__attribute__((interrupt("machine"), aligned(4))) static void machine_trap(void) {
  struct hart* me = &harts[GET(mhartid)];
  const word cause = GET(mcause);
  if (cause == (INTERRUPT | 3)) {
    MSIP[me->index] = 0;
    ++me->software;
    if (me->mode == MACHINE) {
      serve(me);
    } else {
      RAISE(mip, 2);
    }
  } else if (cause == (INTERRUPT | 7)) {
    const uint64_t deadline = (uint64_t)me->deadline_high << 32 | me->deadline_low;
    me->early += time_now() < deadline;
    no_timer(me->index);
    ++me->timer;
  } else if (cause == 8 || cause == 9) {
    /* Goes on in machine mode. */
    RAISE(mstatus, MPP);
    SET(mepc, GET(mepc) + 4);
  } else {
    UART = '?';
    FINISHER = 0x13333;
  }
}

/* Maps what a page fault was for, if anything may lie there; false if not. */
static int map(struct hart* me, word cause, word address) {
  const word index = address - DEMAND;
  word* entry;
  word frame;
  if (index < SMALL_PAGES * PAGE) {
    entry = &tables[me->index].leaves[index / PAGE];
    frame = (word)frames[me->index][index / PAGE];
    frame = RAM | (frame & 0x3fffffff); /* physical, though this may run in the alias */
  } else if (index >= LARGE && index < (LARGE_PAGES + 1) * LARGE) {
    entry = &tables[me->index].middle[MIDDLE + index / LARGE];
    frame = LARGE_FRAMES + (me->index * LARGE_PAGES + index / LARGE - 1) * LARGE;
  } else {
    return 0;
  }
  const word user = me->mode == USER ? U : 0;
  const word rights = cause == 12 ? X : cause == 13 ? R : R | W;
  if (!(*entry & V)) {
    *entry = frame >> 2 | V | user | rights;
  } else {
    *entry |= rights;
  }
  /* Now and then another page goes, or is no longer marked. */
  const word random = next(&me->random);
  if (random % 8 == 0) {
    tables[me->index].leaves[random / 8 % SMALL_PAGES] = 0;
  } else if (random % 8 == 1) {
    tables[me->index].leaves[random / 8 % SMALL_PAGES] &= ~(word)(A | D);
  } else if (random % 64 == 2) {
    tables[me->index].middle[MIDDLE + 1 + random / 64 % LARGE_PAGES] = 0;
  }
  __asm__ volatile("sfence.vma" ::: "memory");
  return 1;
}

__attribute__((interrupt("supervisor"), aligned(4))) static void supervisor_trap(void) {
  struct hart* me = (struct hart*)GET(sscratch);
  const word cause = GET(scause);
  if (cause == (INTERRUPT | 1)) {
    CLEAR(sip, 2);
    ++me->supervisor_software;
    serve(me);
    return;
  }
  ++me->faults;
  mix(&me->fault_hash, cause);
  mix(&me->fault_hash, GET(sepc));
  if (cause != 3) { /* where EBREAK may have the address or nothing */
    mix(&me->fault_hash, GET(stval));
  }
  if (!((cause == 12 || cause == 13 || cause == 15) && map(me, cause, GET(stval)))) {
    SET(sepc, GET(sepc) + 4);
  }
}

/* Steps. */

static void call(struct hart* me, enum message kind, word argument) {
  struct hart* other = &harts[1 - me->index];
  const word before = other->served;
  other->kind = kind;
  other->argument = argument;
  __asm__ volatile("fence rw, rw" ::: "memory");
  MSIP[other->index] = 1;
  while (__atomic_load_n(&other->served, __ATOMIC_ACQUIRE) == before) {
  }
}

static void atomics(struct hart* me, unsigned count) {
  while (count-- > 0) {
    const word value = next(&me->random) * 0x10001u + count;
    __atomic_fetch_add(&shared.sum, value, __ATOMIC_RELAXED);
    me->added += value;
    __atomic_fetch_xor(&shared.flips, value, __ATOMIC_RELAXED);
    me->flipped ^= value;
    __atomic_fetch_or(&shared.ors, value & value >> 3 & value >> 5, __ATOMIC_RELAXED);
    __atomic_fetch_and(&shared.ands, value | value >> 3 | value >> 5, __ATOMIC_RELAXED);
    __asm__ volatile("amomaxu.w zero, %1, %0" : "+A"(shared.narrow) : "r"(value));
#if __riscv_xlen == 64
    __asm__ volatile("amomax.d zero, %1, %0" : "+A"(shared.largest) : "r"(value << 32));
    __asm__ volatile("amomin.d.aqrl zero, %1, %0" : "+A"(shared.smallest) : "r"(value << 32));
#else
    __asm__ volatile("amomax.w zero, %1, %0" : "+A"(shared.largest) : "r"(value));
    __asm__ volatile("amomin.w.aqrl zero, %1, %0" : "+A"(shared.smallest) : "r"(value));
#endif
    /* Every value that is put there is taken by somebody, or stays. */
    me->exchanged ^= value ^ __atomic_exchange_n(&shared.exchanged, value, __ATOMIC_ACQ_REL);
  }
}

/* Adds by LR and SC. */
static void reserved_add(struct hart* me, unsigned count) {
  while (count-- > 0) {
    const word value = next(&me->random);
    word old, failed;
    __asm__ volatile(
        "1:\n"
#if __riscv_xlen == 64
        "lr.d.aq %0, %2\n"
        "add %0, %0, %3\n"
        "sc.d.rl %1, %0, %2\n"
#else
        "lr.w.aq %0, %2\n"
        "add %0, %0, %3\n"
        "sc.w.rl %1, %0, %2\n"
#endif
        "bnez %1, 1b\n"
        : "=&r"(old), "=&r"(failed), "+A"(shared.counted)
        : "r"(value)
        : "memory");
    me->locked += value;
  }
}

static void locked_add(struct hart* me, unsigned count, int by_ticket) {
  while (count-- > 0) {
    const word value = next(&me->random);
    uint32_t mine = 0;
    if (by_ticket) {
      mine = __atomic_fetch_add(&shared.ticket, 1, __ATOMIC_RELAXED);
      while (__atomic_load_n(&shared.serving, __ATOMIC_ACQUIRE) != mine) {
      }
    } else {
      while (__atomic_exchange_n(&shared.lock, 1, __ATOMIC_ACQUIRE) != 0) {
      }
    }
    /* Four words that nobody may see half done. Each kind of lock has two. */
    volatile uint64_t* words = &shared.protected[by_ticket ? 2 : 0];
    const uint64_t sum = words[0] + value;
    words[1] += words[1] == words[0] ? value : 0xbad0000000u;
    words[0] = sum;
    if (by_ticket) {
      __atomic_store_n(&shared.serving, mine + 1, __ATOMIC_RELEASE);
    } else {
      __atomic_store_n(&shared.lock, 0, __ATOMIC_RELEASE);
    }
  }
}

static void wait_for_timer(struct hart* me) {
  const word before = me->timer;
  const uint64_t deadline = time_now() + next(&me->random) % 500;
  me->deadline_low = (uint32_t)deadline;
  me->deadline_high = (uint32_t)(deadline >> 32);
  MTIMECMP[2 * me->index + 1] = 0xffffffffu;
  MTIMECMP[2 * me->index] = (uint32_t)deadline;
  MTIMECMP[2 * me->index + 1] = (uint32_t)(deadline >> 32);
  while (me->timer == before) {
    if (me->mode == MACHINE) {
      CLEAR(mstatus, MIE);
      if (me->timer == before) {
        __asm__ volatile("wfi");
      }
      RAISE(mstatus, MIE);
    }
  }
}

/* The other hart rewrites what this one executes. */
static void change_code(struct hart* me, unsigned step, word value) {
  const unsigned victim = step & 1;
  meet();
  if (me->index != victim) {
    code[victim][0] = (uint32_t)(value & 0x7ff) << 20 | 0x513; /* li a0 */
    code[victim][1] = 0x8067;                                  /* ret */
    call(me, FENCE_CODE, 0);
  }
  meet();
  if (me->index == victim) {
    me->sum = me->sum * 3 + ((word(*)(void))(word)code[victim])();
  }
}

static uint64_t load64(word address) {
  return *(volatile uint64_t*)address;
}

/* The other hart lets a page lie elsewhere. */
static void change_page(struct hart* me, unsigned step) {
  const unsigned victim = step & 1;
  const int paged = me->mode != MACHINE;
  const word page = paged ? DEMAND + REMOTE_PAGE * PAGE : (word)frames[victim][REMOTE_PAGE];
  if (me->index == victim) {
    me->sum = me->sum * 5 + (word)load64(page);
  }
  meet();
  if (me->index != victim && paged) {
    word* entry = &tables[victim].leaves[REMOTE_PAGE];
    *entry ^= ((word)frames[victim][REMOTE_PAGE] ^ (word)frames[victim][REMOTE_PAGE + 1]) >> 2;
    call(me, FENCE_TRANSLATIONS, 0);
  }
  meet();
  if (me->index == victim) {
    me->sum = me->sum * 5 + (word)load64(page);
  }
}

static word access(word address, unsigned kind, word value) {
  word result = value;
  switch (kind) {
    case 0:
      __asm__ volatile(".option push\n.option norvc\nlbu %0, 0(%1)\n.option pop"
                       : "+r"(result)
                       : "r"(address));
      break;
    case 1:
      __asm__ volatile(".option push\n.option norvc\nlh %0, 0(%1)\n.option pop"
                       : "+r"(result)
                       : "r"(address));
      break;
    case 2:
      __asm__ volatile(".option push\n.option norvc\nlw %0, 0(%1)\n.option pop"
                       : "+r"(result)
                       : "r"(address));
      break;
    case 3:
      __asm__ volatile(".option push\n.option norvc\nsb %0, 0(%1)\n.option pop" ::"r"(value),
                       "r"(address)
                       : "memory");
      break;
    case 4:
      __asm__ volatile(".option push\n.option norvc\nsw %0, 0(%1)\n.option pop" ::"r"(value),
                       "r"(address)
                       : "memory");
      break;
#if __riscv_xlen == 64
    case 5:
      __asm__ volatile(".option push\n.option norvc\nld %0, 0(%1)\n.option pop"
                       : "+r"(result)
                       : "r"(address));
      break;
    case 6:
      __asm__ volatile(".option push\n.option norvc\nsd %0, 0(%1)\n.option pop" ::"r"(value),
                       "r"(address)
                       : "memory");
      break;
#endif
    default: { /* executes the RET at the beginning of the page */
      ((void (*)(void))(address & ~(word)(PAGE - 1)))();
      break;
    }
  }
  return result;
}

/* Loads, stores and calls where nothing lies yet, and where nothing ever does. */
static void fault(struct hart* me, unsigned count) {
  while (count-- > 0) {
    const word random = next(&me->random);
    const unsigned place = random % 24;
    unsigned kind = random / 32 % 8;
    if (!RV64 && (kind == 5 || kind == 6)) {
      kind -= 3;
    }
    word offset = 64 + random / 256 % 496 * 8; /* not where the code lies */
    if (random / 0x100000 % 4 == 0) {
      offset += random / 0x400000 % 8;
    }
    word address;
    if (place < SMALL_PAGES) {
      address = DEMAND + place * PAGE + offset;
      if (random / 0x100000 % 8 == 1 && kind < 7) {
        address = DEMAND + place * PAGE + PAGE - 4 + random / 0x800000 % 4; /* across */
        kind = kind == 6 ? 5 : kind == 4 ? 2 : kind; /* but no store over the next page's code */
      }
    } else if (place < SMALL_PAGES + LARGE_PAGES) {
      address = DEMAND + (1 + place - SMALL_PAGES) * LARGE + random / 0x1000 % 512 * PAGE + offset;
      kind = kind == 7 ? 0 : kind;
    } else {
      address = place == 20   ? DEMAND + 16 * LARGE + offset
                : place == 21 ? (word)(DEMAND << (RV64 ? 8 : 0)) + offset
                : place == 22 ? DEMAND + 7 * LARGE + offset
                              : HOLE + offset;
      kind = kind == 7 ? 2 : kind;
    }
    me->sum = me->sum * 7 + access(address, kind, random ^ count);
  }
}

static void trap_often(struct hart* me, unsigned count) {
  while (count-- > 0) {
    if (next(&me->random) & 1) {
      __asm__ volatile(".word 0xffffffff");
    } else {
      __asm__ volatile(".option push\n.option norvc\nebreak\n.option pop");
    }
  }
}

static void do_steps(struct hart* me, word seed) {
  meet();
  for (unsigned step = 0; step < STEPS; ++step) {
    word common = seed + step; /* the same for both */
    const unsigned kind = next(&common) % 10;
    const word value = next(&common);
    const unsigned count = 1 + next(&me->random) % 24;
    const int lower = me->mode != MACHINE;
    switch (kind) {
      case 0:
        atomics(me, count);
        break;
      case 1:
        reserved_add(me, count);
        break;
      case 2:
      case 3:
        locked_add(me, count, kind == 3);
        break;
      case 4:
        for (unsigned i = 0; i < count % 4 + 1; ++i) {
          call(me, ADD, next(&me->random));
        }
        break;
      case 5:
        wait_for_timer(me);
        break;
      case 6:
        change_code(me, step, value);
        break;
      case 7:
        change_page(me, step);
        break;
      case 8:
        if (lower) {
          trap_often(me, count);
        }
        break;
      default:
        if (lower) {
          fault(me, 4 * count);
        }
        break;
    }
  }
  meet();
}

/* Programs. */

static void make_tables(struct hart* me, int four_levels) {
  struct tables* mine = &tables[me->index];
  const word user = me->mode == USER ? U : 0;
  const word all = V | R | W | A | D;
  for (unsigned i = 0; i < sizeof *mine / sizeof(word); ++i) {
    ((word*)mine)[i] = 0;
  }
  mine->middle[MIDDLE] = (word)mine->leaves >> 2 | V;
  mine->middle[MIDDLE + 7] = (LARGE_FRAMES + PAGE) >> 2 | all | user; /* not aligned */
  mine->leaves[REMOTE_PAGE] = (word)frames[me->index][REMOTE_PAGE] >> 2 | all | user;
#if __riscv_xlen == 64
  mine->top[0] = (word)mine->root >> 2 | V;
  mine->root[0] = all | user;
  mine->root[2] = RAM >> 2 | all | X | user;
  mine->root[3] = (word)mine->middle >> 2 | V;
  mine->root[4] = RAM >> 2 | all | X;
  const word satp =
      four_levels ? (word)9 << 60 | (word)mine->top >> 12 : (word)8 << 60 | (word)mine->root >> 12;
#else
  (void)four_levels;
  const word clint = (word)0x02000000;
  mine->middle[clint / LARGE] = clint >> 2 | all | user;
  for (word i = 0; i < 2; ++i) {
    mine->middle[RAM / LARGE + i] = (RAM + i * LARGE) >> 2 | all | X | user;
    mine->middle[ALIAS / LARGE + i] = (RAM + i * LARGE) >> 2 | all | X;
  }
  const word satp = (word)1 << 31 | (word)mine->middle >> 12;
#endif
  SET(satp, me->mode == MACHINE ? 0 : satp);
  __asm__ volatile("sfence.vma" ::: "memory");
}

static void fill_frames(struct hart* me) {
  for (unsigned page = 0; page < SMALL_PAGES + 2; ++page) {
    uint32_t* words = (uint32_t*)frames[me->index][page];
    for (unsigned i = 0; i < PAGE / 4; ++i) {
      words[i] = (page * 1024 + i) * 0x9e3779b9u;
    }
    if (page < SMALL_PAGES) {
      words[0] = 0x8067; /* ret */
    }
  }
  __asm__ volatile("fence.i" ::: "memory");
}

/* The mode in which the rest of the caller is executed. */
__attribute__((noinline)) static void drop_to(enum mode mode) {
  CLEAR(mstatus, MPP);
  RAISE(mstatus, (word)mode << 11 | MPIE | SUM | SIE);
  word scratch;
  __asm__ volatile(
      "la %0, 1f\n"
      "csrw mepc, %0\n"
      "mret\n"
      "1:\n"
      : "=&r"(scratch)::"memory");
}

static void report(unsigned program) {
  put_hex("", program);
  put_hex(" mode=", harts[0].mode);
  for (unsigned i = 0; i < HARTS; ++i) {
    const struct hart* each = &harts[i];
    put_hex(" software=", each->software);
    put_hex(",", each->supervisor_software);
    put_hex(" timer=", each->timer);
    put_hex(" early=", each->early);
    put_hex(" calls=", each->calls);
    put_hex(",", each->called);
    put_hex(" faults=", each->faults);
    put_hex(",", each->fault_hash);
    put_hex(" sum=", each->sum);
    word marks = 0;
    for (unsigned page = 0; page <= SMALL_PAGES + LARGE_PAGES; ++page) {
      mix(&marks, (word)(page <= SMALL_PAGES ? tables[i].leaves[page]
                                             : tables[i].middle[MIDDLE + page - SMALL_PAGES]));
    }
    put_hex(" pages=", marks);
    word content = 0;
    for (unsigned at = 0; at < sizeof frames[i]; at += 4) {
      mix(&content, *(uint32_t*)((uint8_t*)frames[i] + at));
    }
    put_hex(" memory=", content);
  }
  put_hex(" ors=", shared.ors);
  put_hex(" ands=", shared.ands);
  put_hex(" largest=", shared.largest);
  put_hex(" smallest=", shared.smallest);
  put_hex(" narrow=", shared.narrow);
  /* What must be 0, or equal, whatever the machine. */
  put_hex(" added=", shared.sum);
  put_hex("/", harts[0].added + harts[1].added);
  put_hex(" flipped=", shared.flips);
  put_hex("/", harts[0].flipped ^ harts[1].flipped);
  put_hex(" exchanged=", shared.exchanged ^ harts[0].exchanged ^ harts[1].exchanged);
  put_hex(" reserved=", shared.counted);
  put_hex("/", harts[0].locked + harts[1].locked);
  put_hex(" locked=", shared.protected[0]);
  put_hex("/", shared.protected[1]);
  put_hex(" by_ticket=", shared.protected[2]);
  put_hex("/", shared.protected[3]);
  put("\n");
}

void main_of_hart(word index) {
  struct hart* me = &harts[index];
  SET(mtvec, machine_trap);
  SET(pmpaddr0, (word)-1 >> (RV64 ? 10 : 0));
  SET(pmpcfg0, 0x1f);
  SET(medeleg, 1u << 2 | 1u << 3 | 1u << 12 | 1u << 13 | 1u << 15);
  SET(mideleg, 1u << 1);
  SET(mcounteren, 7);
  no_timer(index);
  SET(mie, 1u << 1 | 1u << 3 | 1u << 7);
  RAISE(mstatus, MIE);
  for (unsigned program = 0; program < PROGRAMS; ++program) {
    word seed = (word)SEED * 0x10001u + program * 977u;
    const word choice = next(&seed);
    *me = (struct hart){.mode = choice % 3 == 0   ? MACHINE
                                : choice % 3 == 1 ? SUPERVISOR
                                                  : USER,
                        .index = index,
                        .random = seed + index * 7919u};
    if (index == 0) {
      for (unsigned i = 0; i < sizeof shared / sizeof(word); ++i) {
        ((volatile word*)&shared)[i] = 0;
      }
      shared.ands = ~(word)0;
    }
    fill_frames(me);
    make_tables(me, choice / 4 & 1);
    SET(sscratch, me);
    SET(stvec, (word)supervisor_trap + (me->mode == USER ? ALIAS - RAM : 0));
    meet();
    if (me->mode != MACHINE) {
      drop_to(me->mode);
    }
    do_steps(me, seed);
    if (me->mode != MACHINE) {
      __asm__ volatile(".option push\n.option norvc\necall\n.option pop" ::: "memory");
    }
    meet();
    if (index == 0) {
      report(program);
    }
    meet();
  }
  if (index == 0) {
    FINISHER = 0x5555;
  }
  for (;;) {
  }
}
