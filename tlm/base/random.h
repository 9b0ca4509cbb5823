// Seeded randomness that is the same on every machine.
#pragma once

#include <array>
#include <cstdint>

namespace sn::base {

/// xoshiro256** (Blackman and Vigna 2018), seeded through SplitMix64. Its whole state can be saved.
class random_generator {
 public:
  using state = std::array<std::uint64_t, 4>;

  /// `stream` gives independent sequences for one `seed`: one per part that draws.
  explicit random_generator(std::uint64_t seed, std::uint64_t stream = 0);

  /// 64 random bits.
  std::uint64_t next();
  /// An unbiased integer in [0, bound); `bound` must not be 0.
  std::uint64_t below(std::uint64_t bound);
  /// A double in [0, 1) with 53 random bits.
  double uniform();
  /// True with the given probability.
  bool chance(double probability) { return uniform() < probability; }

  const state& save() const { return state_; }
  void restore(const state& saved) { state_ = saved; }
  template <typename Archive>
  void fields(Archive& io) {
    io(state_);
  }

 private:
  state state_;
};

}  // namespace sn::base
