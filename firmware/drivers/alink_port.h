// The ALink ports of an endpoint. `base` is the address of its `alink` registers, which are the
// same in every block.
#ifndef DRIVERS_ALINK_PORT_H
#define DRIVERS_ALINK_PORT_H

#include <stdbool.h>
#include <stdint.h>

#define ALINK_PORTS 16u

// Where a port is wired to.
struct alink_peer {
  bool wired;
  uint8_t switch_index;
  uint8_t switch_port;
};

struct alink_peer alink_peer(uintptr_t base, unsigned port);

// State of the link: enum link_state.
uint32_t alink_state(uintptr_t base, unsigned port);

// Lets a port take part in training, anew if it has failed.
void alink_enable(uintptr_t base, unsigned port);

// The ports of a set of ports that are up.
uint32_t alink_ports_up(uintptr_t base, uint32_t ports);

const char* alink_state_text(uint32_t state);

#endif  // DRIVERS_ALINK_PORT_H
