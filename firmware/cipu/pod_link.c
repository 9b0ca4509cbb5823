#include "cipu/pod_link.h"

#include "drivers/nic.h"
#include "hal/interrupts.h"
#include "hal/memory_map.h"
#include "hal/timer.h"

void pod_link_start(struct partition* partition) {
  pod_sync_init(&partition->sync, partition->index, partition->pod_leader,
                partition->pod_partitions, partition->pod);
  nic_enable();
  interrupts_enable(cipu_interrupt_nic);
}

void pod_link_receive(struct partition* partition) {
  struct nic_frame frame;
  while (nic_receive(&frame)) {
    if (frame.port == nic_port_scale_out) {
      pod_sync_receive(&partition->sync, frame.source, frame.word, frame.bytes);
    }
  }
  pod_link_send(partition);
}

void pod_link_send(struct partition* partition) {
  unsigned destination = 0;
  uint32_t words[POD_FRAME_WORDS];
  while (pod_sync_send(&partition->sync, timer_now(), &destination, words)) {
    nic_send(nic_port_scale_out, destination, words, sizeof words);
  }
}
