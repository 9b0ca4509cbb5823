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

std::vector<sparse_memory::page_image> sparse_memory::save() const {
  std::vector<page_image> images;
  images.reserve(pages_.size());
  for (const auto& [number, content] : pages_) {
    images.push_back({number, *content});
  }
  std::sort(images.begin(), images.end(),
            [](const page_image& a, const page_image& b) { return a.number < b.number; });
  return images;
}

void sparse_memory::restore(const std::vector<page_image>& saved) {
  pages_.clear();
  for (const auto& image : saved) {
    pages_[image.number] = std::make_unique<page>(image.content);
  }
}

}  // namespace sn::memory
