#include "soc/virtio_console.h"

#include <algorithm>
#include <array>

namespace sn::soc {
namespace {

constexpr std::uint32_t feature_size = 1;  // the configuration tells columns and rows

}  // namespace

void virtio_console::receive(std::string_view text) {
  received_.insert(received_.end(), text.begin(), text.end());
  became_ready(receive_queue);
}

std::uint32_t virtio_console::features() const {
  return feature_size;
}

std::vector<std::uint8_t> virtio_console::configuration() const {
  return {80, 0, 25, 0};
}

bool virtio_console::ready(unsigned queue) const {
  return queue == transmit_queue || !received_.empty();
}

std::optional<std::uint32_t> virtio_console::serve(unsigned queue, dma_memory& memory,
                                                   const std::vector<part>& parts) {
  if (queue == receive_queue) {
    return deliver(memory, parts);
  }
  for (const part& each : parts) {
    if (!send(memory, each)) {
      return std::nullopt;
    }
  }
  return 0;
}

std::optional<std::uint32_t> virtio_console::deliver(dma_memory& memory,
                                                     const std::vector<part>& parts) {
  std::uint32_t written = 0;
  for (const part& each : parts) {
    const auto count = std::min<std::size_t>(each.size, received_.size());
    const std::vector<char> text(received_.begin(),
                                 received_.begin() + static_cast<std::ptrdiff_t>(count));
    if (!each.writable || !memory.write(each.address, text.data(), count)) {
      return std::nullopt;
    }
    received_.erase(received_.begin(), received_.begin() + static_cast<std::ptrdiff_t>(count));
    written += static_cast<std::uint32_t>(count);
  }
  return written;
}

bool virtio_console::send(dma_memory& memory, const part& piece) const {
  std::array<char, 256> text{};
  for (std::uint64_t done = 0; done < piece.size;) {
    const std::size_t count = std::min<std::uint64_t>(text.size(), piece.size - done);
    if (piece.writable || !memory.read(piece.address + done, text.data(), count)) {
      return false;
    }
    if (sink_) {
      std::for_each_n(text.begin(), count, sink_);
    }
    done += count;
  }
  return true;
}

void virtio_console::save(base::snapshot_writer& to) const {
  to.numbers(received_);
}

void virtio_console::restore(base::snapshot_reader& from) {
  const auto received = from.numbers<char>();
  received_.assign(received.begin(), received.end());
}

}  // namespace sn::soc
