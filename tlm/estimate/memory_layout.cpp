#include "estimate/memory_layout.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "gpu/command.h"

namespace sn::estimate {

namespace {

/// ALink keeps the order of, and chooses the plane by, regions of this size.
constexpr std::uint64_t region = 256;
constexpr std::uint64_t page = 4096;

std::uint64_t round_up(std::uint64_t value, std::uint64_t multiple) {
  return (value + multiple - 1) / multiple * multiple;
}

std::uint64_t message_count(const workload::rank_program& rank) {
  std::uint64_t count = 0;
  for (const auto& queue : rank.queues) {
    for (const auto& operation : queue.operations) {
      count += operation.transfer.messages.size();
    }
  }
  return count;
}

}  // namespace

receive_area::receive_area(const workload::program& program, unsigned planes)
    : ranks_(program.has_data() ? 0 : program.ranks.size()), slot_regions_(1) {
  for (const auto& rank : program.ranks) {
    for (const auto& queue : rank.queues) {
      for (const auto& operation : queue.operations) {
        for (const auto& message : operation.transfer.messages) {
          slot_regions_ = std::max(slot_regions_, (message.size.value + region - 1) / region);
        }
      }
    }
  }
  // One more than a multiple of the planes: the next source's slot begins one plane further.
  slot_regions_ = round_up(slot_regions_, planes) + 1;
}

base::bytes receive_area::size() const {
  return base::bytes((ranks_ * slot_regions_ + ranks_) * region);
}

base::bytes receive_area::slot(std::uint32_t source, std::uint32_t destination) const {
  return base::bytes((source * slot_regions_ + destination) * region);
}

std::vector<memory_layout> lay_out(const workload::program& program, const receive_area& area) {
  std::vector<memory_layout> layouts;
  for (const auto& rank : program.ranks) {
    memory_layout layout;
    std::uint64_t at = round_up(rank.weight_memory.value, page);
    layout.cache = base::bytes(at);
    at = round_up(at + rank.cache_memory.value, page);
    // Each rank's data begin one region after its neighbour's: small messages of one source to the
    // same place at many destinations take different planes.
    // What goes to a group has one address at all members.
    at += program.has_data() && program.groups.empty() ? layouts.size() * region : 0;
    layout.data = base::bytes(at);
    at = round_up(at + rank.data_memory.value, page);
    layout.receive = base::bytes(at);
    at = round_up(at + area.size().value, page);
    layout.messages = base::bytes(at);
    at = round_up(at + message_count(rank) * sizeof(gpu::message), page);
    for (const auto& queue : rank.queues) {
      std::uint32_t entries = 1;
      while (entries < queue.operations.size()) {
        entries *= 2;
      }
      layout.rings.emplace_back(at);
      layout.ring_sizes.push_back(entries);
      at = round_up(at + std::uint64_t{entries} * sizeof(gpu::command), page);
    }
    layout.end = base::bytes(at);
    layouts.push_back(layout);
  }
  return layouts;
}

void check_fit(const workload::program& program, std::uint32_t rank, const memory_layout& layout,
               const gpu::configuration& gpu) {
  const workload::rank_program& own = program.ranks[rank];
  if (layout.end > gpu.hbm_capacity) {
    throw base::run_error(
        fmt::format("rank {} needs {} of HBM ({} weights, {} KV cache, the rest buffers), its GPU "
                    "has {}",
                    rank, base::to_text(layout.end), base::to_text(own.weight_memory),
                    base::to_text(own.cache_memory), base::to_text(gpu.hbm_capacity)));
  }
  if (own.queues.size() > gpu.queues) {
    throw base::run_error(fmt::format("rank {} needs {} command queues, its GPU has {}", rank,
                                      own.queues.size(), gpu.queues));
  }
}

}  // namespace sn::estimate
