#include "hal/timer.h"

#include "hal/memory_map.h"
#include "hal/mmio.h"

// SiFive's CLINT, hart 0.
#define CLINT_MTIMECMP (CLINT_BASE + 0x4000)
#define CLINT_MTIME (CLINT_BASE + 0xbff8)

uint64_t timer_now(void) {
#if __riscv_xlen == 64
  return *(volatile uint64_t*)CLINT_MTIME;
#else
  uint32_t high = 0;
  uint32_t low = 0;
  do {
    high = mmio_read32(CLINT_MTIME + 4);
    low = mmio_read32(CLINT_MTIME);
  } while (mmio_read32(CLINT_MTIME + 4) != high);
  return (uint64_t)high << 32 | low;
#endif
}

void timer_set_alarm(uint64_t moment) {
#if __riscv_xlen == 64
  *(volatile uint64_t*)CLINT_MTIMECMP = moment;
#else
  // Never a moment that is earlier than both the old and the new one.
  mmio_write32(CLINT_MTIMECMP + 4, UINT32_MAX);
  mmio_write32(CLINT_MTIMECMP, (uint32_t)moment);
  mmio_write32(CLINT_MTIMECMP + 4, (uint32_t)(moment >> 32));
#endif
}
