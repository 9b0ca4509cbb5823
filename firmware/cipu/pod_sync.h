// How the partitions of a virtual pod find out that all of them are up.
//
// Every partition but the leader sends READY to the leader again and again, at growing intervals,
// until it gets POD_READY. When all have come the leader sends POD_READY to each; to one that still
// says READY after that (its POD_READY was lost) it sends it once more. So any frame may be lost.
// The leader knows how many they are, not which: whoever names the pod belongs to it.
#ifndef CIPU_POD_SYNC_H
#define CIPU_POD_SYNC_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/bitmap.h"

#define POD_PARTITIONS 256u
#define POD_FRAME_WORDS 4u

enum pod_frame_type { pod_frame_ready = 1, pod_frame_pod_ready = 2 };

struct pod_sync {
  unsigned self;
  unsigned leader;
  unsigned partitions;
  uint16_t pod;
  bool started;                                 // this partition is up
  bool complete;                                // all are
  uint32_t seen[BITMAP_WORDS(POD_PARTITIONS)];  // at the leader: who is up
  uint32_t owed[BITMAP_WORDS(POD_PARTITIONS)];  // at the leader: who is to get POD_READY
  uint64_t next_send;                           // elsewhere: when READY is due, in timer ticks
  uint64_t interval;
};

void pod_sync_init(struct pod_sync* sync, unsigned self, unsigned leader, unsigned partitions,
                   uint16_t pod);

// This partition is up.
void pod_sync_start(struct pod_sync* sync, uint64_t now);

// A frame came from partition `source`; one that is not of this protocol and pod is ignored.
void pod_sync_receive(struct pod_sync* sync, unsigned source, const uint32_t* words,
                      unsigned bytes);

// If a frame is due now: fills it in, says to whom, and gives true. Call until it gives false.
bool pod_sync_send(struct pod_sync* sync, uint64_t now, unsigned* destination,
                   uint32_t words[POD_FRAME_WORDS]);

// When the next frame is due, if none comes in.
uint64_t pod_sync_next(const struct pod_sync* sync);

#endif  // CIPU_POD_SYNC_H
