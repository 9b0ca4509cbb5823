#include "drivers/switch_port.h"

#include <stddef.h>

#include "hal/field.h"
#include "hal/memory_map.h"
#include "hal/mmio.h"
#include "registers/generated/c/alink_switch.h"
#include "registers/generated/c/enumerations.h"

struct switch_identity switch_identity(void) {
  const uint32_t value = mmio_read32(SWITCH_BASE + offsetof(alink_switch_t, capability));
  return (struct switch_identity){
      .ports = (uint8_t)FIELD_GET(ALINK_SWITCH__CAPABILITY__PORTS, value),
      .plane = (uint8_t)FIELD_GET(ALINK_SWITCH__CAPABILITY__PLANE, value),
      .domain = (uint8_t)FIELD_GET(ALINK_SWITCH__CAPABILITY__DOMAIN, value),
      .classes = (uint8_t)FIELD_GET(ALINK_SWITCH__CAPABILITY__CLASSES, value),
      .groups = (uint8_t)mmio_read32(SWITCH_BASE + offsetof(alink_switch_t, group_capability)),
  };
}

struct switch_class switch_class_strap(unsigned traffic_class) {
  const uint32_t value =
      mmio_read32(SWITCH_BASE + offsetof(alink_switch_t, class_strap[traffic_class]));
  return (struct switch_class){
      .weight = (uint8_t)FIELD_GET(ALINK_SWITCH__CLASS_STRAPX__WEIGHT, value),
      .age_limit = (uint16_t)FIELD_GET(ALINK_SWITCH__CLASS_STRAPX__AGE_LIMIT, value),
  };
}

void switch_enable_port_interrupt(void) {
  mmio_write32(SWITCH_BASE + offsetof(alink_switch_t, interrupt_enable),
               FIELD_SET(ALINK_SWITCH__INTERRUPT_ENABLE__PORT_CHANGE, 1));
}

uint32_t switch_take_port_changes(unsigned word) {
  const uintptr_t address = SWITCH_BASE + offsetof(alink_switch_t, port_change[word]);
  const uint32_t changed = mmio_read32(address);
  if (changed != 0) {
    mmio_write32(address, changed);
  }
  return changed;
}

static uint32_t port_status(unsigned port) {
  return mmio_read32(SWITCH_BASE + offsetof(alink_switch_t, port_status[port]));
}

bool switch_port_wired(unsigned port) {
  return FIELD_GET(ALINK_SWITCH__PORT_STATUSX__WIRED, port_status(port)) != 0;
}

uint32_t switch_port_state(unsigned port) {
  return FIELD_GET(ALINK_SWITCH__PORT_STATUSX__STATE, port_status(port));
}

void switch_port_enable(unsigned port) {
  const uintptr_t control = SWITCH_BASE + offsetof(alink_switch_t, port_control[port]);
  mmio_write32(control, FIELD_SET(ALINK_SWITCH__PORT_CONTROLX__ENABLE, 1));
  if (switch_port_state(port) == link_state_failed) {  // only disabling leaves that state
    mmio_write32(control, FIELD_SET(ALINK_SWITCH__PORT_CONTROLX__ENABLE, 0));
    mmio_write32(control, FIELD_SET(ALINK_SWITCH__PORT_CONTROLX__ENABLE, 1));
  }
}

void switch_set_pod(unsigned port, uint32_t pod) {
  mmio_write32(SWITCH_BASE + offsetof(alink_switch_t, port_pod[port]),
               FIELD_SET(ALINK_SWITCH__PORT_PODX__POD, pod));
}

void switch_set_route(unsigned endpoint, unsigned port) {
  mmio_write32(
      SWITCH_BASE + offsetof(alink_switch_t, route[endpoint]),
      FIELD_SET(ALINK_SWITCH__ROUTEX__PORT, port) | FIELD_SET(ALINK_SWITCH__ROUTEX__VALID, 1));
}

void switch_clear_route(unsigned endpoint) {
  mmio_write32(SWITCH_BASE + offsetof(alink_switch_t, route[endpoint]), 0);
}

bool switch_route(unsigned endpoint, unsigned* port) {
  const uint32_t value = mmio_read32(SWITCH_BASE + offsetof(alink_switch_t, route[endpoint]));
  *port = FIELD_GET(ALINK_SWITCH__ROUTEX__PORT, value);
  return FIELD_GET(ALINK_SWITCH__ROUTEX__VALID, value) != 0;
}

static uintptr_t group_word(unsigned group, unsigned word) {
  return SWITCH_BASE + offsetof(alink_switch_t, group_member[group * SWITCH_PORT_WORDS + word]);
}

uint32_t switch_group(unsigned group, unsigned word) {
  return mmio_read32(group_word(group, word));
}

void switch_set_group(unsigned group, unsigned word, uint32_t members) {
  mmio_write32(group_word(group, word), members);
}
