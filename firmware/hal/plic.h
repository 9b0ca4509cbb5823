// The interrupt controller (SiFive's PLIC), context 0: machine mode of hart 0.
#ifndef HAL_PLIC_H
#define HAL_PLIC_H

#include <stdint.h>

void plic_enable(unsigned source);

// The pending source of highest priority, now claimed; 0: none. A claimed source stays quiet until
// it is completed.
unsigned plic_claim(void);

void plic_complete(unsigned source);

#endif  // HAL_PLIC_H
