#include "gpu/reduction.h"

#include <algorithm>
#include <cstring>
#include <vector>

namespace sn::gpu {

namespace {

/// Elements that are summed at a time.
constexpr std::uint64_t batch = 4096;

template <typename Element>
void add(const reduction& work, memory::sparse_memory& hbm) {
  static_assert(sizeof(Element) == element_size);
  std::vector<Element> sum(batch);
  std::vector<Element> operand(batch);
  for (std::uint64_t at = 0; at < work.bytes; at += batch * element_size) {
    const std::uint64_t size = std::min(batch * element_size, work.bytes - at);
    hbm.read(work.destination + at, sum.data(), size);
    for (std::uint64_t k = 0; k < work.operands; ++k) {
      hbm.read(work.source + k * work.stride + at, operand.data(), size);
      for (std::uint64_t i = 0; i < size / element_size; ++i) {
        sum[i] += operand[i];
      }
    }
    hbm.write(work.destination + at, sum.data(), size);
  }
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
  if (work.format >= elements || work.operands == 0 || work.bytes % element_size != 0 ||
      !hbm.contains(work.destination, work.bytes) || !hbm.contains(work.source, work.bytes)) {
    return false;
  }
  // The last array begins at source + (operands - 1) * stride; ask without overflow.
  const std::uint64_t room = hbm.capacity().value - work.bytes - work.source;
  return work.operands == 1 || work.stride <= room / (work.operands - 1);
}

std::uint64_t additions(const reduction& work) {
  return work.bytes / element_size * work.operands;
}

base::bytes traffic(const reduction& work) {
  return base::bytes(work.bytes * (std::uint64_t{work.operands} + 2));
}

void perform(const reduction& work, memory::sparse_memory& hbm) {
  if (static_cast<element>(work.format) == element::float32) {
    add<float>(work, hbm);
  } else {
    add<std::uint32_t>(work, hbm);
  }
}

}  // namespace sn::gpu
