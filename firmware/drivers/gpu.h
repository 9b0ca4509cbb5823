// A GPU, seen through its management window at `base`.
#ifndef DRIVERS_GPU_H
#define DRIVERS_GPU_H

#include <stdbool.h>
#include <stdint.h>

struct gpu_health {
  uint32_t fault;  // enum gpu_fault
  bool hbm_good;
  uint32_t temperature;  // degrees Celsius
};

// Causes of a GPU's alert.
struct gpu_alert {
  bool fault;
  bool port_change;
};

bool gpu_is_ready(uintptr_t base);
void gpu_start_self_test(uintptr_t base);
bool gpu_self_test_done(uintptr_t base);
struct gpu_health gpu_health(uintptr_t base);
uint32_t gpu_hbm_mib(uintptr_t base);
// Lets the GPU run its command queues.
void gpu_enable(uintptr_t base);
void gpu_set_plane_mask(uintptr_t base, uint32_t planes);
// Forgets old alerts and lets new ones through.
void gpu_enable_alerts(uintptr_t base);
// Takes the causes of the GPU's alert, which ends it.
struct gpu_alert gpu_take_alert(uintptr_t base);
// Address of its ALink ports.
uintptr_t gpu_alink(uintptr_t base);
const char* gpu_fault_text(uint32_t fault);

#endif  // DRIVERS_GPU_H
