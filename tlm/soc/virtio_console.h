// A console for a virtio slot.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "soc/virtio_mmio.h"

namespace sn::soc {

/// The console device of virtio 1.1, section 5.3, with one port of 80 times 25 characters. What is
/// received waits until the driver gives room for it.
class virtio_console final : public virtio_backend {
 public:
  /// Gets every character sent. Before simulation starts.
  void on_character(std::function<void(char character)> sink) { sink_ = std::move(sink); }
  /// Receives characters now.
  void receive(std::string_view text);

  std::uint32_t device_id() const override { return 3; }
  std::uint32_t features() const override;
  unsigned queues() const override { return 2; }
  std::vector<std::uint8_t> configuration() const override;
  bool ready(unsigned queue) const override;
  std::optional<std::uint32_t> serve(unsigned queue, dma_memory& memory,
                                     const std::vector<part>& parts) override;
  void save(base::snapshot_writer& to) const override;
  void restore(base::snapshot_reader& from) override;

 private:
  std::optional<std::uint32_t> deliver(dma_memory& memory, const std::vector<part>& parts);
  bool send(dma_memory& memory, const part& piece) const;

  std::deque<char> received_;
  std::function<void(char)> sink_;
};

}  // namespace sn::soc
