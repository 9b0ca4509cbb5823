#include "cipu/nic.h"

#include <cstring>
#include <utility>

#include "registers/generated/cpp/cipu.h"

namespace sn::cipu {

namespace block = registers::cipu;

nic::nic(base::register_file& registers, unsigned partition, unsigned queue_pairs,
         std::function<void(bool)> drive)
    : registers_(registers), partition_(partition), drive_(std::move(drive)) {
  registers_.set(block::nic_queue_pairs, queue_pairs);
  registers_.on_write(block::nic_send, [this](std::uint32_t, std::uint32_t value) {
    registers_.set(block::nic_send, 0);
    if (block::nic_send_field::go.get(value) != 0) {
      send();
    }
  });
  registers_.on_write(block::nic_receive_next, [this](std::uint32_t, std::uint32_t value) {
    registers_.set(block::nic_receive_next, 0);
    if (block::nic_receive_next_field::go.get(value) != 0) {
      drop_first();
    }
  });
  registers_.on_read(block::nic_receive_data,
                     [this](std::uint32_t index) { return receive_word(index); });
}

void nic::connect(nic_port port, packet_network& network) {
  const auto index = static_cast<unsigned>(port);
  networks_[index] = &network;
  network.attach(partition_,
                 [this, index](const frame& content) { return receive(index, content); });
  registers_.set(block::nic_status, registers_.get(block::nic_status) | (1U << index));
}

bool nic::enabled(unsigned port) const {
  return networks_[port] != nullptr &&
         ((registers_.get(block::nic_control, block::nic_control_field::enable) >> port) & 1U) != 0;
}

void nic::send() {
  const std::uint32_t header = registers_.get(block::nic_send_header);
  const std::uint32_t port = block::nic_send_header_field::port.get(header);
  const std::uint32_t length = block::nic_send_header_field::length.get(header);
  if (!enabled(port) || length == 0 || length > frame_limit) {
    return;
  }
  frame content;
  content.source = static_cast<std::uint8_t>(partition_);
  content.length = static_cast<std::uint16_t>(length);
  for (std::uint32_t word = 0; word < frame_limit / 4; ++word) {
    const std::uint32_t value = registers_.get(block::nic_send_data, word);
    std::memcpy(content.data.data() + word * 4, &value, 4);
  }
  networks_[port]->send(block::nic_send_header_field::destination.get(header), content);
}

bool nic::receive(unsigned port, const frame& content) {
  if (!enabled(port)) {
    return false;
  }
  if (queue_.size() == receive_queue_frames) {
    const std::uint32_t lost =
        registers_.get(block::nic_receive_status, block::nic_receive_status_field::lost);
    registers_.set(block::nic_receive_status, block::nic_receive_status_field::lost, lost + 1);
    return false;
  }
  queue_.push_back({port, content});
  show_first();
  return true;
}

void nic::drop_first() {
  if (!queue_.empty()) {
    queue_.pop_front();
    show_first();
  }
}

void nic::show_first() {
  registers_.set(block::nic_receive_status, block::nic_receive_status_field::frames,
                 static_cast<std::uint32_t>(queue_.size()));
  std::uint32_t header = 0;
  if (!queue_.empty()) {
    const received& first = queue_.front();
    header = block::nic_receive_header_field::source.set(0, first.content.source);
    header = block::nic_receive_header_field::length.set(header, first.content.length);
    header = block::nic_receive_header_field::port.set(header, first.port);
  }
  registers_.set(block::nic_receive_header, header);
  drive_(!queue_.empty());
}

std::uint32_t nic::receive_word(std::uint32_t index) const {
  std::uint32_t value = 0;
  if (!queue_.empty()) {
    std::memcpy(&value, queue_.front().content.data.data() + index * 4, 4);
  }
  return value;
}

}  // namespace sn::cipu
