#include "drivers/dma.h"

#include <stddef.h>

#include "hal/field.h"
#include "hal/memory_map.h"
#include "hal/mmio.h"
#include "registers/generated/c/cipu.h"

void dma_start(const struct dma_transfer* transfer) {
  const uint64_t local = transfer->local;
  mmio_fence();
  mmio_write32(CIPU_BASE + offsetof(cipu_t, dma.local_low), (uint32_t)local);
  mmio_write32(CIPU_BASE + offsetof(cipu_t, dma.local_high), (uint32_t)(local >> 32));
  mmio_write32(CIPU_BASE + offsetof(cipu_t, dma.remote_low), (uint32_t)transfer->remote);
  mmio_write32(CIPU_BASE + offsetof(cipu_t, dma.remote_high), (uint32_t)(transfer->remote >> 32));
  mmio_write32(CIPU_BASE + offsetof(cipu_t, dma.endpoint),
               FIELD_SET(CIPU__DMA__ENDPOINT__ID, transfer->endpoint));
  mmio_write32(CIPU_BASE + offsetof(cipu_t, dma.length),
               FIELD_SET(CIPU__DMA__LENGTH__BYTES, transfer->bytes));
  mmio_write32(CIPU_BASE + offsetof(cipu_t, dma.control),
               FIELD_SET(CIPU__DMA__CONTROL__READ, transfer->from_endpoint) |
                   FIELD_SET(CIPU__DMA__CONTROL__START, 1));
}

enum dma_state dma_poll(uint32_t* cause) {
  const uint32_t status = mmio_read32(CIPU_BASE + offsetof(cipu_t, dma.status));
  *cause = FIELD_GET(CIPU__DMA__STATUS__CAUSE, status);
  if (FIELD_GET(CIPU__DMA__STATUS__DONE, status) == 0) {
    return dma_busy;
  }
  mmio_write32(CIPU_BASE + offsetof(cipu_t, dma.status), FIELD_SET(CIPU__DMA__STATUS__DONE, 1));
  mmio_fence();
  return FIELD_GET(CIPU__DMA__STATUS__ERROR, status) != 0 ? dma_error : dma_ok;
}

const char* dma_cause_text(uint32_t cause) {
  static const char* const texts[] = {
      "no cause given",
      "no plane is enabled",
      "our port is not up",
      "there is no route",
      "the destination's port is not up",
      "it belongs to another pod",
      "the target refused",
  };
  return cause < sizeof texts / sizeof texts[0] ? texts[cause] : "unknown cause";
}
