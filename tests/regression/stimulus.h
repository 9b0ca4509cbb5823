// Request sequences that try the arbiter, drawn from a seed.
#pragma once

#include <array>
#include <string_view>

#include "arbiter/arbiter.h"
#include "base/random.h"

namespace sn::test {

/// What the requesters do for some slots on end.
enum class sequence {
  saturate,     ///< everybody asks everybody
  skew,         ///< every input asks with a density of its own
  hot_spot,     ///< all ask one output, some ask others too
  permutation,  ///< every input asks one output of its own
  bursty,       ///< requests come and go in bursts, granted or not
  persist,      ///< requests come at random and stay until they are granted
  withdraw,     ///< the same, but some are taken back without a grant
  idle,         ///< hardly anybody asks, and hardly any output is ready
};

inline constexpr std::array<std::string_view, 8> sequence_names{
    "saturate", "skew", "hot_spot", "permutation", "bursty", "persist", "withdraw", "idle"};

/// Draws requests slot by slot, in sequences of random kind, length and readiness of outputs.
class stimulus {
 public:
  stimulus(unsigned ports, std::uint64_t seed);

  /// True if the arbiter is to be reset before this slot; then `request` for it. `last` is the
  /// answer to the slot before.
  bool next(const arbiter::slot_grant& last, arbiter::slot_request& request);

  /// Slots that ran in each sequence.
  const std::array<unsigned, sequence_names.size()>& slots() const { return slots_; }

 private:
  void begin_sequence();
  void forget_served(const arbiter::slot_grant& last);
  void draw(arbiter::slot_request& request);

  unsigned ports_;
  base::random_generator random_;
  sequence sequence_ = sequence::saturate;
  std::uint64_t slots_left_ = 0;
  double readiness_ = 1;
  double density_ = 1;
  unsigned hot_output_ = 0;
  std::array<double, base::port_limit> input_density_{};
  std::array<unsigned, base::port_limit> output_of_{};
  /// Per output: the requests that persist, or that a burst holds up.
  std::array<base::port_set, base::port_limit> open_{};
  std::array<unsigned, sequence_names.size()> slots_{};
};

}  // namespace sn::test
