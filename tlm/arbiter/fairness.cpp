#include "arbiter/fairness.h"

namespace sn::arbiter {

double jain_index(const std::vector<std::uint64_t>& shares) {
  double sum = 0;
  double sum_of_squares = 0;
  for (const std::uint64_t share : shares) {
    const auto x = static_cast<double>(share);
    sum += x;
    sum_of_squares += x * x;
  }
  return sum * sum / (static_cast<double>(shares.size()) * sum_of_squares);
}

}  // namespace sn::arbiter
