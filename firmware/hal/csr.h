// Control and status registers of the hart.
#ifndef HAL_CSR_H
#define HAL_CSR_H

#include <stdint.h>

// Bits of mstatus, mie and mip in machine mode.
#define CSR_MSTATUS_MIE ((uintptr_t)1 << 3)
#define CSR_MIE_MTIE ((uintptr_t)1 << 7)
#define CSR_MIE_MEIE ((uintptr_t)1 << 11)

#define csr_read(name)                                      \
  ({                                                        \
    uintptr_t csr_value_;                                   \
    __asm__ volatile("csrr %0, " #name : "=r"(csr_value_)); \
    csr_value_;                                             \
  })
#define csr_set(name, bits) __asm__ volatile("csrs " #name ", %0" ::"r"(bits) : "memory")
#define csr_clear(name, bits) __asm__ volatile("csrc " #name ", %0" ::"r"(bits) : "memory")

static inline void hart_wait_for_interrupt(void) {
  __asm__ volatile("wfi" ::: "memory");
}

#endif  // HAL_CSR_H
