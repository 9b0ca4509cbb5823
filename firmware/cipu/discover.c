#include <stddef.h>

#include "cipu/stages.h"
#include "cipu/wait.h"
#include "cipu/windows.h"
#include "hal/field.h"
#include "hal/mmio.h"
#include "lib/log.h"
#include "registers/generated/c/enumerations.h"
#include "registers/generated/c/gpu.h"
#include "registers/generated/c/mailbox.h"

#define EMPTY_WINDOW UINT32_MAX
#define DEVICE_MAGIC 0x534eu
#define FIRMWARE_TIMEOUT_US 100000u

// Identity and endpoint lie at the same place in every window.
_Static_assert(offsetof(gpu_t, identity) == offsetof(mailbox_t, identity), "one layout");
_Static_assert(offsetof(gpu_t, endpoint) == offsetof(mailbox_t, endpoint), "one layout");

static bool add_gpu(struct partition* partition, unsigned window, uint32_t endpoint) {
  if (partition->gpus == MAX_GPUS) {
    log_line("window %u: more than %u GPUs", window, MAX_GPUS);
    return false;
  }
  if (FIELD_GET(GPU__ENDPOINT__DOMAIN, endpoint) != partition->domain) {
    log_line("window %u: this GPU is of domain %lu, the partition of domain %u", window,
             (unsigned long)FIELD_GET(GPU__ENDPOINT__DOMAIN, endpoint), partition->domain);
    return false;
  }
  partition->gpu[partition->gpus++] =
      (struct gpu_unit){.base = window_base(window),
                        .window = window,
                        .id = (uint16_t)FIELD_GET(GPU__ENDPOINT__ID, endpoint)};
  return true;
}

static bool add_switch(struct partition* partition, unsigned window) {
  if (partition->switch_count == MAX_SWITCHES) {
    log_line("window %u: more than %u switches", window, MAX_SWITCHES);
    return false;
  }
  const uint32_t unit = mmio_read32(window_base(window) + offsetof(mailbox_t, unit));
  partition->switches[partition->switch_count++] =
      (struct switch_unit){.base = window_base(window),
                           .window = window,
                           .plane = FIELD_GET(MAILBOX__UNIT__INDEX, unit)};
  return true;
}

static bool add_pool(struct partition* partition, unsigned window, uint32_t endpoint) {
  if (partition->pools == MAX_POOLS) {
    log_line("window %u: more than %u pools", window, MAX_POOLS);
    return false;
  }
  partition->pool[partition->pools++] =
      (struct pool_unit){.base = window_base(window),
                         .window = window,
                         .id = (uint16_t)FIELD_GET(MAILBOX__ENDPOINT__ID, endpoint)};
  return true;
}

static bool look_into(struct partition* partition, unsigned window) {
  const uint32_t identity = mmio_read32(window_base(window) + offsetof(mailbox_t, identity));
  if (identity == EMPTY_WINDOW) {
    return true;
  }
  const uint32_t type = FIELD_GET(MAILBOX__IDENTITY__DEVICE_TYPE, identity);
  if (FIELD_GET(MAILBOX__IDENTITY__MAGIC, identity) != DEVICE_MAGIC) {
    log_line("window %u: not a device of this platform (identity 0x%lx)", window,
             (unsigned long)identity);
    return false;
  }
  const uint32_t endpoint = mmio_read32(window_base(window) + offsetof(mailbox_t, endpoint));
  switch (type) {
    case device_type_gpu:
      return add_gpu(partition, window, endpoint);
    case device_type_alink_switch:
      return add_switch(partition, window);
    case device_type_pool:
      return add_pool(partition, window, endpoint);
    default:
      log_line("window %u: a device of type %lu, left alone", window, (unsigned long)type);
      return true;
  }
}

// Switches and pools are of use once their own firmware answers.
static void wait_for_controllers(struct partition* partition) {
  uintptr_t bases[MAX_SWITCHES + MAX_POOLS];
  unsigned count = 0;
  for (unsigned i = 0; i < partition->switch_count; ++i) {
    bases[count++] = partition->switches[i].base;
  }
  for (unsigned i = 0; i < partition->pools; ++i) {
    bases[count++] = partition->pool[i].base;
  }
  const uint64_t silent =
      cipu_poll(partition, bases, ((uint64_t)1 << count) - 1, mailbox_ready, FIRMWARE_TIMEOUT_US);
  for (unsigned i = 0; i < partition->switch_count; ++i) {
    partition->switches[i].answers = (silent >> i & 1u) == 0;
    if (!partition->switches[i].answers) {
      log_line("switch of plane %u: its firmware does not answer; going on without the plane",
               partition->switches[i].plane);
    }
  }
  for (unsigned i = 0; i < partition->pools; ++i) {
    partition->pool[i].answers = (silent >> (partition->switch_count + i) & 1u) == 0;
    if (!partition->pool[i].answers) {
      log_line("pool %u: its firmware does not answer; going on without it", i);
    }
  }
}

bool stage_discover(struct partition* partition) {
  if (partition->windows > MAX_WINDOWS) {
    log_line("%u management windows are more than %u", partition->windows, MAX_WINDOWS);
    return false;
  }
  for (unsigned window = 0; window < partition->windows; ++window) {
    if (!look_into(partition, window)) {
      return false;
    }
  }
  log_line("%u windows: %u GPUs, %u switches, %u pools", partition->windows, partition->gpus,
           partition->switch_count, partition->pools);
  if (partition->gpus == 0) {
    log_line("no GPU in this partition");
    return false;
  }
  wait_for_controllers(partition);
  return true;
}
