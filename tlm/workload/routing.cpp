#include "workload/routing.h"

#include <algorithm>
#include <limits>

#include "base/error.h"
#include "base/random.h"

namespace sn::workload {

namespace {

// A key orders the experts of a token: the smaller, the higher the affinity. Its upper bits are
// v / popularity, its lower bits the place of the expert, so that no two keys of a token are equal.
// Keys are signed because baseline x86-64 compares signed vectors only.
using key = std::int32_t;
constexpr key no_key = std::numeric_limits<key>::max();
constexpr std::uint32_t expert_limit = 1U << 14U;

/// One over the popularity of each expert, in 1/65536.
constexpr double inverse_scale = 65'536.0;

/// Places of experts are group-minor: place = (index in group) * groups + group. A scan over places
/// then visits all groups side by side, which compilers turn into vector instructions.
class token_router {
 public:
  token_router(const router_shape& router, double skew, base::random_generator popularity)
      : router_(router),
        inverse_popularity_(router.experts),
        keys_(router.experts),
        best_(router.groups),
        second_(router.groups),
        order_(router.groups) {
    while ((1U << place_bits_) < router.experts) {
      ++place_bits_;
    }
    for (auto& inverse : inverse_popularity_) {
      const double x = popularity.uniform();
      inverse = static_cast<std::uint32_t>(inverse_scale / (1.0 + skew * (x * x * x)));
    }
  }

  /// Writes the experts of one token, best first, to `chosen`.
  void route(base::random_generator& random, std::uint16_t* chosen) {
    draw_keys(random);
    rank_groups();
    choose(chosen);
  }

 private:
  void draw_keys(base::random_generator& random) {
    // Two affinities of 32 bits from each draw of 64.
    const std::uint32_t experts = router_.experts;
    for (std::uint32_t place = 0; place < experts; place += 2) {
      const std::uint64_t bits = random.next();
      keys_[place] = make_key(static_cast<std::uint32_t>(bits), place);
      if (place + 1 < experts) {
        keys_[place + 1] = make_key(static_cast<std::uint32_t>(bits >> 32U), place + 1);
      }
    }
  }
  key make_key(std::uint32_t uniform, std::uint32_t place) const {
    // 32 bits times 1/65536ths, down to 31 bits.
    const auto scaled = static_cast<std::uint32_t>(
        (static_cast<std::uint64_t>(uniform) * inverse_popularity_[place]) >> 17U);
    return static_cast<key>((scaled >> place_bits_ << place_bits_) | place);
  }

  /// Puts the groups with the highest sums of their two best affinities first in order_.
  void rank_groups() {
    const std::size_t groups = router_.groups;
    std::fill(best_.begin(), best_.end(), no_key);
    std::fill(second_.begin(), second_.end(), no_key);
    key* const best = best_.data();
    key* const second = second_.data();
    for (std::size_t row = 0; row < router_.experts; row += groups) {
      const key* const candidates = keys_.data() + row;
      for (std::size_t group = 0; group < groups; ++group) {
        const key candidate = candidates[group];
        second[group] = std::min(second[group], std::max(best[group], candidate));
        best[group] = std::min(best[group], candidate);
      }
    }
    for (std::uint32_t group = 0; group < groups; ++group) {
      // The place bits take no part in the sum; equal sums go by the number of the group.
      const auto sum = static_cast<std::uint64_t>(best[group] >> place_bits_) +
                       static_cast<std::uint64_t>(second[group] >> place_bits_);
      order_[group] = (sum << 16U) | group;
    }
    std::partial_sort(order_.begin(), order_.begin() + router_.groups_per_token, order_.end());
  }

  /// The smallest keys of the best groups, by insertion into a short sorted list.
  void choose(std::uint16_t* chosen) {
    const std::uint32_t groups = router_.groups;
    const std::uint32_t count = router_.per_token;
    list_.assign(count, no_key);
    key* const list = list_.data();
    for (std::uint32_t i = 0; i < router_.groups_per_token; ++i) {
      const auto group = static_cast<std::uint32_t>(order_[i] & 0xffffU);
      for (std::uint32_t place = group; place < router_.experts; place += groups) {
        const key candidate = keys_[place];
        if (candidate < list[count - 1]) {
          std::uint32_t at = count - 1;
          for (; at > 0 && candidate < list[at - 1]; --at) {
            list[at] = list[at - 1];
          }
          list[at] = candidate;
        }
      }
    }
    const std::uint32_t per_group = router_.experts_per_group();
    for (std::uint32_t i = 0; i < count; ++i) {
      const std::uint32_t place = static_cast<std::uint32_t>(list[i]) & ((1U << place_bits_) - 1U);
      chosen[i] = static_cast<std::uint16_t>(place % groups * per_group + place / groups);
    }
  }

  router_shape router_;
  unsigned place_bits_ = 0;  ///< enough to number the experts
  std::vector<std::uint32_t> inverse_popularity_;
  std::vector<key> keys_;
  std::vector<key> best_;
  std::vector<key> second_;
  std::vector<std::uint64_t> order_;
  std::vector<key> list_;
};

}  // namespace

layer_routing route_layer(const router_shape& router, double skew, std::size_t tokens,
                          std::uint64_t seed, std::uint64_t stream, std::uint32_t layer) {
  base::ensure(router.experts <= expert_limit, "route_layer: too many experts");
  // Each layer has two streams of its own: popularity and affinities.
  const std::uint64_t layer_stream = (stream << 32U) | (static_cast<std::uint64_t>(layer) << 1U);
  token_router draws(router, skew, base::random_generator(seed, layer_stream));
  base::random_generator affinities(seed, layer_stream | 1U);
  layer_routing routing{router.per_token, std::vector<std::uint16_t>(tokens * router.per_token)};
  for (std::size_t token = 0; token < tokens; ++token) {
    draws.route(affinities, routing.experts.data() + token * router.per_token);
  }
  return routing;
}

}  // namespace sn::workload
