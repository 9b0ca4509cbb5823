// Exchanges among the GPUs of a domain, carried by two engines side by side.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/units.h"

namespace sn::validation {

/// One burst of an exchange.
struct transfer {
  unsigned from = 0;
  unsigned to = 0;
  std::uint64_t address = 0;
  std::uint32_t bytes = 0;
  base::picoseconds start;  ///< from the beginning of the exchange
};

/// Bursts that begin together.
struct exchange {
  std::string name;
  std::vector<transfer> transfers;
};

/// Every one of `ranks` to the next.
exchange ring(unsigned ranks, std::uint32_t bytes);
/// Every one to another, in a fixed random order.
exchange permutation(unsigned ranks, std::uint32_t bytes);
/// All but rank 0 to rank 0.
exchange incast(unsigned ranks, std::uint32_t bytes);
/// Rank 0 to all others.
exchange scatter(unsigned ranks, std::uint32_t bytes);
/// Every one to every other.
exchange all_to_all(unsigned ranks, std::uint32_t bytes);
/// all_to_all in every group of `size` ranks.
exchange groups_of_all_to_all(unsigned ranks, unsigned size, std::uint32_t bytes);
/// As all_to_all, but each burst has its own size: uniform between 0 and 2 x `bytes`, and four
/// times that to every eighth rank.
exchange skewed_all_to_all(unsigned ranks, std::uint32_t bytes);
/// As all_to_all, but a source sends one burst after the other, `gap` apart, to the ranks after its
/// own: what copy engines do.
exchange staggered_all_to_all(unsigned ranks, std::uint32_t bytes, base::picoseconds gap);

/// Every one to the `neighbours` ranks after its own.
exchange to_neighbours(unsigned ranks, unsigned neighbours, std::uint32_t bytes);
/// The same, but a source sends one burst after the other, `gap` apart.
exchange staggered_to_neighbours(unsigned ranks, unsigned neighbours, std::uint32_t bytes,
                                 base::picoseconds gap);
/// Every one to half of `neighbours` ranks after, and half before its own.
exchange to_both_sides(unsigned ranks, unsigned neighbours, std::uint32_t bytes);
/// Every one to each other with probability `neighbours` / `ranks`.
exchange random_graph(unsigned ranks, unsigned neighbours, std::uint32_t bytes);

/// When the bursts of an exchange reached their targets, from its beginning.
struct outcome {
  base::picoseconds last;
  double mean_ps = 0.0;
};

}  // namespace sn::validation
