#include "hal/trap.h"

#include <limits.h>

#include "hal/csr.h"
#include "lib/log.h"

#define CAUSE_INTERRUPT ((uintptr_t)1 << (sizeof(uintptr_t) * CHAR_BIT - 1))

enum interrupt_cause { interrupt_cause_timer = 7, interrupt_cause_external = 11 };

static const char* name_of_exception(uintptr_t cause) {
  static const char* const names[] = {
      "misaligned instruction", "instruction access fault",
      "illegal instruction",    "breakpoint",
      "misaligned load",        "load access fault",
      "misaligned store",       "store access fault",
  };
  return cause < sizeof names / sizeof names[0] ? names[cause] : "unexpected exception";
}

void trap_handle(uintptr_t cause, uintptr_t address, uintptr_t value) {
  if (cause == (CAUSE_INTERRUPT | interrupt_cause_external)) {
    interrupts_handle_external();
    return;
  }
  if (cause == (CAUSE_INTERRUPT | interrupt_cause_timer)) {
    interrupts_handle_timer();
    return;
  }
  log_line("firmware died: %s (cause %lu) at pc 0x%lx, value 0x%lx", name_of_exception(cause),
           (unsigned long)cause, (unsigned long)address, (unsigned long)value);
  image_died();
  for (;;) {
    hart_wait_for_interrupt();
  }
}
