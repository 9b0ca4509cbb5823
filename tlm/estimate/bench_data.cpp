#include "estimate/bench_data.h"

#include <algorithm>
#include <utility>

#include "base/error.h"

namespace sn::estimate {

namespace {

/// Every byte 0xff: as float32 it is not a number and equals nothing.
constexpr std::uint8_t poison = 0xff;

void read_write_ok(bool done) {
  base::ensure(done, "bench: data beyond HBM");
}

}  // namespace

bench_data::bench_data(const workload::collective& what, const job& work,
                       std::vector<gpu::gpu*> gpus)
    : what_(what), check_(what), work_(work), gpus_(std::move(gpus)) {}

std::uint64_t bench_data::address(std::uint32_t rank, std::uint64_t element) const {
  return work_.data_address(rank).value + element * workload::element_size;
}

void bench_data::load(base::bytes data_memory) {
  const std::vector<std::uint8_t> blank(std::min<std::uint64_t>(data_memory.value, 1U << 20U),
                                        poison);
  for (std::uint32_t rank = 0; rank < what_.all_ranks(); ++rank) {
    memory::sparse_memory& hbm = gpus_[rank]->hbm();
    for (std::uint64_t at = 0; at < data_memory.value; at += blank.size()) {
      const std::uint64_t size = std::min<std::uint64_t>(blank.size(), data_memory.value - at);
      read_write_ok(hbm.write(address(rank, 0) + at, blank.data(), size));
    }
    // Of a broadcast only the roots have something to give.
    if (what_.kind != workload::collective_kind::broadcast || rank % what_.ranks == 0) {
      const std::vector<float> input = check_.input(rank);
      const std::uint64_t first = workload::place_of(what_, rank).input.first;
      read_write_ok(
          hbm.write(address(rank, first), input.data(), input.size() * workload::element_size));
    }
  }
}

std::uint64_t bench_data::count_wrong() const {
  std::uint64_t wrong = 0;
  for (std::uint32_t rank = 0; rank < what_.all_ranks(); ++rank) {
    const workload::element_range output = workload::place_of(what_, rank).output;
    std::vector<float> found(output.count);
    read_write_ok(gpus_[rank]->hbm().read(address(rank, output.first), found.data(),
                                          found.size() * workload::element_size));
    wrong += check_.wrong(rank, found);
  }
  return wrong;
}

base::bytes bench_data::host_memory(const workload::program& work) {
  base::bytes sum;
  for (const workload::rank_program& rank : work.ranks) {
    sum += rank.data_memory;
  }
  return sum;
}

}  // namespace sn::estimate
