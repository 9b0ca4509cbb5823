#include "hal/interrupts.h"

#include <stdbool.h>

#include "hal/csr.h"
#include "hal/plic.h"
#include "hal/timer.h"
#include "hal/trap.h"

// Sources claimed by the handler and not yet given to the image.
static volatile uint32_t claimed;
static volatile bool alarm_rang;

void interrupts_enable(unsigned source) {
  plic_enable(source);
  csr_set(mie, CSR_MIE_MEIE);
}

uint32_t interrupts_wait(uint64_t until) {
  alarm_rang = until == 0;
  timer_set_alarm(until);
  csr_set(mie, CSR_MIE_MTIE);
  // With interrupts off, one that comes between the question and the sleep still ends the sleep.
  csr_clear(mstatus, CSR_MSTATUS_MIE);
  while (claimed == 0 && !alarm_rang) {
    hart_wait_for_interrupt();
    csr_set(mstatus, CSR_MSTATUS_MIE);
    csr_clear(mstatus, CSR_MSTATUS_MIE);
  }
  const uint32_t sources = claimed;
  claimed = 0;
  csr_clear(mie, CSR_MIE_MTIE);
  csr_set(mstatus, CSR_MSTATUS_MIE);
  return sources;
}

void interrupts_done(uint32_t sources) {
  for (unsigned source = 1; sources >> source != 0; ++source) {
    if (sources >> source & 1u) {
      plic_complete(source);
    }
  }
}

void interrupts_handle_external(void) {
  for (unsigned source = plic_claim(); source != 0; source = plic_claim()) {
    claimed |= 1u << source;
  }
}

void interrupts_handle_timer(void) {
  alarm_rang = true;
  timer_set_alarm(TIMER_NEVER);
}
