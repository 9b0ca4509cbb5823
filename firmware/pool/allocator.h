// Which part of the pool's devices belongs to whom. Capacity is given in granules of 256 MiB; an
// allocation takes the same addresses of `ways` neighbouring devices and one decoder.
#ifndef POOL_ALLOCATOR_H
#define POOL_ALLOCATOR_H

#include <stdbool.h>
#include <stdint.h>

#include "drivers/pool.h"

#define POOL_GRANULE_MIB 256u

struct pool_allocation {
  bool used;
  uint8_t channel;  // its owner
  uint8_t first_device;
  uint8_t ways;
  uint32_t first_granule;  // within each device
  uint32_t granules;       // of each device
};

struct pool_allocator {
  unsigned devices;
  unsigned decoders;
  uint32_t granules;                                 // per device
  bool present[POOL_DEVICES];                        // devices that answer
  struct pool_allocation allocation[POOL_DECODERS];  // by decoder
};

// Legal numbers of devices to interleave over: 1, 2, 3, 4, 6, 8, 12 and 16.
bool pool_ways_legal(uint32_t ways);

// Everything free; devices that do not answer hold nothing.
void pool_allocator_init(struct pool_allocator* allocator, unsigned devices, unsigned decoders,
                         uint32_t device_mib, const bool* present);

uint32_t pool_total_mib(const struct pool_allocator* allocator);
uint32_t pool_free_mib(const struct pool_allocator* allocator);

// First fit, by device and then by address. Gives the decoder, or a negative number if nothing is
// large enough or no decoder is free. `mib` must be a multiple of the granule times the ways.
int pool_allocate(struct pool_allocator* allocator, unsigned channel, uint32_t mib, unsigned ways);

void pool_release(struct pool_allocator* allocator, unsigned decoder);

#endif  // POOL_ALLOCATOR_H
