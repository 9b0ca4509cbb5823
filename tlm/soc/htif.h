// The host-target interface of test programs: requests in a word of memory.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "soc/virtio_mmio.h"

namespace sn::soc {

/// Serves the word at `tohost` whenever it is looked at.
class htif {
 public:
  /// Addresses of the two symbols; without `fromhost` nothing is answered.
  htif(dma_memory& memory, std::uint64_t tohost, std::optional<std::uint64_t> fromhost)
      : memory_(memory), tohost_(tohost), fromhost_(fromhost) {}

  void on_character(std::function<void(char character)> sink) { sink_ = std::move(sink); }

  /// Serves what the program has asked for; its exit code if it wants to end.
  std::optional<std::uint64_t> poll();

 private:
  std::optional<std::uint64_t> call(std::uint64_t arguments);
  void answer(std::uint64_t value);

  dma_memory& memory_;
  std::uint64_t tohost_;
  std::optional<std::uint64_t> fromhost_;
  std::function<void(char)> sink_;
};

}  // namespace sn::soc
