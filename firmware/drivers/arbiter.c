#include "drivers/arbiter.h"

#include <stddef.h>

#include "hal/field.h"
#include "hal/memory_map.h"
#include "hal/mmio.h"
#include "registers/generated/c/alink_class_arbiter.h"

void arbiter_set_class(unsigned traffic_class, uint8_t weight, uint16_t age_limit) {
  mmio_write32(SWITCH_ARBITER_BASE + offsetof(alink_class_arbiter_t, weight[traffic_class]),
               FIELD_SET(ALINK_CLASS_ARBITER__WEIGHTX__SLOTS, weight));
  mmio_write32(SWITCH_ARBITER_BASE + offsetof(alink_class_arbiter_t, age_limit[traffic_class]),
               FIELD_SET(ALINK_CLASS_ARBITER__AGE_LIMITX__SLOTS, age_limit));
}
