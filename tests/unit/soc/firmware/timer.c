#include "board.h"

/* mtime runs at 10 MHz in the test; the interrupt is asked for at 1000000 ticks: 100 ms. */
static volatile uint64_t seen;

uintptr_t trap(uintptr_t cause, uintptr_t pc, uintptr_t value) {
  (void)value;
  seen = mtime();
  put_line("cause", cause);
  set_mtimecmp(~(uint64_t)0);
  return pc;
}

int main(void) {
  set_mtimecmp(1000000);
  SET_CSR(mie, MIE_TIMER);
  SET_CSR(mstatus, MSTATUS_MIE);
  while (seen == 0) {
    WFI();
  }
  put_line("mtime", seen);
  return 0;
}
