#include "gpu/reduction.h"

#include <algorithm>
#include <cstring>
#include <vector>

namespace sn::gpu {

namespace {

/// Bytes that are summed at a time: whole elements of any format.
constexpr std::uint64_t batch = 16'384;

std::uint64_t element_size(const reduction& work) {
  return base::size_of(static_cast<element>(work.format));
}

}  // namespace

reduction reduction_of(const command& entry) {
  reduction work;
  std::memcpy(static_cast<void*>(&work), &entry, sizeof(work));
  return work;
}

command command_of(const reduction& work) {
  command entry;
  std::memcpy(static_cast<void*>(&entry), &work, sizeof(entry));
  return entry;
}

bool is_possible(const reduction& work, const memory::sparse_memory& hbm) {
  if (work.format >= base::element_formats || work.operands == 0 ||
      work.bytes % element_size(work) != 0 || !hbm.contains(work.destination, work.bytes) ||
      !hbm.contains(work.source, work.bytes)) {
    return false;
  }
  // The last array begins at source + (operands - 1) * stride; ask without overflow.
  const std::uint64_t room = hbm.capacity().value - work.bytes - work.source;
  return work.operands == 1 || work.stride <= room / (work.operands - 1);
}

std::uint64_t additions(const reduction& work) {
  return work.bytes / element_size(work) * work.operands;
}

base::bytes traffic(const reduction& work) {
  return base::bytes(work.bytes * (std::uint64_t{work.operands} + 2));
}

void perform(const reduction& work, memory::sparse_memory& hbm) {
  std::vector<std::uint8_t> sum(batch);
  std::vector<std::uint8_t> operand(batch);
  for (std::uint64_t at = 0; at < work.bytes; at += batch) {
    const std::uint64_t size = std::min(batch, work.bytes - at);
    hbm.read(work.destination + at, sum.data(), size);
    for (std::uint64_t k = 0; k < work.operands; ++k) {
      hbm.read(work.source + k * work.stride + at, operand.data(), size);
      base::add_elements(static_cast<element>(work.format), sum.data(), operand.data(), size);
    }
    hbm.write(work.destination + at, sum.data(), size);
  }
}

}  // namespace sn::gpu
