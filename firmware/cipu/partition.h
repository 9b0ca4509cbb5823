// What a CIPU knows of its partition: the devices behind its management windows and how far it has
// brought them up.
#ifndef CIPU_PARTITION_H
#define CIPU_PARTITION_H

#include <stdbool.h>
#include <stdint.h>

#include "cipu/pod_sync.h"
#include "drivers/alink_port.h"
#include "drivers/mailbox_server.h"

#define MAX_GPUS 32u
#define MAX_SWITCHES 16u
#define MAX_POOLS 4u
#define MAX_ENDPOINTS (MAX_GPUS + MAX_POOLS + 1u)

enum endpoint_kind { endpoint_kind_gpu, endpoint_kind_cipu, endpoint_kind_pool };

// An ALink endpoint that this partition brings up.
struct endpoint {
  enum endpoint_kind kind;
  unsigned index;   // among its kind
  uint16_t id;      // on ALink
  uintptr_t ports;  // address of its ALink registers
  struct alink_peer peer[ALINK_PORTS];
  uint32_t asked;  // ports that a switch was asked to train, one bit each
  uint32_t up;     // ports that are up
};

struct gpu_unit {
  uintptr_t base;
  unsigned window;
  uint16_t id;
  uint32_t hbm_mib;
  bool ready;
};

struct switch_unit {
  uintptr_t base;
  unsigned window;
  unsigned plane;
  bool answers;
};

struct pool_unit {
  uintptr_t base;
  unsigned window;
  uint16_t id;
  bool answers;
};

// Pool capacity that is mapped for this partition.
struct pool_share {
  uint32_t mib;
  uint64_t base;  // first address on ALink
  uint16_t id;    // the pool's endpoint
};

struct partition {
  // Straps.
  unsigned index;
  unsigned channel;  // at switches and pools; channel 0 leads the domain
  unsigned windows;
  unsigned domain;
  bool has_endpoint;
  uint16_t id;  // of the CIPU on ALink
  uint16_t pod;
  unsigned pod_leader;
  unsigned pod_partitions;
  uint32_t pool_request_mib;
  uint8_t pool_ways;         // devices to interleave over
  uint8_t pool_granularity;  // 256 bytes shifted left by this

  struct gpu_unit gpu[MAX_GPUS];
  unsigned gpus;
  struct switch_unit switches[MAX_SWITCHES];
  unsigned switch_count;
  struct pool_unit pool[MAX_POOLS];
  unsigned pools;
  struct endpoint endpoint[MAX_ENDPOINTS];
  unsigned endpoints;

  // Progress.
  uint32_t stage;  // enum cipu_stage
  unsigned ports_trained;
  unsigned routes;
  struct pool_share share;
  unsigned alerts;
  struct mailbox_server host;
  struct pod_sync sync;
};

// Reads the straps.
void partition_init(struct partition* partition);

// Says how far bring-up is, to the host and in the log.
void partition_enter(struct partition* partition, uint32_t stage);

// Bring-up ends here, in the present stage.
void partition_fail(struct partition* partition);

// The switch of a plane, or NULL if this partition sees none that answers.
struct switch_unit* partition_switch(struct partition* partition, unsigned plane);

// "GPU", "CIPU" or "pool".
const char* endpoint_kind_text(enum endpoint_kind kind);

#endif  // CIPU_PARTITION_H
