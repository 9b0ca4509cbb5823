// The host of a partition: the machine whose operating system the CIPU serves.
#pragma once

#include <tlm_utils/simple_initiator_socket.h>

#include <array>
#include <cstdint>
#include <optional>
#include <systemc>

#include "registers/generated/cpp/mailbox.h"

namespace sn::platform {

/// Talks to the CIPU through the host's mailbox, channel 0. Calls are made between runs of the
/// simulation, so they take no simulated time of their own; the firmware's answer does.
class host : public sc_core::sc_module {
 public:
  using command = registers::mailbox::mailbox_command;
  using result = registers::mailbox::mailbox_result;
  using words = std::array<std::uint32_t, 4>;

  /// What the firmware answered.
  struct answer {
    result code = result::ok;
    words value{};
  };

  explicit host(const sc_core::sc_module_name& name);

  /// To the CIPU's host mailbox.
  tlm_utils::simple_initiator_socket<host> socket;

  /// The firmware of the CIPU answers its mailbox.
  bool firmware_ready();
  /// Sends a request. There must be none under way.
  void post(command code, const words& argument = {});
  /// The answer, once it is there.
  std::optional<answer> poll();

 private:
  std::uint32_t read(std::uint32_t offset);
  void write(std::uint32_t offset, std::uint32_t value);
  void access(tlm::tlm_command direction, std::uint32_t offset, std::uint32_t& value);
};

}  // namespace sn::platform
