// What a switch loses because its arbiter does not match perfectly.
#pragma once

#include <vector>

#include "base/port_set.h"
#include "fabric/max_min.h"

namespace sn::fabric {

/// How much of its line rate an output can use when many inputs and outputs compete: an estimate of
/// iSLIP's throughput from who asks for whom. In each slot an output grants one input, round robin;
/// an input that several outputs grant accepts one, and the others lose the slot.
///
/// Of an output that m of P competing inputs ask for, P - m do not: holes.
/// - No holes: the pointers of all outputs drift apart until no two grant the same input; nothing
/// is
///   lost.
/// - Fewer holes than inputs that ask: all outputs rotate over the inputs. Where a pointer skips a
///   run of holes it comes to an input at which another output is due with probability d (outputs
///   over inputs, at most 1); one of the two loses a slot. With R runs in a round of m grants, the
///   output uses 1 / (1 + d R / m) of its slots. All-to-all among N has R = 1, m = N - 1, d = 1:
///   (N - 1) / N.
/// - At most three inputs ask, and most of the rivals do not: the pointers soon find an order
/// without
///   collisions; nothing is lost.
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

  /// `input` has cells for `output`, or has none any more.
  void ask(unsigned input, unsigned output);
  void withdraw(unsigned input, unsigned output);
  /// Limits the outputs that `flows` has gathered.
  void limit(max_min& flows);

  template <typename Archive>
  void fields(Archive& io) {
    io(outputs_, inputs_, granted_, accepted_);
  }

 private:
  void weigh(const base::port_set& rivals);

  unsigned iterations_;
  std::vector<base::port_set> outputs_;  ///< per input: where it asks
  std::vector<base::port_set> inputs_;   ///< per output: who asks
  std::vector<double> granted_;   ///< per output: probability that it grants one of its inputs
  std::vector<double> accepted_;  ///< per input: probability that it accepts a grant
};

}  // namespace sn::fabric
