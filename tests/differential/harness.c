/* Runs records (random code and the registers that it begins with, made by generate.py) and writes
   to the UART what each of them did: its traps, the registers that it changed, and a hash of the
   memory that it may write. Machines with the same architecture write the same. */
#include "machine.h"

#define CODE_WORDS 40
#define TRAP_LIMIT 50u

enum paging { BARE, SV39, SV48, SV32 };

struct record {
  uint32_t mode; /* as in MPP */
  uint32_t paging;
  uint64_t fcsr;
  uint64_t status;     /* what MRET finds in mstatus, without MPP */
  uint64_t page_flags; /* seed of the flags of the scratch pages */
  uint32_t medeleg;
  uint32_t mideleg;
  uint32_t mie;
  uint32_t mip;
  uint64_t pmpcfg; /* of entries 0 to 3; entry 4 allows everything */
  uint64_t pmpaddr[4];
  uint64_t x[32];
  uint64_t f[32];
  uint32_t code[CODE_WORDS];
};

/* On RV32 every value has 8 bytes too. */
struct slot {
  word value;
#if __riscv_xlen == 32
  word unused;
#endif
};

struct context {
  struct slot x[32];
  uint64_t f[32];
  struct slot cause, epc, tval, status, fcsr;
};

#define SCRATCH_PAGES 8u
#define SCRATCH_WORDS (SCRATCH_PAGES * PAGE / 8)

extern const struct record records[];
extern const struct record records_end[];
void enter(const struct record* record, word status);
void on_supervisor(void);

struct context context;
word harness_sp;
uint64_t scratch[SCRATCH_WORDS] __attribute__((section(".scratch")));
static const struct record* current;
static unsigned traps;

static uint64_t hash(const uint64_t* words, unsigned count) {
  uint64_t sum = 0xcbf29ce484222325u;
  for (unsigned i = 0; i < count; ++i) {
    sum = (sum ^ words[i]) * 0x100000001b3u;
    sum ^= sum >> 29;
  }
  return sum;
}

#define INDICES (PAGE / sizeof(word))
#if __riscv_xlen == 64
static word top[INDICES] __attribute__((aligned(4096))); /* of Sv48 */
#endif
/* Code lies under identity superpages, the scratch pages at 0xc0000000 with flags of their own. */
static word root[INDICES] __attribute__((aligned(4096)));
#if __riscv_xlen == 64
static word middle[INDICES] __attribute__((aligned(4096)));
#endif
static word leaves[INDICES] __attribute__((aligned(4096)));

#define VALID 0x1u
#define USER 0x10u
#define ALL_RIGHTS 0xeu
#define USED_AND_DIRTY 0xc0u

static void make_tables(const struct record* r) {
  const word user = r->mode == 0 ? USER : 0;
  const word code = (word)0x80000000u >> 2 | VALID | ALL_RIGHTS | USED_AND_DIRTY | user;
#if __riscv_xlen == 64
  root[2] = code;
  top[0] = (word)root >> 2 | VALID;
  root[3] = (word)middle >> 2 | VALID;
  middle[0] = (word)leaves >> 2 | VALID;
#else
  for (word i = 0; i < 4; ++i) { /* of 4 MiB */
    root[512 + i] = code + (i << 20);
  }
  root[768] = (word)leaves >> 2 | VALID;
#endif
  uint64_t random = r->page_flags;
  for (unsigned i = 0; i < SCRATCH_PAGES; ++i) {
    /* All flags but U, which is mostly the right one; the last bits of `random` say. */
    word flags = (word)random & 0xef;
    flags |= (random >> 8 & 3) == 0 ? 0 : VALID | 2u;
    flags |= (random >> 10 & 7) == 0 ? user ^ USER : user;
    leaves[i] = ((word)scratch + i * PAGE) >> 2 | flags;
    random = random * 6364136223846793005u + 1442695040888963407u;
    random ^= random >> 33;
  }
  __asm__ volatile("sfence.vma" ::: "memory");
}

#define INTERRUPT ((word)1 << (__riscv_xlen - 1))
#define SIE ((word)1 << 1)
#define SPIE ((word)1 << 5)
#define SPP ((word)1 << 8)
#define MPP ((word)3 << 11)

/* What was taken, `kind` by machine (T) or supervisor (D) mode. Whether the record goes on, and
   then where. */
static int taken(const char* kind, word cause, word* pc, word tval) {
  const word end = (word)&current->code[CODE_WORDS - 1];
  const word begin = (word)&current->code[0];
  const word epc = *pc;
  if (cause & INTERRUPT) {
    put_hex(kind, cause);
    put_hex("@", epc - begin);
    __asm__ volatile("csrc mip, %0" ::"r"((word)1 << (cause & 31)));
    return ++traps < TRAP_LIMIT;
  }
  if (epc != end) {
    put_hex(kind, cause);
    put_hex("@", epc - begin);
    put_hex(",", tval);
    if (epc >= begin && epc < end && ++traps < TRAP_LIMIT) {
      *pc += (*(const uint16_t*)epc & 3) == 3 ? 4 : 2;
      return 1;
    }
  }
  return 0;
}

/* Whether the record goes on. */
int on_trap(struct context* c) {
  if (c->epc.value != (word)on_supervisor) {
    return taken(" T", c->cause.value, &c->epc.value, c->tval.value);
  }
  /* It was delegated: what supervisor mode sees, and then what SRET would do. */
  const word status = c->status.value;
  put_hex(" S", (status & (SPP | SPIE | SIE)) | (c->cause.value & 15));
  word pc = GET(sepc);
  if (!taken(" D", GET(scause), &pc, GET(stval))) {
    return 0;
  }
  c->epc.value = pc;
  c->status.value = (status & ~(MPP | SPP | SIE)) | SPIE | (status & SPP ? (word)1 << 11 : 0) |
                    (status & SPIE ? SIE : 0);
  return 1;
}

static void report(void) {
  for (unsigned i = 1; i < 32; ++i) {
    const word value = context.x[i].value;
    if (value != (word)current->x[i]) {
      put_hex(" x", i);
      put_hex("=", value);
    }
  }
#if WITH_FLOAT
  for (unsigned i = 0; i < 32; ++i) {
    if (context.f[i] != current->f[i]) {
      put_hex(" f", i);
      put_hex("=", context.f[i]);
    }
  }
  put_hex(" fcsr=", context.fcsr.value);
#endif
  put_hex(" status=", context.status.value);
  put_hex(" mie=", GET(mie));
  put_hex(" mip=", GET(mip) & 0x222); /* the timer of QEMU may be pending */
  put_hex(" sepc=", GET(sepc));
  put_hex(" stvec=", GET(stvec));
  put_hex(" scause=", GET(scause));
  put_hex(" memory=", hash(scratch, SCRATCH_WORDS));
  uint64_t flags = 0;
  for (unsigned i = SCRATCH_PAGES; i-- > 0;) {
    flags = flags << 8 | (leaves[i] & 0xff);
  }
  put_hex(" pages=", flags);
  put("\n");
}

static void run(const struct record* r) {
  current = r;
  traps = 0;
  put_hex("", (uint64_t)(r - records));
  for (unsigned i = 0; i < SCRATCH_WORDS; ++i) {
    scratch[i] = i * 0x9e3779b97f4a7c15u;
  }
  SET(satp, 0);
  SET(sepc, 0);
  SET(stvec, r->medeleg || r->mideleg ? (word)on_supervisor : 0);
  SET(scause, 0);
  SET(stval, 0);
  SET(sscratch, 0);
  make_tables(r);
#if __riscv_xlen == 64
  const word schemes[] = {[BARE] = 0,
                          [SV39] = (word)8 << 60 | (word)root >> 12,
                          [SV48] = (word)9 << 60 | (word)top >> 12};
#else
  const word schemes[] = {[BARE] = 0, [SV32] = (word)1 << 31 | (word)root >> 12};
#endif
  SET(satp, schemes[r->paging]);
  __asm__ volatile("sfence.vma" ::: "memory");
  SET(pmpaddr0, r->pmpaddr[0]);
  SET(pmpaddr1, r->pmpaddr[1]);
  SET(pmpaddr2, r->pmpaddr[2]);
  SET(pmpaddr3, r->pmpaddr[3]);
#if __riscv_xlen == 64
  SET(pmpcfg0, r->pmpcfg | (uint64_t)0x1f << 32);
#else
  SET(pmpcfg0, r->pmpcfg);
#endif
  __asm__ volatile("sfence.vma" ::: "memory");
  SET(medeleg, r->medeleg);
  SET(mideleg, r->mideleg);
  SET(mie, r->mie);
  SET(mip, r->mip);
  SET(mepc, &r->code[0]);
  enter(r, (word)r->mode << 11 | (word)r->status);
  SET(satp, 0);
  report();
  SET(mie, 0);
  SET(mip, 0);
}

int main(void) {
  SET(pmpaddr4, (word)-1 >> (__riscv_xlen == 64 ? 10 : 0));
#if __riscv_xlen == 32
  SET(pmpcfg1, 0x1f);
#endif
  /* Twice: the second time code and translations are already known. */
  for (int pass = 0; pass < 2; ++pass) {
    for (const struct record* r = records; r != records_end; ++r) {
      run(r);
    }
  }
  FINISHER = 0x5555;
  for (;;) {
  }
}
