#include "cipu/windows.h"

#include <stddef.h>

#include "hal/memory_map.h"
#include "hal/mmio.h"
#include "registers/generated/c/cipu.h"

uintptr_t window_base(unsigned window) {
  return MANAGEMENT_BASE + window * MANAGEMENT_WINDOW_SIZE;
}

bool window_raised(unsigned window) {
  return (mmio_read32(CIPU_BASE + offsetof(cipu_t, alert[window / 32])) >> (window % 32) & 1u) != 0;
}
