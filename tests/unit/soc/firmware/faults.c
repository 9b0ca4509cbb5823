#include "board.h"

/* One access after the other that must trap; trap() prints what it sees and goes on behind it. */
uintptr_t trap(uintptr_t cause, uintptr_t pc, uintptr_t value) {
  put_hex(cause);
  put(" ");
  put_hex(value);
  put("\n");
  return pc + 4;
}

/* Accesses as 4-byte instructions at known places. */
static inline void load(uintptr_t address) {
  __asm__ volatile(".option push\n.option norvc\nlw zero, 0(%0)\n.option pop" ::"r"(address)
                   : "memory");
}
static inline void store(uintptr_t address) {
  __asm__ volatile(".option push\n.option norvc\nsw zero, 0(%0)\n.option pop" ::"r"(address)
                   : "memory");
}

int main(void) {
  load(0x40000000); /* nothing there */
  store(0x40000000);
  store(0x1000);     /* ROM */
  load(LOCAL + 0xc); /* the device answers with an error */
  store(LOCAL + 0xc);
  load(LOCAL + 2); /* misaligned, and not memory */
  put("done\n");
  return 0;
}
