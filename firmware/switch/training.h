// Link training of many ports at once, on behalf of a mailbox channel.
#ifndef SWITCH_TRAINING_H
#define SWITCH_TRAINING_H

#include <stdbool.h>
#include <stdint.h>

#include "drivers/switch_port.h"

// Ports are given up after this; hardware itself reports a silent peer much earlier.
#define TRAINING_TIMEOUT_US 100000u

struct training {
  bool active;
  uint64_t deadline;                 // in timer ticks
  uint32_t open[SWITCH_PORT_WORDS];  // ports that are neither up nor failed
  uint32_t ports;                    // asked for
  uint32_t up;                       // of these, up by now
};

// Enables the ports of the set. Ports that are not wired to anything count as failed.
void training_start(struct training* training, const uint32_t ports[SWITCH_PORT_WORDS]);

// The state of these ports may have changed.
void training_update(struct training* training, const uint32_t changed[SWITCH_PORT_WORDS]);

// Nothing is left to wait for at this moment.
bool training_finished(const struct training* training, uint64_t now);

#endif  // SWITCH_TRAINING_H
