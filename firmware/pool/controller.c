#include "pool/controller.h"

#include <string.h>

#include "drivers/alink_port.h"
#include "drivers/pool.h"
#include "hal/interrupts.h"
#include "hal/memory_map.h"
#include "hal/timer.h"
#include "lib/bitmap.h"
#include "lib/log.h"
#include "registers/generated/c/enumerations.h"

// How often the ports are looked at: the pool has no interrupt for them.
#define LOOK_WHILE_TRAINING_US 500u
#define LOOK_WHILE_UP_US 100000u

void pool_controller_start(struct pool_controller* controller) {
  memset(controller, 0, sizeof *controller);
  const struct pool_capability capability = pool_capability(POOL_BASE);
  bool present[POOL_DEVICES] = {false};
  for (unsigned device = 0; device < capability.devices && device < POOL_DEVICES; ++device) {
    present[device] = pool_device_present(POOL_BASE, device);
    if (!present[device]) {
      log_line("memory device %u does not answer", device);
    }
  }
  pool_allocator_init(&controller->allocator, capability.devices, capability.decoders,
                      capability.device_mib, present);
  for (unsigned port = 0; port < ALINK_PORTS; ++port) {
    if (alink_peer(pool_alink(POOL_BASE), port).wired) {
      controller->wired |= 1u << port;
      alink_enable(pool_alink(POOL_BASE), port);
    }
  }
  interrupts_enable(pool_interrupt_mailbox);
  mailbox_server_start(&controller->mailbox, POOL_MAILBOX_BASE);
  log_line("pool: %u devices of %lu MiB, %u decoders, %u ALink ports; offering %lu MiB",
           capability.devices, (unsigned long)capability.device_mib, capability.decoders,
           bits_count(controller->wired), (unsigned long)pool_total_mib(&controller->allocator));
}

static uint32_t allocate(struct pool_controller* controller, unsigned channel, uint32_t mib,
                         uint32_t ways, struct mailbox_answer* answer) {
  if (!pool_ways_legal(ways) || mib == 0 || mib % (POOL_GRANULE_MIB * ways) != 0) {
    return mailbox_result_bad_argument;
  }
  const int decoder = pool_allocate(&controller->allocator, channel, mib, ways);
  if (decoder < 0) {
    return mailbox_result_no_capacity;
  }
  const struct pool_allocation* given = &controller->allocator.allocation[decoder];
  const uint64_t address = (uint64_t)given->first_granule * POOL_GRANULE_MIB << 20;
  answer->value[0] = (uint32_t)address;
  answer->value[1] = (uint32_t)(address >> 32);
  answer->value[2] = (uint32_t)decoder;
  answer->value[3] = given->first_device;
  log_line("channel %u: %lu MiB over %lu devices from device %u, decoder %d", channel,
           (unsigned long)mib, (unsigned long)ways, given->first_device, decoder);
  return mailbox_result_ok;
}

static uint32_t release(struct pool_controller* controller, unsigned channel, uint32_t decoder) {
  if (decoder >= controller->allocator.decoders) {
    return mailbox_result_bad_argument;
  }
  const struct pool_allocation* given = &controller->allocator.allocation[decoder];
  if (!given->used || given->channel != channel) {
    return mailbox_result_not_owner;
  }
  pool_unmap(POOL_BASE, decoder);
  pool_release(&controller->allocator, decoder);
  log_line("channel %u: gave decoder %lu back", channel, (unsigned long)decoder);
  return mailbox_result_ok;
}

static void serve(struct pool_controller* controller, unsigned channel) {
  const struct mailbox_request request = mailbox_server_take(&controller->mailbox, channel);
  struct mailbox_answer answer = {.result = mailbox_result_ok};
  switch (request.command) {
    case mailbox_command_ping:
      answer.value[0] = request.argument[0] + 1;
      break;
    case mailbox_command_pool_capacity:
      answer.value[0] = pool_total_mib(&controller->allocator);
      answer.value[1] = pool_free_mib(&controller->allocator);
      answer.value[2] = controller->allocator.devices;
      break;
    case mailbox_command_pool_allocate:
      answer.result =
          allocate(controller, channel, request.argument[0], request.argument[1], &answer);
      break;
    case mailbox_command_pool_release:
      answer.result = release(controller, channel, request.argument[0]);
      break;
    default:
      answer.result = mailbox_result_unknown_command;
  }
  mailbox_server_answer(&controller->mailbox, channel, &answer);
}

static void look_at_ports(struct pool_controller* controller) {
  const uint32_t up = alink_ports_up(pool_alink(POOL_BASE), controller->wired);
  if (up != controller->planes) {
    controller->planes = up;
    pool_set_plane_mask(POOL_BASE, up);
    log_line("%u of %u ALink ports up", bits_count(up), bits_count(controller->wired));
  }
  controller->next_look =
      timer_after_us(up == controller->wired ? LOOK_WHILE_UP_US : LOOK_WHILE_TRAINING_US);
}

uint64_t pool_controller_step(struct pool_controller* controller, uint32_t sources) {
  if (sources >> pool_interrupt_mailbox & 1u) {
    const uint32_t pending = mailbox_server_pending(&controller->mailbox);
    for (unsigned channel = 0; channel < MAILBOX_CHANNELS; ++channel) {
      if (pending >> channel & 1u) {
        serve(controller, channel);
      }
    }
  }
  if (timer_now() >= controller->next_look) {
    look_at_ports(controller);
  }
  return controller->next_look;
}
