#include "cipu/pod_sync.h"

#include <string.h>

#include "hal/timer.h"

#define POD_FRAME_MAGIC 0x53444f50u  // "PODS" in memory
#define FIRST_INTERVAL ((uint64_t)500 * TIMER_TICKS_PER_US)
#define LONGEST_INTERVAL ((uint64_t)16000 * TIMER_TICKS_PER_US)

static bool leads(const struct pod_sync* sync) {
  return sync->self == sync->leader;
}

void pod_sync_init(struct pod_sync* sync, unsigned self, unsigned leader, unsigned partitions,
                   uint16_t pod) {
  memset(sync, 0, sizeof *sync);
  sync->self = self;
  sync->leader = leader;
  sync->partitions = partitions;
  sync->pod = pod;
}

// The leader has all: everyone is to hear it.
static void complete_if_all_seen(struct pod_sync* sync) {
  if (!sync->complete && bitmap_count(sync->seen, POD_PARTITIONS) == sync->partitions) {
    sync->complete = true;
    memcpy(sync->owed, sync->seen, sizeof sync->owed);
    bitmap_clear(sync->owed, sync->self);
  }
}

void pod_sync_start(struct pod_sync* sync, uint64_t now) {
  sync->started = true;
  sync->interval = FIRST_INTERVAL;
  sync->next_send = now;
  if (leads(sync)) {
    bitmap_set(sync->seen, sync->self);
    complete_if_all_seen(sync);
  }
}

void pod_sync_receive(struct pod_sync* sync, unsigned source, const uint32_t* words,
                      unsigned bytes) {
  if (bytes != POD_FRAME_WORDS * sizeof words[0] || words[0] != POD_FRAME_MAGIC ||
      words[2] != sync->pod || words[3] != source) {
    return;
  }
  if (words[1] == pod_frame_ready && leads(sync) && source != sync->self &&
      source < POD_PARTITIONS) {
    bitmap_set(sync->seen, source);
    if (sync->complete) {
      bitmap_set(sync->owed, source);
    }
    complete_if_all_seen(sync);
  } else if (words[1] == pod_frame_pod_ready && !leads(sync) && source == sync->leader &&
             sync->started) {
    sync->complete = true;
  }
}

static void fill(const struct pod_sync* sync, uint32_t type, uint32_t words[POD_FRAME_WORDS]) {
  words[0] = POD_FRAME_MAGIC;
  words[1] = type;
  words[2] = sync->pod;
  words[3] = sync->self;
}

bool pod_sync_send(struct pod_sync* sync, uint64_t now, unsigned* destination,
                   uint32_t words[POD_FRAME_WORDS]) {
  if (leads(sync)) {
    const unsigned next = bitmap_next(sync->owed, POD_PARTITIONS, 0);
    if (next == POD_PARTITIONS) {
      return false;
    }
    bitmap_clear(sync->owed, next);
    *destination = next;
    fill(sync, pod_frame_pod_ready, words);
    return true;
  }
  if (now < pod_sync_next(sync)) {
    return false;
  }
  sync->next_send = now + sync->interval;
  sync->interval = sync->interval < LONGEST_INTERVAL / 2 ? 2 * sync->interval : LONGEST_INTERVAL;
  *destination = sync->leader;
  fill(sync, pod_frame_ready, words);
  return true;
}

uint64_t pod_sync_next(const struct pod_sync* sync) {
  return leads(sync) || sync->complete || !sync->started ? TIMER_NEVER : sync->next_send;
}
