// The stages of bring-up, in their order. Each gives false if bring-up cannot go on, having logged
// why.
#ifndef CIPU_STAGES_H
#define CIPU_STAGES_H

#include <stdbool.h>

#include "cipu/partition.h"

// Finds the devices behind the management windows and waits for the firmware of switches and pools.
bool stage_discover(struct partition* partition);
// Has every GPU test itself and lets the good ones run.
bool stage_gpu_check(struct partition* partition);
// Has the links of all endpoints of the partition trained; of the pools too where it leads the
// domain.
bool stage_training(struct partition* partition);
// Puts the endpoints into the pod and writes the routes to them.
bool stage_tables(struct partition* partition);
// Waits until all partitions of the pod have come this far.
bool stage_pod_sync(struct partition* partition);
// Maps pool capacity and tests it through the fabric.
bool stage_pool_map(struct partition* partition);

#endif  // CIPU_STAGES_H
