// The core-local interruptor: software interrupts and the timer of every hart (SiFive's layout).
#pragma once

#include <tlm_utils/simple_target_socket.h>

#include <cstdint>
#include <systemc>
#include <vector>

#include "base/snapshot.h"
#include "base/units.h"
#include "soc/cycle_clock.h"
#include "soc/hart_inputs.h"
#include "soc/time_source.h"

namespace sn::soc {

/// msip at 4 * hart, mtimecmp at 0x4000 + 8 * hart, mtime at 0xbff8; 4-byte accesses, and 8-byte
/// ones to the two timer registers. mtimecmp is all ones at reset, so that the timer is quiet.
class clint : public sc_core::sc_module, public time_source {
 public:
  static constexpr std::uint64_t window_size = 0x1'0000;
  static constexpr std::uint64_t mtime_offset = 0xbff8;

  /// `frequency` is that of mtime, which begins with 0 at time 0.
  clint(const sc_core::sc_module_name& name, base::hertz frequency);

  tlm_utils::simple_target_socket<clint> socket;

  /// Adds a hart; the first is number 0. Before simulation starts.
  void connect(hart_inputs& inputs);
  /// As after power-on, but for mtime, which goes on.
  void reset();

  void save(base::snapshot_writer& to) const;
  void restore(base::snapshot_reader& from);

  std::uint64_t count_at(const sc_core::sc_time& time) const override {
    return clock_.cycles_at(time) + offset_;
  }

 private:
  struct hart_registers {
    hart_inputs* inputs = nullptr;
    bool msip = false;
    std::uint64_t mtimecmp = ~std::uint64_t{0};
  };

  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  bool read(std::uint64_t offset, unsigned size, const sc_core::sc_time& time,
            std::uint64_t& value) const;
  bool write(std::uint64_t offset, unsigned size, const sc_core::sc_time& time,
             std::uint64_t value);
  void update_timer(const hart_registers& hart, const sc_core::sc_time& time);

  const cycle_clock clock_;
  std::uint64_t offset_ = 0;  ///< what software added to mtime
  std::vector<hart_registers> harts_;
};

}  // namespace sn::soc
