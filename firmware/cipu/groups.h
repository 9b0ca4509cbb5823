// Groups of GPUs for whom switches reduce and multicast.
#ifndef CIPU_GROUPS_H
#define CIPU_GROUPS_H

#include <stdint.h>

#include "cipu/partition.h"
#include "drivers/mailbox_server.h"

// Of the partition's GPUs, those of the mask become members of a group at every switch that they
// have a link to, and the others do not belong to it any more.
void groups_set(struct partition* partition, uint32_t group, uint32_t members,
                struct mailbox_answer* answer);

#endif  // CIPU_GROUPS_H
