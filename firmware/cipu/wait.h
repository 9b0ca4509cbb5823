// How the CIPU waits: asleep, but always there for its host, its GPUs and its pod.
#ifndef CIPU_WAIT_H
#define CIPU_WAIT_H

#include <stdbool.h>
#include <stdint.h>

#include "cipu/partition.h"

// Sleeps until an interrupt or until this moment, and serves the host, the NIC and GPU alerts.
// Gives the interrupts that are left to the caller (a mailbox answer, the DMA engine); it must deal
// with their causes and then call interrupts_done.
uint32_t cipu_wait(struct partition* partition, uint64_t until);

// Sleeps for at least so long, serving.
void cipu_sleep(struct partition* partition, uint32_t microseconds);

// Asks each device of a set (bit i: bases[i]) again and again, at growing intervals, until `done`
// says yes for it or the time is over. Gives those that are still not done.
uint64_t cipu_poll(struct partition* partition, const uintptr_t* bases, uint64_t set,
                   bool (*done)(uintptr_t base), uint32_t timeout_us);

#endif  // CIPU_WAIT_H
