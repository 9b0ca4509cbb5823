#include <stddef.h>

#include "cipu/requests.h"
#include "cipu/stages.h"
#include "cipu/wait.h"
#include "drivers/gpu.h"
#include "drivers/pool.h"
#include "hal/field.h"
#include "hal/memory_map.h"
#include "hal/mmio.h"
#include "lib/log.h"
#include "registers/generated/c/cipu.h"
#include "registers/generated/c/enumerations.h"

#define TABLES_TIMEOUT_US 500000u
#define PLANES_TIMEOUT_US 100000u

static bool written(struct partition* partition, const struct switch_unit* unit,
                    const struct mailbox_request* request, const struct mailbox_answer* answer) {
  const bool route = request->command == mailbox_command_set_route;
  if (answer->result != mailbox_result_ok) {
    log_line("switch of plane %u: %s %lu: %s", unit->plane,
             route ? "route to endpoint" : "pod of port", (unsigned long)request->argument[0],
             mailbox_result_text(answer->result));
    return false;
  }
  partition->routes += route;
  return true;
}

static bool add(struct partition* partition, struct requests* requests,
                const struct endpoint* endpoint) {
  for (unsigned port = 0; port < ALINK_PORTS; ++port) {
    if ((endpoint->up >> port & 1u) == 0) {
      continue;
    }
    const struct alink_peer* peer = &endpoint->peer[port];
    const struct switch_unit* unit = partition_switch(partition, peer->switch_index);
    const struct mailbox_request pod = {.command = mailbox_command_set_pod,
                                        .argument = {peer->switch_port, partition->pod}};
    const struct mailbox_request route = {.command = mailbox_command_set_route,
                                          .argument = {endpoint->id, peer->switch_port}};
    if (!requests_add(requests, unit, &pod) || !requests_add(requests, unit, &route)) {
      log_line("more ports than the tables' request lists hold");
      return false;
    }
  }
  return true;
}

// `window` is a pool's window.
static bool sprays_over_all_that_is_up(uintptr_t window) {
  const uintptr_t pool = window + MANAGEMENT_POOL_OFFSET;
  return pool_plane_mask(pool) == alink_ports_up(pool_alink(pool), (1u << ALINK_PORTS) - 1);
}

// A pool's own firmware sets the planes of the pool, once it has seen their ports come up. What is
// read from the pool has no plane to come back on before that.
static void wait_for_pools(struct partition* partition) {
  for (unsigned i = 0; i < partition->endpoints; ++i) {
    const struct endpoint* endpoint = &partition->endpoint[i];
    if (endpoint->kind == endpoint_kind_pool &&
        cipu_poll(partition, &partition->pool[endpoint->index].base, 1, sprays_over_all_that_is_up,
                  PLANES_TIMEOUT_US) != 0) {
      log_line("pool %u: its firmware does not take up the planes that are up", endpoint->index);
    }
  }
}

static void set_planes(const struct partition* partition, const struct endpoint* endpoint) {
  if (endpoint->kind == endpoint_kind_gpu) {
    gpu_set_plane_mask(partition->gpu[endpoint->index].base, endpoint->up);
  } else if (endpoint->kind == endpoint_kind_cipu) {
    mmio_write32(CIPU_BASE + offsetof(cipu_t, plane_mask),
                 FIELD_SET(CIPU__PLANE_MASK__PLANES, endpoint->up));
  }
}

bool stage_tables(struct partition* partition) {
  if (partition->pod == 0) {
    log_line("this partition belongs to no pod: its endpoints reach nobody");
  }
  struct requests* requests = requests_begin();
  for (unsigned i = 0; i < partition->endpoints; ++i) {
    if (!add(partition, requests, &partition->endpoint[i])) {
      return false;
    }
  }
  if (!requests_run(partition, requests, written, TABLES_TIMEOUT_US)) {
    return false;
  }
  for (unsigned i = 0; i < partition->endpoints; ++i) {
    set_planes(partition, &partition->endpoint[i]);
  }
  wait_for_pools(partition);
  log_line("%u endpoints in pod %u, %u routes on %u planes", partition->endpoints, partition->pod,
           partition->routes, requests->lists);
  return true;
}
