// Waiting for devices without burning time: an image sleeps here whenever it has nothing to do.
#ifndef HAL_INTERRUPTS_H
#define HAL_INTERRUPTS_H

#include <stdint.h>

// Lets a source of the interrupt controller wake the hart.
void interrupts_enable(unsigned source);

// Sleeps until a source is raised or `until` (in timer ticks) has come. Gives the sources that were
// raised, one bit each; they stay quiet until interrupts_done.
uint32_t interrupts_wait(uint64_t until);

// The causes of these sources have been dealt with; those still raised wake the hart again.
void interrupts_done(uint32_t sources);

#endif  // HAL_INTERRUPTS_H
