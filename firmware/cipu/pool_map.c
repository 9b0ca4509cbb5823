#include <stddef.h>

#include "cipu/requests.h"
#include "cipu/stages.h"
#include "cipu/wait.h"
#include "cipu/windows.h"
#include "drivers/dma.h"
#include "drivers/pool.h"
#include "hal/interrupts.h"
#include "hal/memory_map.h"
#include "hal/timer.h"
#include "lib/log.h"
#include "registers/generated/c/enumerations.h"

#define GRANULE_MIB 256u
#define DECODER_SPACE_SHIFT 44  // each decoder maps into 16 TiB of its own
#define ANSWER_TIMEOUT_US 100000u
#define DMA_TIMEOUT_US 10000u

#define TEST_BYTES 8192u
#define TEST_WORDS (TEST_BYTES / sizeof(uint32_t))

static uint32_t pattern[TEST_WORDS];
static uint32_t readback[TEST_WORDS];

static bool call(struct partition* partition, const struct pool_unit* pool,
                 const struct mailbox_request* request, struct mailbox_answer* answer) {
  return request_call(partition, pool->base, pool->window, request, answer, ANSWER_TIMEOUT_US);
}

static bool allocate(struct partition* partition, const struct pool_unit* pool, uint32_t mib,
                     struct mailbox_answer* answer) {
  const struct mailbox_request request = {.command = mailbox_command_pool_allocate,
                                          .argument = {mib, partition->pool_ways}};
  if (!call(partition, pool, &request, answer)) {
    return false;
  }
  if (answer->result != mailbox_result_ok) {
    log_line("pool gives no %lu MiB over %u devices: %s", (unsigned long)mib, partition->pool_ways,
             mailbox_result_text(answer->result));
    return false;
  }
  return true;
}

static bool map(struct partition* partition, const struct pool_unit* pool, uint32_t mib,
                struct pool_mapping* mapping) {
  struct mailbox_answer capacity;
  struct mailbox_answer given;
  const struct mailbox_request ask = {.command = mailbox_command_pool_capacity};
  if (!call(partition, pool, &ask, &capacity)) {
    return false;
  }
  log_line("pool at endpoint %u: %lu MiB on %lu devices, %lu MiB free", pool->id,
           (unsigned long)capacity.value[0], (unsigned long)capacity.value[2],
           (unsigned long)capacity.value[1]);
  if (!allocate(partition, pool, mib, &given)) {
    return false;
  }
  const unsigned decoder = given.value[2];
  *mapping = (struct pool_mapping){
      .base = (uint64_t)(decoder + 1) << DECODER_SPACE_SHIFT,
      .size = (uint64_t)mib << 20,
      .device_address = (uint64_t)given.value[1] << 32 | given.value[0],
      .ways = partition->pool_ways,
      .granularity = partition->pool_granularity,
      .first_device = (uint8_t)given.value[3],
      .pod = partition->pod,
  };
  if (!pool_map(pool->base + MANAGEMENT_POOL_OFFSET, decoder, mapping)) {
    log_line("decoder %u refuses the mapping", decoder);
    return false;
  }
  log_line("decoder %u maps %lu MiB over %u devices, %u bytes in turn, at 0x%lx", decoder,
           (unsigned long)mib, mapping->ways, 256u << mapping->granularity,
           (unsigned long)mapping->base);
  return true;
}

static bool transfer(struct partition* partition, const struct dma_transfer* what) {
  const uint64_t deadline = timer_after_us(DMA_TIMEOUT_US);
  uint32_t cause = 0;
  dma_start(what);
  enum dma_state state = dma_poll(&cause);
  while (state == dma_busy && timer_now() < deadline) {
    const uint32_t sources = cipu_wait(partition, deadline);
    state = dma_poll(&cause);
    interrupts_done(sources);
  }
  if (state == dma_busy) {
    log_line("the pool does not answer an access to 0x%lx", (unsigned long)what->remote);
  } else if (state == dma_error) {
    log_line("no access to pool address 0x%lx: %s", (unsigned long)what->remote,
             dma_cause_text(cause));
  }
  return state == dma_ok;
}

// Writes a pattern to the pool and reads it back.
static bool test(struct partition* partition, uint16_t endpoint, uint64_t address) {
  uint32_t value = partition->index * 2654435761u + (uint32_t)(address >> 12) + 1u;
  for (unsigned i = 0; i < TEST_WORDS; ++i) {
    value = value * 1664525u + 1013904223u;
    pattern[i] = value;
    readback[i] = 0;
  }
  struct dma_transfer what = {.local = (uintptr_t)pattern,
                              .remote = address,
                              .endpoint = endpoint,
                              .bytes = TEST_BYTES,
                              .from_endpoint = false};
  if (!transfer(partition, &what)) {
    return false;
  }
  what.local = (uintptr_t)readback;
  what.from_endpoint = true;
  if (!transfer(partition, &what)) {
    return false;
  }
  for (unsigned i = 0; i < TEST_WORDS; ++i) {
    if (readback[i] != pattern[i]) {
      log_line("pool address 0x%lx: wrote 0x%08lx, read 0x%08lx",
               (unsigned long)(address + i * sizeof(uint32_t)), (unsigned long)pattern[i],
               (unsigned long)readback[i]);
      return false;
    }
  }
  return true;
}

// The pools' ports are in the pod of the partition with channel 0, the first of the domain. The
// leader is the first of its pod.
static bool shares_the_pools_pod(const struct partition* partition) {
  return partition->pod_leader == partition->index - partition->channel;
}

bool stage_pool_map(struct partition* partition) {
  if (partition->pool_request_mib == 0) {
    log_line("no pool capacity asked for");
    return true;
  }
  if (partition->pod == 0) {
    log_line("no pool for a partition of no pod");
    return true;
  }
  if (!shares_the_pools_pod(partition)) {
    log_line("the pool belongs to another pod");
    return true;
  }
  const struct pool_unit* pool = NULL;
  for (unsigned i = 0; i < partition->pools && pool == NULL; ++i) {
    pool = partition->pool[i].answers ? &partition->pool[i] : NULL;
  }
  if (pool == NULL || !partition->has_endpoint) {
    log_line("%lu MiB of pool asked for, but %s", (unsigned long)partition->pool_request_mib,
             pool == NULL ? "no pool answers" : "this CIPU has no port on ALink");
    return false;
  }
  const uint32_t mib = (partition->pool_request_mib + GRANULE_MIB - 1) / GRANULE_MIB * GRANULE_MIB;
  struct pool_mapping mapping;
  if (!map(partition, pool, mib, &mapping)) {
    return false;
  }
  interrupts_enable(cipu_interrupt_dma);
  if (!test(partition, pool->id, mapping.base) ||
      !test(partition, pool->id, mapping.base + mapping.size - TEST_BYTES)) {
    return false;
  }
  partition->share = (struct pool_share){.mib = mib, .base = mapping.base, .id = pool->id};
  log_line("first and last %u bytes of the range hold what was written", TEST_BYTES);
  return true;
}
