// The controller's side of a mailbox.
#ifndef DRIVERS_MAILBOX_SERVER_H
#define DRIVERS_MAILBOX_SERVER_H

#include <stdint.h>

#include "drivers/mailbox_client.h"

#define MAILBOX_CHANNELS 16u

struct mailbox_server {
  uintptr_t base;
  uint32_t in_service;  // channels taken and not yet answered, one bit each
};

// Tells callers that this firmware answers.
void mailbox_server_start(struct mailbox_server* server, uintptr_t base);

// Channels whose request has not been taken, one bit each.
uint32_t mailbox_server_pending(const struct mailbox_server* server);

// Takes the request of a channel: until it is answered the channel raises no interrupt.
struct mailbox_request mailbox_server_take(struct mailbox_server* server, unsigned channel);

void mailbox_server_answer(struct mailbox_server* server, unsigned channel,
                           const struct mailbox_answer* answer);

#endif  // DRIVERS_MAILBOX_SERVER_H
