// Firmware of a run in lockstep: accesses to the registers of the arbiter with classes.
#pragma once

#include <cstdint>
#include <map>

#include "alink_class_arbiter/slot_traffic.h"
#include "arbiter/class_arbiter.h"
#include "base/random.h"

namespace sn::testbench {

/// Brings the registers to what the traffic wants, reading back what it writes, and reads and
/// writes others.
class register_driver {
 public:
  register_driver(arbiter::class_scheduler& scheduler, std::uint64_t seed)
      : scheduler_(scheduler), random_(seed, 3) {}

  /// All registers stand at their reset values.
  void reset();
  /// Before a slot: an access of any kind now and then, then what the slot wants.
  void prepare(const slot_inputs& in);
  /// Reads every register: both must agree on each.
  void read_all();

  /// Accesses that both refused.
  std::uint64_t refused() const { return refused_; }
  /// Accesses in all.
  std::uint64_t accesses() const { return accesses_; }

 private:
  void read(std::uint32_t offset);
  /// Unless the register is known to hold it; and reads it back.
  void write(std::uint32_t offset, std::uint32_t value);
  void access_anything();

  arbiter::class_scheduler& scheduler_;
  base::random_generator random_;
  std::map<std::uint32_t, std::uint32_t> written_;
  std::uint64_t refused_ = 0;
  std::uint64_t accesses_ = 0;
};

}  // namespace sn::testbench
