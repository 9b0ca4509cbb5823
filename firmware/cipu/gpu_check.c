#include "cipu/stages.h"
#include "cipu/wait.h"
#include "drivers/gpu.h"
#include "lib/log.h"
#include "registers/generated/c/enumerations.h"

#define RESET_TIMEOUT_US 100000u
#define SELF_TEST_TIMEOUT_US 1000000u

// Waits for all GPUs; says which did not come.
static bool all(struct partition* partition, bool (*done)(uintptr_t base), uint32_t timeout_us,
                const char* complaint) {
  uintptr_t bases[MAX_GPUS];
  for (unsigned i = 0; i < partition->gpus; ++i) {
    bases[i] = partition->gpu[i].base;
  }
  const uint64_t late =
      cipu_poll(partition, bases, ((uint64_t)1 << partition->gpus) - 1, done, timeout_us);
  for (unsigned i = 0; i < partition->gpus; ++i) {
    if (late >> i & 1u) {
      log_line("GPU %u: %s", i, complaint);
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
  gpu_enable(gpu->base);
  gpu->ready = true;
  log_line("GPU %u: endpoint %u, %lu MiB of HBM, %lu C, good", index, gpu->id,
           (unsigned long)gpu->hbm_mib, (unsigned long)health.temperature);
  return true;
}

bool stage_gpu_check(struct partition* partition) {
  if (!all(partition, gpu_is_ready, RESET_TIMEOUT_US, "does not come out of reset")) {
    return false;
  }
  for (unsigned i = 0; i < partition->gpus; ++i) {
    gpu_start_self_test(partition->gpu[i].base);
  }
  if (!all(partition, gpu_self_test_done, SELF_TEST_TIMEOUT_US, "does not end its self-test")) {
    return false;
  }
  bool good = true;
  for (unsigned i = 0; i < partition->gpus; ++i) {
    good = check(&partition->gpu[i], i) && good;
  }
  return good;
}
