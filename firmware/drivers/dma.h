// The CIPU's DMA engine: moves data between RAM and an endpoint on ALink.
#ifndef DRIVERS_DMA_H
#define DRIVERS_DMA_H

#include <stdbool.h>
#include <stdint.h>

struct dma_transfer {
  uintptr_t local;     // in RAM
  uint64_t remote;     // address at the endpoint
  uint16_t endpoint;   // ALink endpoint
  uint32_t bytes;      // up to 1 MiB
  bool from_endpoint;  // false: RAM to endpoint
};

enum dma_state { dma_busy, dma_ok, dma_error };

void dma_start(const struct dma_transfer* transfer);

// How the transfer goes; once it has ended this frees the engine. On dma_error `cause` says why the
// burst was refused (0: no cause given).
enum dma_state dma_poll(uint32_t* cause);

// A cause in words.
const char* dma_cause_text(uint32_t cause);

#endif  // DRIVERS_DMA_H
