// What the CIPU tells its host.
#ifndef CIPU_HOST_H
#define CIPU_HOST_H

#include "cipu/partition.h"

void host_start(struct partition* partition);

// Answers the requests that wait in the host's mailbox.
void host_serve(struct partition* partition);

#endif  // CIPU_HOST_H
