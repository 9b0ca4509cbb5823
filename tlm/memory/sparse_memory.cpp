#include "memory/sparse_memory.h"

#include <algorithm>
#include <cstring>

namespace sn::memory {

bool sparse_memory::read(std::uint64_t address, void* data, std::size_t size) const {
  if (!contains(address, size)) {
    return false;
  }
  auto* out = static_cast<std::uint8_t*>(data);
  while (size > 0) {
    const std::size_t offset = address % page_size;
    const std::size_t part = std::min(size, page_size - offset);
    const auto found = pages_.find(address / page_size);
    if (found == pages_.end()) {
      std::memset(out, 0, part);
    } else {
      std::memcpy(out, found->second->data() + offset, part);
    }
    address += part;
    out += part;
    size -= part;
  }
  return true;
}

bool sparse_memory::write(std::uint64_t address, const void* data, std::size_t size) {
  if (!contains(address, size)) {
    return false;
  }
  const auto* in = static_cast<const std::uint8_t*>(data);
  while (size > 0) {
    const std::size_t offset = address % page_size;
    const std::size_t part = std::min(size, page_size - offset);
    auto& target = pages_[address / page_size];
    if (!target) {
      target = std::make_unique<page>();
      target->fill(0);
    }
    std::memcpy(target->data() + offset, in, part);
    address += part;
    in += part;
    size -= part;
  }
  return true;
}

void sparse_memory::save(base::snapshot_writer& to) const {
  std::vector<std::uint64_t> numbers;
  numbers.reserve(pages_.size());
  for (const auto& [number, content] : pages_) {
    numbers.push_back(number);
  }
  std::sort(numbers.begin(), numbers.end());
  to.numbers(numbers);
  for (const std::uint64_t number : numbers) {
    to.bytes(pages_.at(number)->data(), page_size);
  }
}

void sparse_memory::restore(base::snapshot_reader& from) {
  pages_.clear();
  for (const std::uint64_t number : from.numbers<std::uint64_t>()) {
    const std::vector<std::byte> content = from.bytes();
    if (number > capacity_.value / page_size || content.size() != page_size) {
      from.refuse("a page that this memory cannot have");
    }
    auto& target = pages_[number];
    target = std::make_unique<page>();
    std::memcpy(target->data(), content.data(), page_size);
  }
}

}  // namespace sn::memory
