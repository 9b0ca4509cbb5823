#include "board.h"

static volatile uint32_t count;

uintptr_t trap(uintptr_t cause, uintptr_t pc, uintptr_t value) {
  (void)value;
  const uint32_t source = REG32(PLIC_CLAIM);
  put_line("cause", cause & 0xff);
  put_line("source", source);
  if (source == 10) {
    put_line("typed", REG8(UART));
  } else {
    REG32(LOCAL) = source; /* the device lowers its line */
  }
  REG32(PLIC_CLAIM) = source;
  ++count;
  return pc;
}

int main(void) {
  REG32(PLIC + 4 * 5) = 3;
  REG32(PLIC + 4 * 10) = 1;
  REG32(PLIC_ENABLE) = 1u << 5 | 1u << 10;
  REG32(PLIC_THRESHOLD) = 0;
  REG8(UART + 1) = 1;
  SET_CSR(mie, MIE_EXTERNAL);
  SET_CSR(mstatus, MSTATUS_MIE);
  put("ready\n");
  while (count < 2) {
    WFI();
  }
  put("done\n");
  return 0;
}
