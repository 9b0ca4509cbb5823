#include "cipu/alerts.h"

#include "cipu/windows.h"
#include "drivers/gpu.h"
#include "hal/interrupts.h"
#include "hal/memory_map.h"
#include "lib/log.h"

void alerts_start(struct partition* partition) {
  for (unsigned i = 0; i < partition->gpus; ++i) {
    gpu_enable_alerts(partition->gpu[i].base);
  }
  interrupts_enable(cipu_interrupt_alert);
}

static struct endpoint* endpoint_of_gpu(struct partition* partition, unsigned gpu) {
  for (unsigned i = 0; i < partition->endpoints; ++i) {
    struct endpoint* endpoint = &partition->endpoint[i];
    if (endpoint->kind == endpoint_kind_gpu && endpoint->index == gpu) {
      return endpoint;
    }
  }
  return 0;
}

static void follow_ports(struct partition* partition, unsigned index) {
  const uintptr_t base = partition->gpu[index].base;
  struct endpoint* endpoint = endpoint_of_gpu(partition, index);
  if (endpoint == 0) {
    return;
  }
  const uint32_t up = alink_ports_up(endpoint->ports, endpoint->asked);
  const uint32_t changed = up ^ endpoint->up;
  for (unsigned port = 0; port < ALINK_PORTS; ++port) {
    if (changed >> port & 1u) {
      log_line("ALERT: GPU %u: port %u is %s", index, port,
               alink_state_text(alink_state(endpoint->ports, port)));
    }
  }
  if (changed != 0) {
    endpoint->up = up;
    gpu_set_plane_mask(base, up);
  }
}

void alerts_serve(struct partition* partition) {
  for (unsigned i = 0; i < partition->gpus; ++i) {
    if (!window_raised(partition->gpu[i].window)) {
      continue;
    }
    const uintptr_t base = partition->gpu[i].base;
    const struct gpu_alert alert = gpu_take_alert(base);
    ++partition->alerts;
    if (alert.fault) {
      const struct gpu_health health = gpu_health(base);
      partition->gpu[i].ready = false;
      log_line("ALERT: GPU %u: %s (%lu C)", i, gpu_fault_text(health.fault),
               (unsigned long)health.temperature);
    }
    if (alert.port_change) {
      follow_ports(partition, i);
    }
  }
}
