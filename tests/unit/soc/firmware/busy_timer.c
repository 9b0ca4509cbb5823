#include "board.h"

/* The timer fires while the hart counts, not while it sleeps: the trap must come at the first
   instruction at or after tick 1000 (100 us), whatever the quantum. */
static volatile uint32_t done;
static uint64_t seen;

uintptr_t trap(uintptr_t cause, uintptr_t pc, uintptr_t value) {
  (void)cause;
  (void)value;
  seen = READ_CSR(time);
  done = 1;
  set_mtimecmp(~(uint64_t)0);
  return pc;
}

int main(void) {
  set_mtimecmp(1000);
  SET_CSR(mie, MIE_TIMER);
  SET_CSR(mstatus, MSTATUS_MIE);
  while (!done) {
  }
  put_line("time", seen);
  return 0;
}
