// What a pool does for its callers: gives out capacity and takes it back. Keeps its own ALink ports
// in training and sprays over the planes that are up.
#ifndef POOL_CONTROLLER_H
#define POOL_CONTROLLER_H

#include <stdint.h>

#include "drivers/mailbox_server.h"
#include "pool/allocator.h"

struct pool_controller {
  struct mailbox_server mailbox;
  struct pool_allocator allocator;
  uint32_t wired;   // ALink ports, one bit each
  uint32_t planes;  // ports that are up
  uint64_t next_look;
};

void pool_controller_start(struct pool_controller* controller);

// Serves new requests and looks after the ports. `sources` are the interrupts that were raised.
// Gives the moment by which it wants to be called again.
uint64_t pool_controller_step(struct pool_controller* controller, uint32_t sources);

#endif  // POOL_CONTROLLER_H
