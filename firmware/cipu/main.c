// Firmware of a CIPU: brings its partition up, then serves.
#include <stddef.h>

#include "cipu/alerts.h"
#include "cipu/host.h"
#include "cipu/partition.h"
#include "cipu/pod_link.h"
#include "cipu/stages.h"
#include "cipu/wait.h"
#include "hal/interrupts.h"
#include "hal/memory_map.h"
#include "hal/mmio.h"
#include "hal/timer.h"
#include "hal/trap.h"
#include "lib/log.h"
#include "registers/generated/c/cipu.h"
#include "registers/generated/c/enumerations.h"

#define HEARTBEAT_US 1000000u

static struct partition partition;

static const struct {
  uint32_t stage;
  bool (*run)(struct partition* partition);
} stages[] = {
    {cipu_stage_discover, stage_discover}, {cipu_stage_gpu_check, stage_gpu_check},
    {cipu_stage_training, stage_training}, {cipu_stage_tables, stage_tables},
    {cipu_stage_pod_sync, stage_pod_sync}, {cipu_stage_pool_map, stage_pool_map},
};

static bool bring_up(void) {
  for (unsigned i = 0; i < sizeof stages / sizeof stages[0]; ++i) {
    partition_enter(&partition, stages[i].stage);
    if (!stages[i].run(&partition)) {
      partition_fail(&partition);
      return false;
    }
  }
  return true;
}

int main(void) {
  partition_init(&partition);
  log_line("CIPU of partition %u, channel %u in domain %u", partition.index, partition.channel,
           partition.domain);
  host_start(&partition);
  pod_link_start(&partition);
  interrupts_enable(cipu_interrupt_answer);
  if (bring_up()) {
    alerts_start(&partition);
    partition_enter(&partition, cipu_stage_ready);
    log_line("partition %u: %u GPUs, %u ALink ports, %u routes, %lu MiB of pool", partition.index,
             partition.gpus, partition.ports_trained, partition.routes,
             (unsigned long)partition.share.mib);
  }
  uint32_t beats = 0;
  for (;;) {
    cipu_sleep(&partition, HEARTBEAT_US);
    mmio_write32(CIPU_BASE + offsetof(cipu_t, heartbeat), ++beats);
  }
}

void image_died(void) {
  partition_fail(&partition);
}
