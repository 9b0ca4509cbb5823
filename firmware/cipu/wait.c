#include "cipu/wait.h"

#include "cipu/alerts.h"
#include "cipu/host.h"
#include "cipu/pod_link.h"
#include "hal/interrupts.h"
#include "hal/memory_map.h"
#include "hal/timer.h"

#define FIRST_POLL_US 10u
#define LONGEST_POLL_US 1000u

static bool raised(uint32_t sources, unsigned source) {
  return (sources >> source & 1u) != 0;
}

uint32_t cipu_wait(struct partition* partition, uint64_t until) {
  const uint32_t sources = interrupts_wait(until);
  if (raised(sources, cipu_interrupt_host)) {
    host_serve(partition);
  }
  if (raised(sources, cipu_interrupt_nic)) {
    pod_link_receive(partition);
  }
  if (raised(sources, cipu_interrupt_alert)) {
    alerts_serve(partition);
  }
  const uint32_t left = sources & (1u << cipu_interrupt_dma | 1u << cipu_interrupt_answer);
  interrupts_done(sources & ~left);
  return left;
}

void cipu_sleep(struct partition* partition, uint32_t microseconds) {
  const uint64_t until = timer_after_us(microseconds);
  while (timer_now() < until) {
    interrupts_done(cipu_wait(partition, until));
  }
}

uint64_t cipu_poll(struct partition* partition, const uintptr_t* bases, uint64_t set,
                   bool (*done)(uintptr_t base), uint32_t timeout_us) {
  const uint64_t deadline = timer_after_us(timeout_us);
  uint32_t pause = FIRST_POLL_US;
  for (;;) {
    for (unsigned i = 0; i < 64 && set >> i != 0; ++i) {
      if ((set >> i & 1u) != 0 && done(bases[i])) {
        set &= ~((uint64_t)1 << i);
      }
    }
    if (set == 0 || timer_now() >= deadline) {
      return set;
    }
    cipu_sleep(partition, pause);
    pause = pause < LONGEST_POLL_US / 2 ? 2 * pause : LONGEST_POLL_US;
  }
}
