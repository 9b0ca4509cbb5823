// Access to device registers.
#ifndef HAL_MMIO_H
#define HAL_MMIO_H

#include <stdint.h>

static inline uint32_t mmio_read32(uintptr_t address) {
  return *(volatile uint32_t*)address;
}

static inline void mmio_write32(uintptr_t address, uint32_t value) {
  *(volatile uint32_t*)address = value;
}

static inline uint8_t mmio_read8(uintptr_t address) {
  return *(volatile uint8_t*)address;
}

static inline void mmio_write8(uintptr_t address, uint8_t value) {
  *(volatile uint8_t*)address = value;
}

// Orders accesses to memory and devices: what a DMA engine reads has been written.
static inline void mmio_fence(void) {
  __asm__ volatile("fence iorw, iorw" ::: "memory");
}

#endif  // HAL_MMIO_H
