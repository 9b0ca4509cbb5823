// What a switch does for its callers: trains ports, keeps the partition and the routing table.
//
// A port belongs to the channel that had it trained; only that channel gives it a pod or routes
// endpoints to it. Every channel may have one request under way, and a long one (training) holds
// nobody else up.
#ifndef SWITCH_CONTROLLER_H
#define SWITCH_CONTROLLER_H

#include <stdint.h>

#include "drivers/mailbox_server.h"
#include "drivers/switch_port.h"
#include "switch/training.h"

#define NO_OWNER 0xffu

struct switch_controller {
  struct mailbox_server mailbox;
  struct switch_identity identity;
  uint8_t owner[SWITCH_PORTS];  // channel, or NO_OWNER
  uint32_t up[SWITCH_PORT_WORDS];
  struct training training[MAILBOX_CHANNELS];
};

void switch_controller_start(struct switch_controller* controller);

// Serves new requests, follows ports that changed and answers what is finished. `sources` are the
// interrupts that were raised. Gives the moment by which it wants to be called again.
uint64_t switch_controller_step(struct switch_controller* controller, uint32_t sources);

#endif  // SWITCH_CONTROLLER_H
