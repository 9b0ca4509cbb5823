// The arbiter of a switch, if it has traffic classes.
#ifndef DRIVERS_ARBITER_H
#define DRIVERS_ARBITER_H

#include <stdint.h>

// Classes below the highest share an output by their weights; a class that waits longer than its
// age limit, in slots, is let through (0: never).
void arbiter_set_class(unsigned traffic_class, uint8_t weight, uint16_t age_limit);

#endif  // DRIVERS_ARBITER_H
