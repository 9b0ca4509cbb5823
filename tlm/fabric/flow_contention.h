// What a switch loses because its arbiter does not match perfectly.
#pragma once

#include <cstdint>
#include <vector>

#include "base/port_set.h"
#include "fabric/max_min.h"

namespace sn::fabric {

/// How much of its line rate an output can use when many inputs and outputs compete: an estimate of
/// iSLIP's throughput from who asks for whom. In each slot an output grants one input, round robin;
/// an input that several outputs grant accepts one, and the others lose the slot.
///
/// Of an output that m of P competing inputs ask for, P - m do not: holes.
/// - No holes: the pointers of all outputs drift apart until no two grant the same input, and
///   nothing is lost.
/// - The inputs came in waves: in one slot all of them, each for another output. Input number i of
///   the P asks output number i + s, with an s for each wave. All pointers are then at the same s
///   in every slot, and nothing is lost. Collectives whose ranks begin with the rank after their
///   own come like this.
/// - Fewer holes than inputs that ask: all outputs rotate over the inputs. Where a pointer skips a
///   run of holes it comes to an input at which another output is due with probability d (outputs
///   over inputs, at most 1); one of the two loses a slot. With R runs in a round of m grants, the
///   output uses 1 / (1 + d R / m) of its slots. All-to-all among N has R = 1, m = N - 1, d = 1:
///   (N - 1) / N.
/// - If the inputs that ask for an output began within a round and leave one run of holes, the
///   pointers of all outputs lock into a common round of 2 P / k slots, for an integer k: mostly
///   the shortest that is longer than m. The output uses m k / 2 P; with k = 2 this is the
///   all-to-all. Inputs that come one by one instead find an order in which little is lost. With
///   several runs pointers chase each other, and at most 0.8 is used, but m / P if that is more.
/// - At most three inputs ask, and most of the rivals do not: the pointers soon find an order
///   without collisions; nothing is lost.
/// - Otherwise the pointers are as good as random, unless the runs are few. Input i is granted by
///   output o with probability 1 / m(o), and hence by any with g(i) = 1 - product of (1 - 1 /
///   m(o)); each of its grants, s(i) = sum of 1 / m(o) in the mean, is accepted with probability
///   g(i) / s(i). The output uses the mean of this over its inputs (as in parallel iterative
///   matching), or what the rotation gives if that is more.
///
/// Every further iteration of the arbiter matches the same fraction of what is left.
class flow_contention {
 public:
  flow_contention(unsigned ports, unsigned iterations);

  /// Cells of `input` for `output`, for which it had none, have come in `slot`. Before ask().
  void come(unsigned input, unsigned output, std::uint64_t slot) {
    came_[input * outputs_.size() + output] = slot;
  }
  /// `input` has cells for `output` from `slot` on, or only `once`; or has none any more.
  void ask(unsigned input, unsigned output, std::uint64_t slot, bool once);
  void withdraw(unsigned input, unsigned output);
  /// Limits the outputs that `flows` has gathered.
  void limit(max_min& flows);

  template <typename Archive>
  void fields(Archive& io) {
    io(outputs_, inputs_, came_, first_, last_, granted_, accepted_);
  }

 private:
  static constexpr std::uint64_t never = ~std::uint64_t{0};

  bool began_together(unsigned output, unsigned rivals) const;
  bool came_in_waves(const base::port_set& outputs, const base::port_set& rivals) const;
  void weigh(const base::port_set& rivals);

  unsigned iterations_;
  std::vector<base::port_set> outputs_;  ///< per input: where it asks
  std::vector<base::port_set> inputs_;   ///< per output: who asks
  std::vector<std::uint64_t> came_;      ///< per input and output: slot
  std::vector<std::uint64_t> first_;     ///< per output: since when any input has asked
  std::vector<std::uint64_t> last_;      ///< per output: when the latest began
  std::vector<double> granted_;   ///< per output: probability that it grants one of its inputs
  std::vector<double> accepted_;  ///< per input: probability that it accepts a grant
};

}  // namespace sn::fabric
