// The C++ twin of the ALink arbiter: iSLIP on sets of ports.
#pragma once

#include <array>
#include <cstdint>

#include "arbiter/arbiter.h"

namespace sn::arbiter {

/// iSLIP in software: grant for grant what rtl/alink_arbiter does, written from the algorithm and
/// not from the RTL. Pointers are integers and an output's grant is one bit in its input's set.
class islip final : public scheduler {
 public:
  /// `ports` 1 to 128, `iterations` at least 1.
  islip(unsigned ports, unsigned iterations);

  unsigned ports() const override { return ports_; }
  unsigned iterations() const override { return iterations_; }
  void reset() override;
  void arbitrate(const slot_request& request, slot_grant& grant) override;
  void save(base::snapshot_writer& to) const override;
  void restore(base::snapshot_reader& from) override;

 private:
  /// Every free output grants to one of the free inputs that ask it. Returns the inputs granted to.
  base::port_set grant_step(const slot_request& request, const base::port_set& free_outputs,
                            const base::port_set& free_inputs);
  /// Every input granted to accepts one output.
  void accept_step(const base::port_set& granted_inputs, bool move_pointers, slot_grant& grant);

  unsigned ports_;
  unsigned iterations_;
  /// Per output: the input that is served first.
  std::array<std::uint8_t, base::port_limit> grant_pointer_{};
  /// Per input: the output that is accepted first.
  std::array<std::uint8_t, base::port_limit> accept_pointer_{};
  /// Per input: the outputs that grant to it; empty between steps.
  std::array<base::port_set, base::port_limit> grants_to_input_{};
};

}  // namespace sn::arbiter
