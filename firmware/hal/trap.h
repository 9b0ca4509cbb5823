// What happens when the hart traps.
#ifndef HAL_TRAP_H
#define HAL_TRAP_H

#include <stdint.h>

// Called by the entry with mcause, mepc and mtval.
void trap_handle(uintptr_t cause, uintptr_t address, uintptr_t value);

// Interrupts, handled in interrupts.c.
void interrupts_handle_external(void);
void interrupts_handle_timer(void);

// Each image has one: firmware cannot go on and stops after this. Runs in the trap.
void image_died(void);

#endif  // HAL_TRAP_H
