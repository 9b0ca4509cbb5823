// A memory pool's block at `base`: of the pool's own controller, or of a CIPU that looks through
// the pool's management window.
#ifndef DRIVERS_POOL_H
#define DRIVERS_POOL_H

#include <stdbool.h>
#include <stdint.h>

#define POOL_DEVICES 32u
#define POOL_DECODERS 16u

struct pool_capability {
  uint8_t devices;
  uint8_t decoders;
  uint32_t device_mib;
};

// What an HDM decoder maps.
struct pool_mapping {
  uint64_t base;            // first address on ALink
  uint64_t size;            // in bytes, over all devices
  uint64_t device_address;  // first address within each device
  uint8_t ways;
  uint8_t granularity;  // 256 bytes shifted left by this
  uint8_t first_device;
  uint16_t pod;  // that may use the range
};

struct pool_capability pool_capability(uintptr_t base);
bool pool_device_present(uintptr_t base, unsigned device);
void pool_set_plane_mask(uintptr_t base, uint32_t planes);
uint32_t pool_plane_mask(uintptr_t base);
// Programs and commits a decoder; true if the mapping is in force.
bool pool_map(uintptr_t base, unsigned decoder, const struct pool_mapping* mapping);
void pool_unmap(uintptr_t base, unsigned decoder);
// Address of its ALink ports.
uintptr_t pool_alink(uintptr_t base);

#endif  // DRIVERS_POOL_H
