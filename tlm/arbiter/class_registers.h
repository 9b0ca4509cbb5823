// Registers and counters of the C++ twin of the arbiter with classes.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "arbiter/class_arbiter.h"

namespace sn::arbiter {

/// Byte offsets of the registers (rtl/alink_class_arbiter/alink_class_arbiter_reg_pkg.sv).
namespace class_offset {
inline constexpr std::uint32_t capability = 0x000;
inline constexpr std::uint32_t control = 0x004;
inline constexpr std::uint32_t hold_limit = 0x008;
inline constexpr std::uint32_t weight = 0x010;       ///< 4, one per class
inline constexpr std::uint32_t age_limit = 0x020;    ///< 4, one per class
inline constexpr std::uint32_t port_enable = 0x030;  ///< 4, 32 ports each
inline constexpr std::uint32_t slots = 0x040;        ///< 64 bits, low word first, like the next
inline constexpr std::uint32_t conflicts = 0x048;
inline constexpr std::uint32_t idle_waiting = 0x050;
inline constexpr std::uint32_t multicast_grants = 0x058;
inline constexpr std::uint32_t grants = 0x1000;  ///< 4 classes of 128 outputs
}  // namespace class_offset

/// CAPABILITY of an arbiter of this shape.
constexpr std::uint32_t class_capability(unsigned ports, unsigned iterations, unsigned classes) {
  return ports | iterations << 8U | classes << 12U;
}

/// What the registers hold and the counters count.
class class_registers {
 public:
  class_registers(unsigned ports, unsigned iterations, unsigned classes);

  void reset();
  /// As class_scheduler::read_register.
  std::uint32_t read(std::uint32_t offset) const;
  /// As class_scheduler::write_register.
  void write(std::uint32_t offset, std::uint32_t value);
  /// Counts a slot, if CONTROL.COUNT is set. `conflicts` and `idle` are numbers of outputs.
  void count(const class_grant& grant, unsigned conflicts, unsigned idle);

  const base::port_set& enabled() const { return enabled_; }
  unsigned hold_limit() const { return hold_limit_; }
  unsigned weight(unsigned traffic_class) const { return weight_[traffic_class]; }
  unsigned age_limit(unsigned traffic_class) const { return age_limit_[traffic_class]; }

 private:
  unsigned ports_;
  unsigned iterations_;
  unsigned classes_;
  bool counting_ = true;
  std::uint16_t hold_limit_ = 0;
  std::array<std::uint8_t, class_limit> weight_{};
  std::array<std::uint16_t, class_limit> age_limit_{};
  base::port_set enabled_;
  /// SLOTS, CONFLICTS, IDLE_WAITING and MULTICAST_GRANTS.
  std::array<std::uint64_t, 4> totals_{};
  std::array<std::array<std::uint32_t, base::port_limit>, class_limit> grants_{};
};

}  // namespace sn::arbiter
