#include "cipu/host.h"

#include <stddef.h>

#include "cipu/groups.h"
#include "drivers/gpu.h"
#include "hal/interrupts.h"
#include "hal/memory_map.h"
#include "hal/mmio.h"
#include "lib/bitmap.h"
#include "registers/generated/c/enumerations.h"
#include "registers/generated/c/gpu.h"

void host_start(struct partition* partition) {
  interrupts_enable(cipu_interrupt_host);
  mailbox_server_start(&partition->host, HOST_MAILBOX_BASE);
}

static void answer_status(const struct partition* partition, struct mailbox_answer* answer) {
  unsigned ready = 0;
  for (unsigned i = 0; i < partition->gpus; ++i) {
    ready += partition->gpu[i].ready;
  }
  answer->value[0] = partition->stage;
  answer->value[1] = ready;
  answer->value[2] = partition->ports_trained;
  answer->value[3] = partition->routes;
}

static void answer_gpu(const struct partition* partition, uint32_t index,
                       struct mailbox_answer* answer) {
  if (index >= partition->gpus) {
    answer->result = mailbox_result_bad_argument;
    return;
  }
  const struct gpu_unit* gpu = &partition->gpu[index];
  answer->value[0] = gpu->id;
  answer->value[1] = mmio_read32(gpu->base + offsetof(gpu_t, health));
  answer->value[2] = bits_count(alink_ports_up(gpu_alink(gpu->base), (1u << ALINK_PORTS) - 1));
}

static void serve(struct partition* partition, unsigned channel) {
  const struct mailbox_request request = mailbox_server_take(&partition->host, channel);
  struct mailbox_answer answer = {.result = mailbox_result_ok};
  switch (request.command) {
    case mailbox_command_ping:
      answer.value[0] = request.argument[0] + 1;
      break;
    case mailbox_command_host_status:
      answer_status(partition, &answer);
      break;
    case mailbox_command_host_pool:
      answer.value[0] = partition->share.mib;
      answer.value[1] = (uint32_t)partition->share.base;
      answer.value[2] = (uint32_t)(partition->share.base >> 32);
      answer.value[3] = partition->share.id;
      break;
    case mailbox_command_host_gpu:
      answer_gpu(partition, request.argument[0], &answer);
      break;
    case mailbox_command_host_group:
      groups_set(partition, request.argument[0], request.argument[1], &answer);
      break;
    default:
      answer.result = mailbox_result_unknown_command;
  }
  mailbox_server_answer(&partition->host, channel, &answer);
}

void host_serve(struct partition* partition) {
  const uint32_t pending = mailbox_server_pending(&partition->host);
  for (unsigned channel = 0; channel < MAILBOX_CHANNELS; ++channel) {
    if (pending >> channel & 1u) {
      serve(partition, channel);
    }
  }
}
