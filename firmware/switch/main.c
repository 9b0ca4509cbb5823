// Firmware of an ALink switch's controller.
#include "hal/interrupts.h"
#include "hal/trap.h"
#include "switch/controller.h"

static struct switch_controller controller;

int main(void) {
  switch_controller_start(&controller);
  uint64_t until = switch_controller_step(&controller, 0);
  for (;;) {
    const uint32_t sources = interrupts_wait(until);
    until = switch_controller_step(&controller, sources);
    interrupts_done(sources);
  }
}

void image_died(void) {}
