#include "drivers/gpu.h"

#include <stddef.h>

#include "hal/field.h"
#include "hal/mmio.h"
#include "registers/generated/c/enumerations.h"
#include "registers/generated/c/gpu.h"

static uint32_t status(uintptr_t base) {
  return mmio_read32(base + offsetof(gpu_t, status));
}

bool gpu_is_ready(uintptr_t base) {
  return FIELD_GET(GPU__STATUS__READY, status(base)) != 0;
}

void gpu_start_self_test(uintptr_t base) {
  mmio_write32(base + offsetof(gpu_t, control), FIELD_SET(GPU__CONTROL__SELF_TEST, 1));
}

bool gpu_self_test_done(uintptr_t base) {
  return FIELD_GET(GPU__STATUS__SELF_TEST_DONE, status(base)) != 0;
}

struct gpu_health gpu_health(uintptr_t base) {
  const uint32_t value = mmio_read32(base + offsetof(gpu_t, health));
  return (struct gpu_health){
      .fault = FIELD_GET(GPU__HEALTH__FAULT, value),
      .hbm_good = FIELD_GET(GPU__HEALTH__HBM_GOOD, value) != 0,
      .temperature = FIELD_GET(GPU__HEALTH__TEMPERATURE, value),
  };
}

uint32_t gpu_hbm_mib(uintptr_t base) {
  return mmio_read32(base + offsetof(gpu_t, hbm_size));
}

void gpu_enable(uintptr_t base) {
  mmio_write32(base + offsetof(gpu_t, control), FIELD_SET(GPU__CONTROL__ENABLE, 1));
}

void gpu_set_plane_mask(uintptr_t base, uint32_t planes) {
  mmio_write32(base + offsetof(gpu_t, plane_mask), FIELD_SET(GPU__PLANE_MASK__PLANES, planes));
}

void gpu_enable_alerts(uintptr_t base) {
  mmio_write32(base + offsetof(gpu_t, interrupt_status),
               FIELD_SET(GPU__INTERRUPT_STATUS__FAULT, 1) |
                   FIELD_SET(GPU__INTERRUPT_STATUS__PORT_CHANGE, 1));
  mmio_write32(base + offsetof(gpu_t, interrupt_enable),
               FIELD_SET(GPU__INTERRUPT_ENABLE__FAULT, 1) |
                   FIELD_SET(GPU__INTERRUPT_ENABLE__PORT_CHANGE, 1));
}

struct gpu_alert gpu_take_alert(uintptr_t base) {
  const uint32_t causes = mmio_read32(base + offsetof(gpu_t, interrupt_status));
  mmio_write32(base + offsetof(gpu_t, interrupt_status), causes);
  return (struct gpu_alert){
      .fault = FIELD_GET(GPU__INTERRUPT_STATUS__FAULT, causes) != 0,
      .port_change = FIELD_GET(GPU__INTERRUPT_STATUS__PORT_CHANGE, causes) != 0,
  };
}

uintptr_t gpu_alink(uintptr_t base) {
  return base + offsetof(gpu_t, alink);
}

const char* gpu_fault_text(uint32_t fault) {
  static const char* const texts[] = {
      [gpu_fault_none] = "no fault",
      [gpu_fault_hbm] = "HBM failed its self-test",
      [gpu_fault_command] = "a command could not be decoded",
      [gpu_fault_transfer] = "a transfer ended with an error",
      [gpu_fault_hang] = "the compute engine hangs",
  };
  return fault < sizeof texts / sizeof texts[0] ? texts[fault] : "an unknown fault";
}
