#include "workload/collective_builder.h"

#include <algorithm>

namespace sn::workload {

namespace {

base::bytes to_bytes(std::uint64_t elements) {
  return base::bytes(elements * element_size);
}

}  // namespace

collective_builder::collective_builder(const collective& what) : what_(what) {
  work_.ranks.resize(what.ranks);
  for (std::uint32_t rank = 0; rank < what.ranks; ++rank) {
    const collective_place place = place_of(what, rank);
    allocated_ = std::max({allocated_, place.input.end(), place.output.end()});
  }
  allocate(0);  // what comes next begins with a region
}

std::uint64_t collective_builder::allocate(std::uint64_t elements) {
  const std::uint64_t place = allocated_;
  allocated_ = (place + elements + region_elements - 1) / region_elements * region_elements;
  return elements == 0 ? allocated_ : place;
}

operation& collective_builder::append(std::uint32_t rank, unsigned queue, operation_kind kind,
                                      const char* what) {
  auto& queues = work_.ranks[rank].queues;
  if (queues.size() <= queue) {
    queues.resize(queue + 1);
  }
  operation& added = queues[queue].operations.emplace_back();
  added.kind = kind;
  added.part = phase::collective;
  added.name = step_ + what;
  return added;
}

void collective_builder::send(std::uint32_t rank, unsigned queue, std::uint32_t tag,
                              const std::vector<copy_to>& copies) {
  std::vector<message> messages;
  const std::uint64_t longest = longest_message_of(what_);
  bool more = true;
  for (std::uint64_t begin = 0; more; begin += longest) {
    more = false;
    for (const copy_to& copy : copies) {
      if (copy.part.count > begin) {
        const std::uint64_t count = std::min(longest, copy.part.count - begin);
        messages.push_back({copy.peer, to_bytes(count), to_bytes(copy.part.first + begin),
                            to_bytes(copy.place + begin)});
        more = more || copy.part.count > begin + count;
      }
    }
  }
  if (!messages.empty()) {
    transfer_work& work = append(rank, queue, operation_kind::transfer, " send").transfer;
    work.tag = tag;
    work.traffic_class = what_.traffic_class;
    work.messages = std::move(messages);
  }
}

void collective_builder::use_group() {
  std::vector<std::uint32_t>& members = work_.groups.emplace_back();
  for (std::uint32_t rank = 0; rank < what_.ranks; ++rank) {
    members.push_back(rank);
  }
}

void collective_builder::send_to_group(std::uint32_t rank, std::uint32_t tag, message_kind kind,
                                       const std::vector<group_part>& parts) {
  std::vector<message> messages;
  const std::uint64_t longest = longest_message_of(what_);
  for (const auto& [part, result_to] : parts) {
    for (std::uint64_t begin = 0; begin < part.count; begin += longest) {
      const base::bytes place = to_bytes(part.first + begin);
      messages.push_back(
          {0, to_bytes(std::min(longest, part.count - begin)), place, place, kind, result_to});
    }
  }
  if (!messages.empty()) {
    transfer_work& work = append(rank, 0, operation_kind::transfer, " send").transfer;
    work.tag = tag;
    work.traffic_class = what_.traffic_class;
    work.messages = std::move(messages);
  }
}

void collective_builder::wait(std::uint32_t rank, unsigned queue, std::uint32_t tag,
                              std::uint64_t elements) {
  if (elements != 0) {
    append(rank, queue, operation_kind::wait, " receive").wait = {tag, to_bytes(elements)};
  }
}

void collective_builder::reduce(std::uint32_t rank, unsigned queue, const add_to& sum) {
  if (sum.result.count != 0 && sum.operands != 0) {
    append(rank, queue, operation_kind::reduce, " reduce").reduction = {
        to_bytes(sum.result.count), to_bytes(sum.result.first), to_bytes(sum.source),
        to_bytes(sum.stride), sum.operands};
  }
}

collective_program collective_builder::finish() {
  for (rank_program& rank : work_.ranks) {
    rank.data_memory = to_bytes(std::max<std::uint64_t>(allocated_, 1));
  }
  return {std::move(work_), tags_};
}

}  // namespace sn::workload
