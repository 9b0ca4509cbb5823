#include <stddef.h>

#include "cipu/requests.h"
#include "cipu/stages.h"
#include "drivers/gpu.h"
#include "drivers/pool.h"
#include "drivers/switch_port.h"
#include "hal/memory_map.h"
#include "hal/timer.h"
#include "lib/bitmap.h"
#include "lib/log.h"
#include "registers/generated/c/cipu.h"
#include "registers/generated/c/enumerations.h"

#define TRAINING_ANSWER_TIMEOUT_US 500000u

static void add_endpoint(struct partition* partition, enum endpoint_kind kind, unsigned index,
                         uint16_t id, uintptr_t ports) {
  struct endpoint* endpoint = &partition->endpoint[partition->endpoints++];
  endpoint->kind = kind;
  endpoint->index = index;
  endpoint->id = id;
  endpoint->ports = ports;
  for (unsigned port = 0; port < ALINK_PORTS; ++port) {
    const struct alink_peer peer = alink_peer(ports, port);
    endpoint->peer[port] = peer;
    if (peer.wired && peer.switch_port < SWITCH_PORTS &&
        partition_switch(partition, peer.switch_index) != NULL) {
      endpoint->asked |= 1u << port;
    }
  }
}

// The endpoints that this partition answers for.
static void gather_endpoints(struct partition* partition) {
  for (unsigned i = 0; i < partition->gpus; ++i) {
    add_endpoint(partition, endpoint_kind_gpu, i, partition->gpu[i].id,
                 gpu_alink(partition->gpu[i].base));
  }
  if (partition->has_endpoint) {
    add_endpoint(partition, endpoint_kind_cipu, 0, partition->id,
                 CIPU_BASE + offsetof(cipu_t, alink));
  }
  for (unsigned i = 0; partition->channel == 0 && i < partition->pools; ++i) {
    if (partition->pool[i].answers) {
      add_endpoint(partition, endpoint_kind_pool, i, partition->pool[i].id,
                   pool_alink(partition->pool[i].base + MANAGEMENT_POOL_OFFSET));
    }
  }
}

// Enables the endpoints' ends of the links and gathers, per switch, the ports at the other ends.
static void enable_ports(struct partition* partition,
                         uint32_t ports[MAX_SWITCHES][SWITCH_PORT_WORDS]) {
  for (unsigned i = 0; i < partition->endpoints; ++i) {
    const struct endpoint* endpoint = &partition->endpoint[i];
    for (unsigned port = 0; port < ALINK_PORTS; ++port) {
      if (endpoint->asked >> port & 1u) {
        const struct alink_peer* peer = &endpoint->peer[port];
        alink_enable(endpoint->ports, port);
        bitmap_set(ports[partition_switch(partition, peer->switch_index) - partition->switches],
                   peer->switch_port);
      }
    }
  }
}

static bool trained(struct partition* partition, const struct switch_unit* unit,
                    const struct mailbox_request* request, const struct mailbox_answer* answer) {
  (void)partition;
  (void)request;
  if (answer->result != mailbox_result_ok) {
    log_line("switch of plane %u: training: %s", unit->plane, mailbox_result_text(answer->result));
  } else if (answer->value[1] != 0) {
    log_line("switch of plane %u: %lu ports failed", unit->plane, (unsigned long)answer->value[1]);
  }
  return true;  // a plane less is no reason to stop: the ports are looked at below
}

// Which ports came up. Every endpoint needs one at least.
static bool look_at_ports(struct partition* partition) {
  unsigned asked = 0;
  bool good = true;
  for (unsigned i = 0; i < partition->endpoints; ++i) {
    struct endpoint* endpoint = &partition->endpoint[i];
    endpoint->up = alink_ports_up(endpoint->ports, endpoint->asked);
    partition->ports_trained += bits_count(endpoint->up);
    asked += bits_count(endpoint->asked);
    for (unsigned port = 0; port < ALINK_PORTS; ++port) {
      if ((endpoint->asked & ~endpoint->up) >> port & 1u) {
        log_line("%s %u: port %u is %s", endpoint_kind_text(endpoint->kind), endpoint->index, port,
                 alink_state_text(alink_state(endpoint->ports, port)));
      }
    }
    if (endpoint->up == 0) {
      log_line("%s %u has no ALink port that is up", endpoint_kind_text(endpoint->kind),
               endpoint->index);
      good = false;
    }
  }
  log_line("%u of %u ALink ports up", partition->ports_trained, asked);
  return good;
}

bool stage_training(struct partition* partition) {
  gather_endpoints(partition);
  uint32_t ports[MAX_SWITCHES][SWITCH_PORT_WORDS] = {{0}};
  enable_ports(partition, ports);
  struct requests* requests = requests_begin();
  for (unsigned i = 0; i < partition->switch_count; ++i) {
    if (bitmap_count(ports[i], SWITCH_PORTS) > 0) {
      struct mailbox_request request = {.command = mailbox_command_train_ports};
      for (unsigned word = 0; word < SWITCH_PORT_WORDS; ++word) {
        request.argument[word] = ports[i][word];
      }
      requests_add(requests, &partition->switches[i], &request);
    }
  }
  requests_run(partition, requests, trained, TRAINING_ANSWER_TIMEOUT_US);
  return look_at_ports(partition);
}
