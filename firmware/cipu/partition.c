#include "cipu/partition.h"

#include <stddef.h>
#include <string.h>

#include "hal/field.h"
#include "hal/memory_map.h"
#include "hal/mmio.h"
#include "lib/log.h"
#include "registers/generated/c/cipu.h"
#include "registers/generated/c/enumerations.h"

static uint32_t read(size_t offset) {
  return mmio_read32(CIPU_BASE + offset);
}

void partition_init(struct partition* partition) {
  memset(partition, 0, sizeof *partition);
  const uint32_t strap = read(offsetof(cipu_t, strap));
  partition->index = FIELD_GET(CIPU__STRAP__INDEX, strap);
  partition->channel = FIELD_GET(CIPU__STRAP__CHANNEL, strap);
  partition->windows = FIELD_GET(CIPU__STRAP__WINDOWS, strap);
  const uint32_t endpoint = read(offsetof(cipu_t, endpoint));
  partition->domain = FIELD_GET(CIPU__ENDPOINT__DOMAIN, endpoint);
  partition->has_endpoint = FIELD_GET(CIPU__ENDPOINT__VALID, endpoint) != 0;
  partition->id = (uint16_t)FIELD_GET(CIPU__ENDPOINT__ID, endpoint);
  const uint32_t pod = read(offsetof(cipu_t, pod));
  partition->pod = (uint16_t)FIELD_GET(CIPU__POD__POD, pod);
  partition->pod_leader = FIELD_GET(CIPU__POD__LEADER, pod);
  partition->pod_partitions = FIELD_GET(CIPU__POD__PARTITIONS, pod);
  partition->pool_request_mib = read(offsetof(cipu_t, pool_request));
  const uint32_t interleave = read(offsetof(cipu_t, pool_interleave));
  partition->pool_ways = (uint8_t)FIELD_GET(CIPU__POOL_INTERLEAVE__WAYS, interleave);
  partition->pool_granularity = (uint8_t)FIELD_GET(CIPU__POOL_INTERLEAVE__GRANULARITY, interleave);
}

static void set_boot_status(uint32_t stage, uint32_t failure) {
  mmio_write32(
      CIPU_BASE + offsetof(cipu_t, boot_status),
      FIELD_SET(CIPU__BOOT_STATUS__STAGE, stage) | FIELD_SET(CIPU__BOOT_STATUS__FAILURE, failure));
}

static const char* stage_text(uint32_t stage) {
  static const char* const texts[] = {
      [cipu_stage_reset] = "starting",
      [cipu_stage_discover] = "enumerating the partition",
      [cipu_stage_gpu_check] = "checking GPUs",
      [cipu_stage_training] = "training links",
      [cipu_stage_tables] = "writing pods and routes",
      [cipu_stage_pod_sync] = "meeting the other partitions of the pod",
      [cipu_stage_pool_map] = "mapping pool capacity",
      [cipu_stage_ready] = "ready",
      [cipu_stage_failed] = "failed",
  };
  return stage < sizeof texts / sizeof texts[0] ? texts[stage] : "in an unknown stage";
}

void partition_enter(struct partition* partition, uint32_t stage) {
  partition->stage = stage;
  set_boot_status(stage, cipu_stage_reset);
  log_line("stage %lu: %s", (unsigned long)stage, stage_text(stage));
}

void partition_fail(struct partition* partition) {
  const uint32_t where = partition->stage;
  partition->stage = cipu_stage_failed;
  set_boot_status(cipu_stage_failed, where);
  log_line("bring-up FAILED while %s; still answering the host", stage_text(where));
}

struct switch_unit* partition_switch(struct partition* partition, unsigned plane) {
  for (unsigned i = 0; i < partition->switch_count; ++i) {
    if (partition->switches[i].plane == plane && partition->switches[i].answers) {
      return &partition->switches[i];
    }
  }
  return NULL;
}

const char* endpoint_kind_text(enum endpoint_kind kind) {
  static const char* const texts[] = {"GPU", "CIPU", "pool"};
  return texts[kind];
}
