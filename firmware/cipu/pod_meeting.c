#include "cipu/pod_link.h"
#include "cipu/stages.h"
#include "cipu/wait.h"
#include "drivers/nic.h"
#include "hal/interrupts.h"
#include "hal/timer.h"
#include "lib/log.h"

#define POD_TIMEOUT_US 2000000u

static void name_the_missing(const struct partition* partition) {
  const struct pod_sync* sync = &partition->sync;
  if (partition->index != sync->leader) {
    log_line("the pod's leader, partition %u, does not say that the pod is ready", sync->leader);
    return;
  }
  for (unsigned i = sync->leader; i < sync->leader + sync->partitions; ++i) {
    if (!bitmap_test(sync->seen, i)) {
      log_line("partition %u of the pod does not come", i);
    }
  }
}

bool stage_pod_sync(struct partition* partition) {
  struct pod_sync* sync = &partition->sync;
  if (partition->index < sync->leader || partition->index >= sync->leader + sync->partitions ||
      sync->leader + sync->partitions > POD_PARTITIONS) {
    log_line("partition %u is not one of the pod's %u from %u on", partition->index,
             sync->partitions, sync->leader);
    return false;
  }
  if (sync->partitions > 1 && !nic_link_up(nic_port_scale_out)) {
    log_line("the NIC's scale-out port has no link");
  }
  const uint64_t deadline = timer_after_us(POD_TIMEOUT_US);
  pod_sync_start(sync, timer_now());
  pod_link_send(partition);
  while (!sync->complete && timer_now() < deadline) {
    const uint64_t next = pod_sync_next(sync);
    interrupts_done(cipu_wait(partition, next < deadline ? next : deadline));
    pod_link_send(partition);
  }
  if (!sync->complete) {
    name_the_missing(partition);
    return false;
  }
  log_line("pod %u: all %u partitions are up", sync->pod, sync->partitions);
  return true;
}
