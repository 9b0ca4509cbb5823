#include "validation/exchange.h"

#include <fmt/format.h>

#include <numeric>
#include <utility>

#include "base/random.h"

namespace sn::validation {
namespace {

std::string named(const std::string& what, unsigned ranks, std::uint32_t bytes) {
  return fmt::format("{} of {}, {} KiB", what, ranks, bytes / 1024.0);
}

}  // namespace

exchange ring(unsigned ranks, std::uint32_t bytes) {
  exchange result{named("ring", ranks, bytes), {}};
  for (unsigned rank = 0; rank < ranks; ++rank) {
    result.transfers.push_back({rank, (rank + 1) % ranks, 0, bytes, {}});
  }
  return result;
}

exchange permutation(unsigned ranks, std::uint32_t bytes) {
  exchange result{named("permutation", ranks, bytes), {}};
  base::random_generator random(7);
  // A cycle through a shuffled order: nobody meets itself.
  std::vector<unsigned> order(ranks);
  std::iota(order.begin(), order.end(), 0U);
  for (unsigned i = ranks - 1; i > 0; --i) {
    std::swap(order[i], order[random.below(i + 1)]);
  }
  for (unsigned i = 0; i < ranks; ++i) {
    result.transfers.push_back({order[i], order[(i + 1) % ranks], 0, bytes, {}});
  }
  return result;
}

exchange incast(unsigned ranks, std::uint32_t bytes) {
  exchange result{named("incast", ranks, bytes), {}};
  for (unsigned rank = 1; rank < ranks; ++rank) {
    result.transfers.push_back({rank, 0, 0, bytes, {}});
  }
  return result;
}

exchange scatter(unsigned ranks, std::uint32_t bytes) {
  exchange result{named("scatter", ranks, bytes), {}};
  for (unsigned rank = 1; rank < ranks; ++rank) {
    result.transfers.push_back({0, rank, 0, bytes, {}});
  }
  return result;
}

exchange all_to_all(unsigned ranks, std::uint32_t bytes) {
  exchange result = staggered_all_to_all(ranks, bytes, base::picoseconds(0));
  result.name = named("all-to-all", ranks, bytes);
  return result;
}

exchange groups_of_all_to_all(unsigned ranks, unsigned size, std::uint32_t bytes) {
  exchange result{named(fmt::format("all-to-all in groups of {}", size), ranks, bytes), {}};
  for (unsigned first = 0; first < ranks; first += size) {
    for (const transfer& one : all_to_all(size, bytes).transfers) {
      result.transfers.push_back({first + one.from, first + one.to, 0, bytes, {}});
    }
  }
  return result;
}

exchange skewed_all_to_all(unsigned ranks, std::uint32_t bytes) {
  exchange result = all_to_all(ranks, bytes);
  result.name = named("skewed all-to-all", ranks, bytes);
  base::random_generator random(11);
  for (transfer& one : result.transfers) {
    const std::uint64_t size = 1 + random.below(2 * std::uint64_t{bytes});
    one.bytes = static_cast<std::uint32_t>(one.to % 8 == 0 ? 4 * size : size);
    one.address = 256 * random.below(1024);
  }
  return result;
}

exchange staggered_all_to_all(unsigned ranks, std::uint32_t bytes, base::picoseconds gap) {
  exchange result = staggered_to_neighbours(ranks, ranks - 1, bytes, gap);
  result.name = named("staggered all-to-all", ranks, bytes);
  return result;
}

exchange staggered_to_neighbours(unsigned ranks, unsigned neighbours, std::uint32_t bytes,
                                 base::picoseconds gap) {
  exchange result{named(fmt::format("{} staggered neighbours", neighbours), ranks, bytes), {}};
  for (unsigned round = 1; round <= neighbours; ++round) {
    for (unsigned rank = 0; rank < ranks; ++rank) {
      result.transfers.push_back({rank, (rank + round) % ranks, 0, bytes, gap * (round - 1)});
    }
  }
  return result;
}

exchange to_neighbours(unsigned ranks, unsigned neighbours, std::uint32_t bytes) {
  exchange result{named(fmt::format("{} neighbours", neighbours), ranks, bytes), {}};
  for (unsigned rank = 0; rank < ranks; ++rank) {
    for (unsigned distance = 1; distance <= neighbours; ++distance) {
      result.transfers.push_back({rank, (rank + distance) % ranks, 0, bytes, {}});
    }
  }
  return result;
}

exchange to_both_sides(unsigned ranks, unsigned neighbours, std::uint32_t bytes) {
  exchange result{named(fmt::format("{} neighbours on both sides", neighbours), ranks, bytes), {}};
  for (unsigned rank = 0; rank < ranks; ++rank) {
    for (unsigned distance = 1; distance <= neighbours / 2; ++distance) {
      result.transfers.push_back({rank, (rank + distance) % ranks, 0, bytes, {}});
      result.transfers.push_back({rank, (rank + ranks - distance) % ranks, 0, bytes, {}});
    }
  }
  return result;
}

exchange random_graph(unsigned ranks, unsigned neighbours, std::uint32_t bytes) {
  exchange result{named(fmt::format("about {} random peers", neighbours), ranks, bytes), {}};
  base::random_generator random(3);
  for (unsigned from = 0; from < ranks; ++from) {
    for (unsigned to = 0; to < ranks; ++to) {
      if (from != to && random.below(ranks) < neighbours) {
        result.transfers.push_back({from, to, 0, bytes, {}});
      }
    }
  }
  return result;
}

}  // namespace sn::validation
