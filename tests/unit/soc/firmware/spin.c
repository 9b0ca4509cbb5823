#include "board.h"

uintptr_t trap(uintptr_t cause, uintptr_t pc, uintptr_t value) {
  (void)cause;
  (void)value;
  return pc;
}

int main(void) {
  for (;;) {
    __asm__ volatile("");
  }
}
