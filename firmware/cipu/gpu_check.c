#include "cipu/stages.h"
#include "cipu/wait.h"
#include "drivers/gpu.h"
#include "lib/log.h"
#include "registers/generated/c/enumerations.h"

#define SELF_TEST_TIMEOUT_US 1000000u

// Waits until all GPUs have ended their self-test; says which have not.
static bool all_tested(struct partition* partition) {
  uintptr_t bases[MAX_GPUS];
  for (unsigned i = 0; i < partition->gpus; ++i) {
    bases[i] = partition->gpu[i].base;
  }
  const uint64_t late = cipu_poll(partition, bases, ((uint64_t)1 << partition->gpus) - 1,
                                  gpu_self_test_done, SELF_TEST_TIMEOUT_US);
  for (unsigned i = 0; i < partition->gpus; ++i) {
    if (late >> i & 1u) {
      log_line("GPU %u: does not end its self-test", i);
    }
  }
  return late == 0;
}

static bool check(struct gpu_unit* gpu, unsigned index) {
  const struct gpu_health health = gpu_health(gpu->base);
  gpu->hbm_mib = gpu_hbm_mib(gpu->base);
  if (health.fault != gpu_fault_none) {
    log_line("GPU %u: %s", index, gpu_fault_text(health.fault));
    return false;
  }
  if (!health.hbm_good || gpu->hbm_mib == 0) {
    log_line("GPU %u: no usable HBM", index);
    return false;
  }
  if (!gpu_is_ready(gpu->base)) {
    log_line("GPU %u: passed its self-test but takes no commands", index);
    return false;
  }
  gpu_enable(gpu->base);
  gpu->ready = true;
  log_line("GPU %u: endpoint %u, %lu MiB of HBM, %lu C, good", index, gpu->id,
           (unsigned long)gpu->hbm_mib, (unsigned long)health.temperature);
  return true;
}

bool stage_gpu_check(struct partition* partition) {
  for (unsigned i = 0; i < partition->gpus; ++i) {
    gpu_start_self_test(partition->gpu[i].base);
  }
  if (!all_tested(partition)) {
    return false;
  }
  bool good = true;
  for (unsigned i = 0; i < partition->gpus; ++i) {
    good = check(&partition->gpu[i], i) && good;
  }
  return good;
}
