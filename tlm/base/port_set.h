// A set of up to 128 switch ports as two machine words.
#pragma once

#include <array>
#include <cstdint>

#include "base/ids.h"

namespace sn::base {

/// A set of ports, one bit each: bit p of word p / 64.
struct port_set {
  std::array<std::uint64_t, port_limit / 64> word{};

  /// The set {0, ..., count - 1}; `count` at most 128.
  static constexpr port_set first(unsigned count) {
    port_set set;
    set.word[0] = count >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << count) - 1;
    if (count > 64) {
      set.word[1] = count >= 128 ? ~std::uint64_t{0} : (std::uint64_t{1} << (count - 64)) - 1;
    }
    return set;
  }

  constexpr bool test(unsigned port) const { return ((word[port / 64] >> (port % 64)) & 1U) != 0; }
  constexpr void set(unsigned port) { word[port / 64] |= std::uint64_t{1} << (port % 64); }
  constexpr void reset(unsigned port) { word[port / 64] &= ~(std::uint64_t{1} << (port % 64)); }
  constexpr bool any() const { return (word[0] | word[1]) != 0; }
  constexpr bool none() const { return !any(); }
  unsigned count() const {
    return static_cast<unsigned>(__builtin_popcountll(word[0]) + __builtin_popcountll(word[1]));
  }

  template <typename Archive>
  void fields(Archive& io) {
    io(word);
  }

  /// Calls `visit(port)` for every member, lowest first.
  template <class visitor>
  void for_each(visitor&& visit) const {
    for (unsigned w = 0; w < word.size(); ++w) {
      for (std::uint64_t rest = word[w]; rest != 0; rest &= rest - 1) {
        visit(w * 64 + static_cast<unsigned>(__builtin_ctzll(rest)));
      }
    }
  }

  /// The first member at or after `start` in cyclic order over 128 places; the set must not be
  /// empty.
  unsigned next_from(unsigned start) const {
    const unsigned w = start / 64;
    const std::uint64_t upper = word[w] & (~std::uint64_t{0} << (start % 64));
    if (upper != 0) {
      return w * 64 + static_cast<unsigned>(__builtin_ctzll(upper));
    }
    const unsigned other = w ^ 1U;
    if (word[other] != 0) {
      return other * 64 + static_cast<unsigned>(__builtin_ctzll(word[other]));
    }
    return w * 64 + static_cast<unsigned>(__builtin_ctzll(word[w]));
  }

  friend constexpr port_set operator&(port_set a, const port_set& b) {
    a.word[0] &= b.word[0];
    a.word[1] &= b.word[1];
    return a;
  }
  friend constexpr port_set operator|(port_set a, const port_set& b) {
    a.word[0] |= b.word[0];
    a.word[1] |= b.word[1];
    return a;
  }
  friend constexpr port_set operator~(port_set a) {
    a.word[0] = ~a.word[0];
    a.word[1] = ~a.word[1];
    return a;
  }
  friend constexpr bool operator==(const port_set& a, const port_set& b) {
    return a.word[0] == b.word[0] && a.word[1] == b.word[1];
  }
  friend constexpr bool operator!=(const port_set& a, const port_set& b) { return !(a == b); }
};

}  // namespace sn::base
