// What the CIPU does when a GPU raises its alert.
#ifndef CIPU_ALERTS_H
#define CIPU_ALERTS_H

#include "cipu/partition.h"

// Lets GPUs raise alerts from now on.
void alerts_start(struct partition* partition);

// Logs and counts the alerts that are raised. A GPU that lost or regained a port is told which
// planes are left.
void alerts_serve(struct partition* partition);

#endif  // CIPU_ALERTS_H
