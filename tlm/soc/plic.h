// The platform-level interrupt controller (SiFive's layout, as on the virt machine).
#pragma once

#include <tlm_utils/simple_target_socket.h>

#include <cstdint>
#include <systemc>
#include <vector>

#include "base/snapshot.h"
#include "soc/hart_inputs.h"

namespace sn::soc {

/// Level-triggered sources 1 to `sources`, priorities 0 (never) to 7, and contexts, each
/// of which drives one external interrupt of a hart. Registers, 4-byte accesses only: priority at 4
/// * source, pending bits at 0x1000, enable bits at 0x2000 + 0x80 * context, threshold at 0x20'0000
/// + 0x1000
/// * context, claim and complete 4 bytes after it.
class plic : public sc_core::sc_module {
 public:
  static constexpr std::uint64_t window_size = 0x400'0000;
  static constexpr unsigned source_limit = 1023;

  plic(const sc_core::sc_module_name& name, unsigned sources);

  tlm_utils::simple_target_socket<plic> socket;

  /// Adds a context; the first is number 0. Before simulation starts.
  void connect(hart_inputs& inputs, hart::interrupt line = hart::interrupt::external);
  /// Drives the level of `source`.
  void set_level(unsigned source, bool level);
  /// As after power-on; levels stay as they are.
  void reset();

  void save(base::snapshot_writer& to) const;
  void restore(base::snapshot_reader& from);

 private:
  struct source_state {
    std::uint32_t priority = 0;
    bool level = false;
    bool pending = false;
    bool claimed = false;  ///< claimed and not yet completed: the gateway is closed
  };
  struct context {
    hart_inputs* inputs = nullptr;
    hart::interrupt line = hart::interrupt::external;
    std::vector<std::uint32_t> enabled;  ///< one bit per source
    std::uint32_t threshold = 0;

    bool enables(unsigned source) const { return (enabled[source / 32] >> (source % 32) & 1) != 0; }
  };

  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  bool read(std::uint64_t offset, std::uint32_t& value);
  bool write(std::uint64_t offset, std::uint32_t value);
  bool read_context(std::uint64_t offset, std::uint32_t& value);
  bool write_context(std::uint64_t offset, std::uint32_t value);

  std::uint32_t pending_word(std::uint64_t index) const;
  /// The pending, enabled source of highest priority, the lowest number among equals; 0: none.
  unsigned best(const context& of) const;
  std::uint32_t claim(const context& by);
  void complete(const context& by, std::uint32_t source);
  void open_gateway(source_state& source);
  void update();

  std::vector<source_state> sources_;  ///< index 0 is not used
  std::vector<context> contexts_;
};

}  // namespace sn::soc
