#include "hal/plic.h"

#include "hal/memory_map.h"
#include "hal/mmio.h"

#define PLIC_PRIORITY (PLIC_BASE)
#define PLIC_ENABLE (PLIC_BASE + 0x2000)
#define PLIC_THRESHOLD (PLIC_BASE + 0x200000)
#define PLIC_CLAIM (PLIC_BASE + 0x200004)

void plic_enable(unsigned source) {
  mmio_write32(PLIC_PRIORITY + 4 * source, 1);
  mmio_write32(PLIC_ENABLE, mmio_read32(PLIC_ENABLE) | 1u << source);
  mmio_write32(PLIC_THRESHOLD, 0);
}

unsigned plic_claim(void) {
  return mmio_read32(PLIC_CLAIM);
}

void plic_complete(unsigned source) {
  mmio_write32(PLIC_CLAIM, source);
}
