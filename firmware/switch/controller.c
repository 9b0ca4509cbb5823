#include "switch/controller.h"

#include <string.h>

#include "drivers/arbiter.h"
#include "hal/interrupts.h"
#include "hal/memory_map.h"
#include "hal/timer.h"
#include "lib/bitmap.h"
#include "lib/log.h"
#include "registers/generated/c/enumerations.h"

void switch_controller_start(struct switch_controller* controller) {
  memset(controller, 0, sizeof *controller);
  memset(controller->owner, NO_OWNER, sizeof controller->owner);
  controller->identity = switch_identity();
  for (unsigned c = 0; c < controller->identity.classes; ++c) {
    const struct switch_class wanted = switch_class_strap(c);
    arbiter_set_class(c, wanted.weight, wanted.age_limit);
  }
  switch_enable_port_interrupt();
  interrupts_enable(switch_interrupt_mailbox);
  interrupts_enable(switch_interrupt_port_change);
  mailbox_server_start(&controller->mailbox, SWITCH_MAILBOX_BASE);
  log_line("switch of plane %u, domain %u: %u ports, answering its mailbox",
           controller->identity.plane, controller->identity.domain, controller->identity.ports);
}

static uint32_t train_ports(struct switch_controller* controller, unsigned channel,
                            const uint32_t ports[SWITCH_PORT_WORDS]) {
  unsigned port = bitmap_next(ports, SWITCH_PORTS, 0);
  if (port == SWITCH_PORTS) {
    return mailbox_result_bad_argument;
  }
  for (; port < SWITCH_PORTS; port = bitmap_next(ports, SWITCH_PORTS, port + 1)) {
    if (port >= controller->identity.ports) {
      return mailbox_result_bad_argument;
    }
    if (controller->owner[port] != NO_OWNER && controller->owner[port] != channel) {
      return mailbox_result_not_owner;
    }
  }
  for (port = bitmap_next(ports, SWITCH_PORTS, 0); port < SWITCH_PORTS;
       port = bitmap_next(ports, SWITCH_PORTS, port + 1)) {
    controller->owner[port] = (uint8_t)channel;
  }
  training_start(&controller->training[channel], ports);
  return mailbox_result_ok;
}

static uint32_t set_pod(struct switch_controller* controller, unsigned channel, uint32_t port,
                        uint32_t pod) {
  if (port >= controller->identity.ports || pod > UINT16_MAX) {
    return mailbox_result_bad_argument;
  }
  if (controller->owner[port] != channel) {
    return mailbox_result_not_owner;
  }
  switch_set_pod(port, pod);
  return mailbox_result_ok;
}

// The endpoint has no route, or one to a port of this channel.
static bool may_change_route(const struct switch_controller* controller, unsigned channel,
                             uint32_t endpoint) {
  unsigned port = 0;
  return !switch_route(endpoint, &port) ||
         (port < SWITCH_PORTS && controller->owner[port] == channel);
}

static uint32_t set_route(struct switch_controller* controller, unsigned channel, uint32_t endpoint,
                          uint32_t port) {
  if (endpoint >= SWITCH_ENDPOINTS || port >= controller->identity.ports) {
    return mailbox_result_bad_argument;
  }
  if (controller->owner[port] != channel || !may_change_route(controller, channel, endpoint)) {
    return mailbox_result_not_owner;
  }
  switch_set_route(endpoint, port);
  return mailbox_result_ok;
}

static uint32_t clear_route(const struct switch_controller* controller, unsigned channel,
                            uint32_t endpoint) {
  if (endpoint >= SWITCH_ENDPOINTS) {
    return mailbox_result_bad_argument;
  }
  if (!may_change_route(controller, channel, endpoint)) {
    return mailbox_result_not_owner;
  }
  switch_clear_route(endpoint);
  return mailbox_result_ok;
}

// Of the ports of one word, only those of the caller change.
static uint32_t set_group(const struct switch_controller* controller, unsigned channel,
                          uint32_t group, uint32_t word, uint32_t members) {
  if (group >= controller->identity.groups || word >= SWITCH_PORT_WORDS) {
    return mailbox_result_bad_argument;
  }
  uint32_t own = 0;
  for (unsigned bit = 0; bit < 32u; ++bit) {
    own |= (uint32_t)(controller->owner[word * 32u + bit] == channel) << bit;
  }
  if ((members & ~own) != 0) {
    return mailbox_result_not_owner;
  }
  switch_set_group(group, word, (switch_group(group, word) & ~own) | members);
  return mailbox_result_ok;
}

static void serve(struct switch_controller* controller, unsigned channel) {
  const struct mailbox_request request = mailbox_server_take(&controller->mailbox, channel);
  struct mailbox_answer answer = {.result = mailbox_result_ok};
  switch (request.command) {
    case mailbox_command_ping:
      answer.value[0] = request.argument[0] + 1;
      break;
    case mailbox_command_port_count:
      answer.value[0] = controller->identity.ports;
      break;
    case mailbox_command_train_ports:
      answer.result = train_ports(controller, channel, request.argument);
      break;
    case mailbox_command_set_pod:
      answer.result = set_pod(controller, channel, request.argument[0], request.argument[1]);
      break;
    case mailbox_command_set_route:
      answer.result = set_route(controller, channel, request.argument[0], request.argument[1]);
      break;
    case mailbox_command_clear_route:
      answer.result = clear_route(controller, channel, request.argument[0]);
      break;
    case mailbox_command_set_group:
      answer.result = set_group(controller, channel, request.argument[0], request.argument[1],
                                request.argument[2]);
      break;
    default:
      answer.result = mailbox_result_unknown_command;
  }
  if (!controller->training[channel].active) {
    mailbox_server_answer(&controller->mailbox, channel, &answer);
  }
}

static void follow_ports(struct switch_controller* controller) {
  uint32_t changed[SWITCH_PORT_WORDS];
  for (unsigned word = 0; word < SWITCH_PORT_WORDS; ++word) {
    changed[word] = switch_take_port_changes(word);
  }
  for (unsigned port = bitmap_next(changed, SWITCH_PORTS, 0); port < SWITCH_PORTS;
       port = bitmap_next(changed, SWITCH_PORTS, port + 1)) {
    const bool up = switch_port_state(port) == link_state_up;
    if (up) {
      bitmap_set(controller->up, port);
    } else if (bitmap_test(controller->up, port)) {
      bitmap_clear(controller->up, port);
      log_line("port %u went down", port);
    }
  }
  for (unsigned channel = 0; channel < MAILBOX_CHANNELS; ++channel) {
    if (controller->training[channel].active) {
      training_update(&controller->training[channel], changed);
    }
  }
}

static void answer_training(struct switch_controller* controller, unsigned channel) {
  struct training* training = &controller->training[channel];
  training->active = false;
  const struct mailbox_answer answer = {
      .result = training->up > 0 ? mailbox_result_ok : mailbox_result_failed,
      .value = {training->up, training->ports - training->up}};
  log_line("channel %u: %lu of %lu ports trained", channel, (unsigned long)training->up,
           (unsigned long)training->ports);
  mailbox_server_answer(&controller->mailbox, channel, &answer);
}

uint64_t switch_controller_step(struct switch_controller* controller, uint32_t sources) {
  if (sources >> switch_interrupt_port_change & 1u) {
    follow_ports(controller);
  }
  if (sources >> switch_interrupt_mailbox & 1u) {
    const uint32_t pending = mailbox_server_pending(&controller->mailbox);
    for (unsigned channel = 0; channel < MAILBOX_CHANNELS; ++channel) {
      if (pending >> channel & 1u) {
        serve(controller, channel);
      }
    }
  }
  uint64_t next = TIMER_NEVER;
  for (unsigned channel = 0; channel < MAILBOX_CHANNELS; ++channel) {
    struct training* training = &controller->training[channel];
    if (training->active && training_finished(training, timer_now())) {
      answer_training(controller, channel);
    }
    if (training->active && training->deadline < next) {
      next = training->deadline;
    }
  }
  return next;
}
