#include "drivers/pool.h"

#include <stddef.h>

#include "hal/field.h"
#include "hal/mmio.h"
#include "registers/generated/c/pool.h"

struct pool_capability pool_capability(uintptr_t base) {
  const uint32_t value = mmio_read32(base + offsetof(pool_t, capability));
  return (struct pool_capability){
      .devices = (uint8_t)FIELD_GET(POOL__CAPABILITY__DEVICES, value),
      .decoders = (uint8_t)FIELD_GET(POOL__CAPABILITY__DECODERS, value),
      .device_mib = mmio_read32(base + offsetof(pool_t, device_size)),
  };
}

bool pool_device_present(uintptr_t base, unsigned device) {
  return FIELD_GET(POOL__DEVICE_STATUSX__PRESENT,
                   mmio_read32(base + offsetof(pool_t, device_status[device]))) != 0;
}

void pool_set_plane_mask(uintptr_t base, uint32_t planes) {
  mmio_write32(base + offsetof(pool_t, plane_mask), FIELD_SET(POOL__PLANE_MASK__PLANES, planes));
}

uint32_t pool_plane_mask(uintptr_t base) {
  return FIELD_GET(POOL__PLANE_MASK__PLANES, mmio_read32(base + offsetof(pool_t, plane_mask)));
}

static void write64(uintptr_t address, uint64_t value) {
  mmio_write32(address, (uint32_t)value);
  mmio_write32(address + 4, (uint32_t)(value >> 32));
}

bool pool_map(uintptr_t base, unsigned decoder, const struct pool_mapping* mapping) {
  const uintptr_t d = base + offsetof(pool_t, decoder[decoder]);
  write64(d + offsetof(pool__decoderx__stride40_t, base_low), mapping->base);
  write64(d + offsetof(pool__decoderx__stride40_t, size_low), mapping->size);
  write64(d + offsetof(pool__decoderx__stride40_t, device_address_low), mapping->device_address);
  mmio_write32(d + offsetof(pool__decoderx__stride40_t, interleave),
               FIELD_SET(POOL__DECODERX__INTERLEAVE__WAYS, mapping->ways) |
                   FIELD_SET(POOL__DECODERX__INTERLEAVE__GRANULARITY, mapping->granularity) |
                   FIELD_SET(POOL__DECODERX__INTERLEAVE__FIRST_DEVICE, mapping->first_device));
  mmio_write32(d + offsetof(pool__decoderx__stride40_t, owner),
               FIELD_SET(POOL__DECODERX__OWNER__POD, mapping->pod));
  const uintptr_t control = d + offsetof(pool__decoderx__stride40_t, control);
  mmio_write32(control, FIELD_SET(POOL__DECODERX__CONTROL__COMMIT, 1));
  return FIELD_GET(POOL__DECODERX__CONTROL__COMMITTED, mmio_read32(control)) != 0;
}

void pool_unmap(uintptr_t base, unsigned decoder) {
  mmio_write32(base + offsetof(pool_t, decoder[decoder].control),
               FIELD_SET(POOL__DECODERX__CONTROL__COMMIT, 0));
}

uintptr_t pool_alink(uintptr_t base) {
  return base + offsetof(pool_t, alink);
}
