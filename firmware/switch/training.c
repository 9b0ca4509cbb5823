#include "switch/training.h"

#include "hal/timer.h"
#include "lib/bitmap.h"
#include "registers/generated/c/enumerations.h"

void training_start(struct training* training, const uint32_t ports[SWITCH_PORT_WORDS]) {
  *training = (struct training){.active = true,
                                .deadline = timer_after_us(TRAINING_TIMEOUT_US),
                                .ports = bitmap_count(ports, SWITCH_PORTS)};
  for (unsigned port = bitmap_next(ports, SWITCH_PORTS, 0); port < SWITCH_PORTS;
       port = bitmap_next(ports, SWITCH_PORTS, port + 1)) {
    if (switch_port_wired(port)) {
      switch_port_enable(port);
      bitmap_set(training->open, port);
    }
  }
  training_update(training, training->open);
}

void training_update(struct training* training, const uint32_t changed[SWITCH_PORT_WORDS]) {
  uint32_t relevant[SWITCH_PORT_WORDS];
  for (unsigned word = 0; word < SWITCH_PORT_WORDS; ++word) {
    relevant[word] = training->open[word] & changed[word];
  }
  for (unsigned port = bitmap_next(relevant, SWITCH_PORTS, 0); port < SWITCH_PORTS;
       port = bitmap_next(relevant, SWITCH_PORTS, port + 1)) {
    const uint32_t state = switch_port_state(port);
    if (state == link_state_up) {
      ++training->up;
    }
    if (state == link_state_up || state == link_state_failed) {
      bitmap_clear(training->open, port);
    }
  }
}

bool training_finished(const struct training* training, uint64_t now) {
  return bitmap_count(training->open, SWITCH_PORTS) == 0 || now >= training->deadline;
}
