// A device with a controller, as its test sees it: the controller's own registers, and the
// interrupts that it got.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "register_port.h"
#include "soc/soc.h"

namespace sn::test {

/// A controller that runs claim_log.
inline soc::controller_configuration claim_log(unsigned xlen) {
  soc::controller_configuration configuration;
  configuration.xlen = xlen;
  configuration.ram_size = base::bytes(std::uint64_t{1} << 20U);
  configuration.quantum = sc_core::sc_time(1, sc_core::SC_US);
  configuration.firmware = SN_DEVICE_FIRMWARE "/claim_log_" + std::to_string(xlen) + ".elf";
  return configuration;
}

/// The controller's own view: its local window and the log of its interrupts.
class controller_view {
 public:
  explicit controller_view(soc::controller_soc& controller) : controller_(controller) {}

  std::uint32_t read(std::uint64_t local_offset) {
    elaborate();
    std::uint32_t value = 0;
    if (!controller_.read_debug(soc::memory_map::local + local_offset, &value, 4)) {
      throw std::runtime_error("a local read failed");
    }
    return value;
  }
  void write(std::uint64_t local_offset, std::uint32_t value) {
    elaborate();
    if (!controller_.write_debug(soc::memory_map::local + local_offset, &value, 4)) {
      throw std::runtime_error("a local write failed");
    }
  }
  /// Sources in the order in which they were claimed.
  std::vector<std::uint32_t> claimed() {
    std::vector<std::uint32_t> sources;
    std::uint32_t source = 0;
    while (controller_.read_debug(soc::memory_map::ram + 0x8000 + sources.size() * 4, &source, 4) &&
           source != 0) {
      sources.push_back(source);
    }
    return sources;
  }

 private:
  soc::controller_soc& controller_;
};

}  // namespace sn::test
