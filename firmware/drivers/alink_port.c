#include "drivers/alink_port.h"

#include <stddef.h>

#include "hal/field.h"
#include "hal/mmio.h"
#include "registers/generated/c/cipu.h"
#include "registers/generated/c/enumerations.h"
#include "registers/generated/c/gpu.h"
#include "registers/generated/c/pool.h"

// The CIPU's names stand for all blocks.
_Static_assert(sizeof(((cipu_t*)0)->alink) == sizeof(((gpu_t*)0)->alink), "one layout");
_Static_assert(sizeof(((cipu_t*)0)->alink) == sizeof(((pool_t*)0)->alink), "one layout");
_Static_assert(sizeof(((cipu_t*)0)->alink.control) == ALINK_PORTS * sizeof(uint32_t), "ports");

struct alink_peer alink_peer(uintptr_t base, unsigned port) {
  const uint32_t value = mmio_read32(base + offsetof(cipu__alink_t, peer[port]));
  return (struct alink_peer){
      .wired = FIELD_GET(CIPU__ALINK__PEERX__VALID, value) != 0,
      .switch_index = (uint8_t)FIELD_GET(CIPU__ALINK__PEERX__SWITCH_INDEX, value),
      .switch_port = (uint8_t)FIELD_GET(CIPU__ALINK__PEERX__SWITCH_PORT, value),
  };
}

uint32_t alink_state(uintptr_t base, unsigned port) {
  return FIELD_GET(CIPU__ALINK__STATUSX__STATE,
                   mmio_read32(base + offsetof(cipu__alink_t, status[port])));
}

void alink_enable(uintptr_t base, unsigned port) {
  const uintptr_t control = base + offsetof(cipu__alink_t, control[port]);
  mmio_write32(control, FIELD_SET(CIPU__ALINK__CONTROLX__ENABLE, 1));
  if (alink_state(base, port) == link_state_failed) {  // only disabling leaves that state
    mmio_write32(control, FIELD_SET(CIPU__ALINK__CONTROLX__ENABLE, 0));
    mmio_write32(control, FIELD_SET(CIPU__ALINK__CONTROLX__ENABLE, 1));
  }
}

uint32_t alink_ports_up(uintptr_t base, uint32_t ports) {
  uint32_t up = 0;
  for (unsigned port = 0; port < ALINK_PORTS; ++port) {
    if ((ports >> port & 1u) != 0 && alink_state(base, port) == link_state_up) {
      up |= 1u << port;
    }
  }
  return up;
}

const char* alink_state_text(uint32_t state) {
  static const char* const texts[] = {
      [link_state_down] = "down",         [link_state_detect] = "looking for its peer",
      [link_state_training] = "training", [link_state_up] = "up",
      [link_state_failed] = "failed",
  };
  return state < sizeof texts / sizeof texts[0] ? texts[state] : "in an unknown state";
}
