#include "board.h"

uintptr_t trap(uintptr_t cause, uintptr_t pc, uintptr_t value) {
  put_line("cause", cause);
  put_line("value", value);
  return pc + 4;
}

int main(void) {
  REG32(LOCAL + 0x10) = 0x1234;
  put_line("local", REG32(LOCAL + 0x10));
#if __riscv_xlen == 64
  REG64(0x4000000000u + 0x123456780u) = 0x1122334455667788u;
  put_line("management", REG64(0x4000000000u + 0x123456780u));
#endif
  return 0;
}
