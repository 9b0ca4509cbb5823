// The host-target interface of test programs: requests in a word of memory.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "soc/virtio_mmio.h"

namespace sn::soc {

/// Serves the 8 bytes at `tohost` whenever it is asked to.
class htif {
 public:
  /// Addresses of the two symbols; without `fromhost` nothing is answered.
  htif(dma_memory& memory, std::uint64_t tohost, std::optional<std::uint64_t> fromhost)
      : memory_(memory), tohost_(tohost), fromhost_(fromhost) {}

  void on_character(std::function<void(char character)> sink) { sink_ = std::move(sink); }

  static constexpr std::uint64_t request_size = 8;
  std::uint64_t tohost() const { return tohost_; }

  /// Whether a request is complete with this store, so that it is to be served at once: a whole
  /// one, or half of one unless it is the upper half and the lower one is not there yet.
  bool is_request(std::uint64_t address, unsigned size);

  /// Serves what the program has asked for; its exit code if it wants to end.
  std::optional<std::uint64_t> serve();

 private:
  std::optional<std::uint64_t> call(std::uint64_t arguments);
  void answer(std::uint64_t value);

  dma_memory& memory_;
  std::uint64_t tohost_;
  std::optional<std::uint64_t> fromhost_;
  std::function<void(char)> sink_;
};

}  // namespace sn::soc
