#include "fake_hal.h"

extern "C" {
#include "drivers/switch_port.h"
#include "hal/timer.h"
}

namespace sn::firmware_test {

fake_clock& the_clock() {
  static fake_clock clock;
  return clock;
}

fake_ports& the_ports() {
  static fake_ports ports;
  return ports;
}

}  // namespace sn::firmware_test

extern "C" {

std::uint64_t timer_now() {
  return sn::firmware_test::the_clock().now;
}

bool switch_port_wired(unsigned port) {
  return sn::firmware_test::the_ports().unwired.count(port) == 0;
}

std::uint32_t switch_port_state(unsigned port) {
  return sn::firmware_test::the_ports().state.at(port);
}

void switch_port_enable(unsigned port) {
  sn::firmware_test::the_ports().enabled.insert(port);
}
}
