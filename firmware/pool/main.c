// Firmware of a memory pool's controller.
#include "hal/interrupts.h"
#include "hal/trap.h"
#include "pool/controller.h"

static struct pool_controller controller;

int main(void) {
  pool_controller_start(&controller);
  uint64_t until = pool_controller_step(&controller, 0);
  for (;;) {
    const uint32_t sources = interrupts_wait(until);
    until = pool_controller_step(&controller, sources);
    interrupts_done(sources);
  }
}

void image_died(void) {}
