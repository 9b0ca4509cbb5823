// The ports and tables of a switch, seen by its own controller.
#ifndef DRIVERS_SWITCH_PORT_H
#define DRIVERS_SWITCH_PORT_H

#include <stdbool.h>
#include <stdint.h>

#define SWITCH_PORTS 128u
#define SWITCH_PORT_WORDS (SWITCH_PORTS / 32u)
#define SWITCH_ENDPOINTS 1024u

struct switch_identity {
  uint8_t ports;
  uint8_t plane;
  uint8_t domain;
  uint8_t classes;  // traffic classes; 0: the arbiter has none, and no registers
  uint8_t groups;   // for reductions and multicasts
};

// What the rack wants of a traffic class.
struct switch_class {
  uint8_t weight;
  uint16_t age_limit;
};

struct switch_identity switch_identity(void);
struct switch_class switch_class_strap(unsigned traffic_class);
// Raises the controller's interrupt when a port changes.
void switch_enable_port_interrupt(void);
// Takes one word of the set of ports that changed.
uint32_t switch_take_port_changes(unsigned word);
bool switch_port_wired(unsigned port);
uint32_t switch_port_state(unsigned port);  // enum link_state
// Lets a port take part in training, anew if it has failed.
void switch_port_enable(unsigned port);
void switch_set_pod(unsigned port, uint32_t pod);
void switch_set_route(unsigned endpoint, unsigned port);
void switch_clear_route(unsigned endpoint);
// True and the port if the endpoint has a route.
bool switch_route(unsigned endpoint, unsigned* port);
// Members of a group among ports 32 word to 32 word + 31, one bit each.
uint32_t switch_group(unsigned group, unsigned word);
void switch_set_group(unsigned group, unsigned word, uint32_t members);

#endif  // DRIVERS_SWITCH_PORT_H
