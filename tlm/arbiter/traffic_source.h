// Where the cells of a slotted switch come from: at most one per input and slot.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "base/ids.h"
#include "base/random.h"

namespace sn::arbiter {

/// How cells choose their outputs.
enum class pattern {
  uniform,      ///< each cell any output, all alike
  permutation,  ///< each input one output of its own, drawn once
  hotspot,      ///< a fixed share of the cells output 0, the others as uniform
  bursty,       ///< bursts of cells to one output, of geometric length, with idle times between
};

/// What the sources do.
struct source_settings {
  pattern shape = pattern::uniform;
  /// Mean number of cells per input and slot, above 0 and at most 1.
  double load = 0.5;
  /// Of `hotspot`: the share of all cells that is sent to output 0.
  double hotspot_share = 0.05;
  /// Of `bursty`: the mean number of cells in a burst.
  double burst_length = 16;
};

/// Draws the arrivals of a slot for all inputs.
class traffic_source {
 public:
  /// No cell arrives at this input.
  static constexpr std::uint8_t none = 0xff;
  /// Per input: the output of the cell that arrives in this slot, or `none`.
  using arrivals = std::array<std::uint8_t, base::port_limit>;

  traffic_source(const source_settings& settings, unsigned ports, std::uint64_t seed);

  /// Draws the next slot.
  void next(arrivals& slot);

 private:
  void next_bursty(arrivals& slot);
  /// An output from 32 random bits; the bias is below 2^-25.
  std::uint8_t output_of(std::uint32_t bits) const {
    return static_cast<std::uint8_t>((std::uint64_t{bits} * ports_) >> 32U);
  }

  source_settings settings_;
  unsigned ports_;
  base::random_generator random_;
  /// A cell arrives where 32 random bits are below this.
  std::uint64_t arrival_threshold_;
  /// Of `permutation`: per input its output.
  std::array<std::uint8_t, base::port_limit> fixed_output_{};
  /// Of `bursty`: per input the output of the burst that runs, or `none`.
  arrivals burst_output_{};
};

}  // namespace sn::arbiter
