// What the logic of firmware calls on real hardware, played by the test.
#pragma once

#include <array>
#include <cstdint>
#include <set>

namespace sn::firmware_test {

/// The clock that timer_now() reads, in timer ticks.
struct fake_clock {
  std::uint64_t now = 0;
};
fake_clock& the_clock();

/// The ports that the switch's port driver sees.
struct fake_ports {
  std::array<std::uint32_t, 128> state{};  ///< link_state, by port
  std::set<unsigned> unwired;
  std::set<unsigned> enabled;
};
fake_ports& the_ports();

}  // namespace sn::firmware_test
