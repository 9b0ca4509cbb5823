#include <stdio.h>

#include "cipu/pod_link.h"
#include "cipu/stages.h"
#include "cipu/wait.h"
#include "drivers/nic.h"
#include "hal/interrupts.h"
#include "hal/timer.h"
#include "lib/bitmap.h"
#include "lib/log.h"

#define POD_TIMEOUT_US 2000000u

// Who has come, as far as the line goes.
static void name_those_who_came(const struct partition* partition) {
  const struct pod_sync* sync = &partition->sync;
  if (partition->index != sync->leader) {
    log_line("the pod's leader, partition %u, does not say that the pod is ready", sync->leader);
    return;
  }
  char names[100] = "";
  unsigned length = 0;
  for (unsigned i = bitmap_next(sync->seen, POD_PARTITIONS, 0);
       i < POD_PARTITIONS && length + 5 < sizeof names;
       i = bitmap_next(sync->seen, POD_PARTITIONS, i + 1)) {
    length += (unsigned)snprintf(names + length, sizeof names - length, " %u", i);
  }
  log_line("only %u of the pod's %u partitions came:%s", bitmap_count(sync->seen, POD_PARTITIONS),
           sync->partitions, names);
}

bool stage_pod_sync(struct partition* partition) {
  struct pod_sync* sync = &partition->sync;
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
    name_those_who_came(partition);
    return false;
  }
  log_line("pod %u: all %u partitions are up", sync->pod, sync->partitions);
  return true;
}
