// Carries the pod's protocol over the NIC's scale-out port.
#ifndef CIPU_POD_LINK_H
#define CIPU_POD_LINK_H

#include "cipu/partition.h"

void pod_link_start(struct partition* partition);

// Takes the frames that wait, and answers.
void pod_link_receive(struct partition* partition);

// Sends the frames that are due.
void pod_link_send(struct partition* partition);

#endif  // CIPU_POD_LINK_H
