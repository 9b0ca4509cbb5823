#include "cipu/groups.h"

#include "cipu/requests.h"
#include "drivers/switch_port.h"
#include "lib/bitmap.h"
#include "lib/log.h"
#include "registers/generated/c/enumerations.h"

#define GROUP_TIMEOUT_US 100000u

static bool told(struct partition* partition, const struct switch_unit* unit,
                 const struct mailbox_request* request, const struct mailbox_answer* answer) {
  (void)partition;
  if (answer->result != mailbox_result_ok) {
    log_line("switch of plane %u: group %lu: %s", unit->plane, (unsigned long)request->argument[0],
             mailbox_result_text(answer->result));
    return false;
  }
  return true;
}

// One request for every word of a switch's ports in which this partition has a GPU.
static bool add_requests(struct partition* partition, struct requests* requests,
                         const struct switch_unit* unit, uint32_t group, uint32_t members) {
  uint32_t own[SWITCH_PORT_WORDS] = {0};
  uint32_t chosen[SWITCH_PORT_WORDS] = {0};
  for (unsigned i = 0; i < partition->endpoints; ++i) {
    const struct endpoint* endpoint = &partition->endpoint[i];
    for (unsigned port = 0; port < ALINK_PORTS; ++port) {
      const struct alink_peer* peer = &endpoint->peer[port];
      if (endpoint->kind == endpoint_kind_gpu && (endpoint->up >> port & 1u) != 0 &&
          peer->switch_index == unit->plane) {
        bitmap_set(own, peer->switch_port);
        if (members >> endpoint->index & 1u) {
          bitmap_set(chosen, peer->switch_port);
        }
      }
    }
  }
  for (unsigned word = 0; word < SWITCH_PORT_WORDS; ++word) {
    const struct mailbox_request request = {.command = mailbox_command_set_group,
                                            .argument = {group, word, chosen[word]}};
    if (own[word] != 0 && !requests_add(requests, unit, &request)) {
      return false;
    }
  }
  return true;
}

void groups_set(struct partition* partition, uint32_t group, uint32_t members,
                struct mailbox_answer* answer) {
  if (partition->gpus < 32u && members >> partition->gpus != 0) {
    answer->result = mailbox_result_bad_argument;
    return;
  }
  if (partition->stage != cipu_stage_ready) {  // the request lists are bring-up's until then
    answer->result = mailbox_result_failed;
    return;
  }
  struct requests* requests = requests_begin();
  bool good = true;
  for (unsigned i = 0; i < partition->switch_count; ++i) {
    good = good && (!partition->switches[i].answers ||
                    add_requests(partition, requests, &partition->switches[i], group, members));
  }
  good = good && requests_run(partition, requests, told, GROUP_TIMEOUT_US);
  answer->result = good ? mailbox_result_ok : mailbox_result_failed;
  answer->value[0] = bits_count(members);
  answer->value[1] = requests->lists;
}
