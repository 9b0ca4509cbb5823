// Time since the machine was switched on.
#ifndef HAL_TIMER_H
#define HAL_TIMER_H

#include <stdint.h>

// Ticks of mtime per second.
#define TIMER_TIMEBASE_HZ 10000000u
#define TIMER_TICKS_PER_US (TIMER_TIMEBASE_HZ / 1000000u)
// A moment that never comes.
#define TIMER_NEVER UINT64_MAX

// Now, in ticks.
uint64_t timer_now(void);

// The moment so many microseconds from now.
static inline uint64_t timer_after_us(uint32_t microseconds) {
  return timer_now() + (uint64_t)microseconds * TIMER_TICKS_PER_US;
}

// Requests a timer interrupt at this moment; TIMER_NEVER for none.
void timer_set_alarm(uint64_t moment);

#endif  // HAL_TIMER_H
