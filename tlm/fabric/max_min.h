// Max-min fair shares of flows that each cross one uplink and one downlink.
#pragma once

#include <cstdint>
#include <vector>

#include "base/ids.h"
#include "base/port_set.h"

namespace sn::fabric {

/// The flows of one switch and their fair rates.
///
/// A flow goes from an input to an output and is limited by nothing but these two links. Rates are
/// max-min fair: no flow could be faster without slowing one that is not faster than itself. They
/// are found by filling: the link that would give its undecided flows least decides them, its rate
/// is taken from their other links, and so on. Every link thus gets a level; a flow's rate is the
/// lower of those of its two links.
///
/// Rates are integers in 2^-32 cells per slot, rounded down, so that a link never carries more than
/// it can. Only links that are connected by flows to one that changed are solved again.
class max_min {
 public:
  /// A rate in units of 2^-32 cells per slot.
  using rate = std::uint64_t;
  static constexpr rate one_cell_per_slot = rate{1} << 32U;

  /// `capacity` per port, the same in both directions; not 0.
  explicit max_min(const std::vector<rate>& capacity);

  /// A flow begins to share, or ends. There is at most one per input and output.
  void add(unsigned input, unsigned output);
  void remove(unsigned input, unsigned output);
  bool contains(unsigned input, unsigned output) const { return outputs_[input].test(output); }
  /// Outputs to which `input` has a flow.
  const base::port_set& outputs_of(unsigned input) const { return outputs_[input]; }

  /// Inputs that have a flow to `output`.
  const base::port_set& inputs_of(unsigned output) const { return inputs_[output]; }

  /// The link at `port` has another capacity, not 0, in both directions. No flow may use it.
  void set_capacity(unsigned port, rate capacity);
  /// Lets an output carry only a part of its capacity, 0 < `part` <= 1, from the next solve() on.
  void limit_output(unsigned output, double part);
  /// Finds flows that may need another rate: those that others connect to one that was added or
  /// removed. What is not connected is gathered by further calls; false if nothing is left.
  bool gather();
  /// What gather() has found.
  const base::port_set& gathered_inputs() const { return component_inputs_; }
  const base::port_set& gathered_outputs() const { return component_outputs_; }
  /// Makes the rates of what gather() has found fair.
  void solve();

  /// The rate of a flow as of the last solve().
  rate rate_of(unsigned input, unsigned output) const {
    return in_[input].level < out_[output].level ? in_[input].level : out_[output].level;
  }
  /// As of the last solve(): the uplink is full, and what each flow gets that it limits.
  bool limits(unsigned input) const { return in_[input].level != unlimited; }
  rate level(unsigned input) const { return in_[input].level; }

  /// Between two solutions.
  template <typename Archive>
  void fields(Archive& io) {
    io(in_, out_, outputs_, inputs_, dirty_inputs_, dirty_outputs_, component_inputs_,
       component_outputs_);
  }

 private:
  static constexpr rate unlimited = ~rate{0};

  struct link {
    rate full = 0;           ///< of the link
    rate capacity = 0;       ///< what may be used of it
    rate left = 0;           ///< not yet given away, while solving
    std::uint32_t open = 0;  ///< flows without a rate, while solving
    rate level = unlimited;

    template <typename Archive>
    void fields(Archive& io) {
      io(full, capacity, left, open, level);
    }
  };
  /// A link that may be the next to be full. It may have got a higher share since; never a lower.
  struct candidate {
    rate share;
    std::uint16_t index;  ///< inputs, then outputs
  };

  link& link_at(std::uint16_t index) {
    return index < base::port_limit ? in_[index] : out_[index - base::port_limit];
  }

  std::vector<link> in_;
  std::vector<link> out_;
  std::vector<base::port_set> outputs_;  ///< per input
  std::vector<base::port_set> inputs_;   ///< per output
  base::port_set dirty_inputs_;
  base::port_set dirty_outputs_;

  base::port_set component_inputs_;  ///< of the last gather()
  base::port_set component_outputs_;

  // Scratch of solve().
  std::vector<base::port_set> open_outputs_;  ///< per input
  std::vector<base::port_set> open_inputs_;   ///< per output
  std::vector<candidate> candidates_;         ///< a heap, least share first
};

}  // namespace sn::fabric
