#include "pool/allocator.h"

#include <string.h>

bool pool_ways_legal(uint32_t ways) {
  return ways <= 16 && (1u << ways & (1u << 1 | 1u << 2 | 1u << 3 | 1u << 4 | 1u << 6 | 1u << 8 |
                                      1u << 12 | 1u << 16)) != 0;
}

void pool_allocator_init(struct pool_allocator* allocator, unsigned devices, unsigned decoders,
                         uint32_t device_mib, const bool* present) {
  memset(allocator, 0, sizeof *allocator);
  allocator->devices = devices < POOL_DEVICES ? devices : POOL_DEVICES;
  allocator->decoders = decoders < POOL_DECODERS ? decoders : POOL_DECODERS;
  allocator->granules = device_mib / POOL_GRANULE_MIB;
  memcpy(allocator->present, present, allocator->devices * sizeof present[0]);
}

uint32_t pool_total_mib(const struct pool_allocator* allocator) {
  uint32_t devices = 0;
  for (unsigned device = 0; device < allocator->devices; ++device) {
    devices += allocator->present[device];
  }
  return devices * allocator->granules * POOL_GRANULE_MIB;
}

uint32_t pool_free_mib(const struct pool_allocator* allocator) {
  uint32_t taken = 0;
  for (unsigned i = 0; i < allocator->decoders; ++i) {
    const struct pool_allocation* a = &allocator->allocation[i];
    taken += a->used ? a->ways * a->granules * POOL_GRANULE_MIB : 0;
  }
  return pool_total_mib(allocator) - taken;
}

static bool overlap(uint32_t a, uint32_t a_size, uint32_t b, uint32_t b_size) {
  return a < b + b_size && b < a + a_size;
}

// An allocation that stands in the way of this range, or NULL.
static const struct pool_allocation* obstacle(const struct pool_allocator* allocator,
                                              unsigned first_device, unsigned ways,
                                              uint32_t first_granule, uint32_t granules) {
  for (unsigned i = 0; i < allocator->decoders; ++i) {
    const struct pool_allocation* a = &allocator->allocation[i];
    if (a->used && overlap(first_device, ways, a->first_device, a->ways) &&
        overlap(first_granule, granules, a->first_granule, a->granules)) {
      return a;
    }
  }
  return NULL;
}

static bool all_present(const struct pool_allocator* allocator, unsigned first_device,
                        unsigned ways) {
  for (unsigned device = first_device; device < first_device + ways; ++device) {
    if (!allocator->present[device]) {
      return false;
    }
  }
  return true;
}

int pool_allocate(struct pool_allocator* allocator, unsigned channel, uint32_t mib, unsigned ways) {
  unsigned decoder = 0;
  while (decoder < allocator->decoders && allocator->allocation[decoder].used) {
    ++decoder;
  }
  if (decoder == allocator->decoders) {
    return -1;
  }
  const uint32_t granules = mib / POOL_GRANULE_MIB / ways;
  for (unsigned device = 0; device + ways <= allocator->devices; ++device) {
    if (!all_present(allocator, device, ways)) {
      continue;
    }
    uint32_t granule = 0;
    while (granule + granules <= allocator->granules) {
      const struct pool_allocation* other = obstacle(allocator, device, ways, granule, granules);
      if (other == NULL) {
        allocator->allocation[decoder] = (struct pool_allocation){.used = true,
                                                                  .channel = (uint8_t)channel,
                                                                  .first_device = (uint8_t)device,
                                                                  .ways = (uint8_t)ways,
                                                                  .first_granule = granule,
                                                                  .granules = granules};
        return (int)decoder;
      }
      granule = other->first_granule + other->granules;
    }
  }
  return -1;
}

void pool_release(struct pool_allocator* allocator, unsigned decoder) {
  allocator->allocation[decoder].used = false;
}
