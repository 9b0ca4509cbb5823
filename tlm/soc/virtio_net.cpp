#include "soc/virtio_net.h"

#include <algorithm>

namespace sn::soc {
namespace {

constexpr std::uint32_t feature_mac = 1U << 5;
constexpr std::uint32_t feature_status = 1U << 16;

/// Before every frame in memory. All of it is 0, but for the number of buffers of a received one.
constexpr std::size_t header_bytes = 12;
constexpr std::size_t header_buffers = 10;

constexpr std::uint64_t longest_frame = 65'535;
constexpr std::size_t most_waiting = 1024;

const sc_core::sc_time& latency() {
  static const sc_core::sc_time of_answers(10, sc_core::SC_US);
  return of_answers;
}

}  // namespace

virtio_net::virtio_net(const net_connection& connection, kernel::turns& order)
    : peer_(make_peer(connection)),
      order_(order),
      turn_(order.add([this] { arrive(); })),
      planned_(peer_->planned()) {
  if (!connection.capture.empty()) {
    capture_.emplace(connection.capture);
  }
  arrange();
}

std::uint32_t virtio_net::features() const {
  return feature_mac | feature_status;
}

std::vector<std::uint8_t> virtio_net::configuration() const {
  constexpr std::uint8_t link_up = 1;
  std::vector<std::uint8_t> bytes(mac.size() + 2);
  std::copy(mac.begin(), mac.end(), bytes.begin());
  bytes[mac.size()] = link_up;
  return bytes;
}

bool virtio_net::ready(unsigned queue) const {
  return queue == transmit_queue || !waiting_.empty();
}

void virtio_net::reset() {
  waiting_.clear();
  coming_.clear();
}

std::optional<std::uint32_t> virtio_net::serve(unsigned queue, dma_memory& memory,
                                               const std::vector<part>& parts) {
  return queue == receive_queue ? deliver(memory, parts) : send(memory, parts);
}

std::optional<std::uint32_t> virtio_net::send(dma_memory& memory, const std::vector<part>& parts) {
  net_frame frame;
  for (const part& each : parts) {
    const std::size_t before = frame.size();
    if (each.writable || before + each.size > header_bytes + longest_frame) {
      return std::nullopt;
    }
    frame.resize(before + each.size);
    if (!memory.read(each.address, frame.data() + before, each.size)) {
      return std::nullopt;
    }
  }
  if (frame.size() < header_bytes) {
    return std::nullopt;
  }
  frame.erase(frame.begin(), frame.begin() + header_bytes);
  const sc_core::sc_time& now = sc_core::sc_time_stamp();
  if (capture_.has_value()) {
    capture_->add(now, frame);
  }
  for (net_frame& each : peer_->answers(frame)) {
    coming_.push_back({now + latency(), std::move(each)});
  }
  arrange();
  return 0;
}

std::optional<std::uint32_t> virtio_net::deliver(dma_memory& memory,
                                                 const std::vector<part>& parts) {
  net_frame frame(header_bytes);
  frame[header_buffers] = 1;
  frame.insert(frame.end(), waiting_.front().begin(), waiting_.front().end());
  std::uint64_t room = 0;
  for (const part& each : parts) {
    room += each.writable ? each.size : 0;
  }
  waiting_.pop_front();
  if (room < frame.size()) {
    return std::nullopt;  // a driver has to give room for a whole frame
  }
  std::size_t written = 0;
  for (const part& each : parts) {
    const std::size_t count = std::min<std::size_t>(each.size, frame.size() - written);
    if (!each.writable || !memory.write(each.address, frame.data() + written, count)) {
      return std::nullopt;
    }
    written += count;
  }
  return static_cast<std::uint32_t>(written);
}

void virtio_net::take_in(net_frame frame) {
  if (capture_.has_value()) {
    capture_->add(sc_core::sc_time_stamp(), frame);
  }
  if (waiting_.size() < most_waiting) {
    waiting_.push_back(std::move(frame));
  }
}

void virtio_net::arrive() {
  const sc_core::sc_time& now = sc_core::sc_time_stamp();
  for (; next_planned_ < planned_.size() && planned_[next_planned_].time <= now; ++next_planned_) {
    take_in(planned_[next_planned_].content);
  }
  while (!coming_.empty() && coming_.front().time <= now) {
    take_in(std::move(coming_.front().content));
    coming_.pop_front();
  }
  became_ready(receive_queue);
  arrange();
}

void virtio_net::arrange() {
  sc_core::sc_time next = sc_core::sc_max_time();
  if (next_planned_ < planned_.size()) {
    next = planned_[next_planned_].time;
  }
  if (!coming_.empty()) {
    next = std::min(next, coming_.front().time);
  }
  order_.set(turn_, next);
}

void virtio_net::save(base::snapshot_writer& to) const {
  to.number(std::uint64_t{next_planned_});
  to.number(std::uint64_t{coming_.size()});
  for (const timed_frame& each : coming_) {
    to.number(each.time.value());
    to.bytes(each.content.data(), each.content.size());
  }
  to.number(std::uint64_t{waiting_.size()});
  for (const net_frame& each : waiting_) {
    to.bytes(each.data(), each.size());
  }
  peer_->save(to);
}

void virtio_net::restore(base::snapshot_reader& from) {
  const auto frame = [&from] {
    const std::vector<std::byte> bytes = from.bytes();
    net_frame content(bytes.size());
    std::transform(bytes.begin(), bytes.end(), content.begin(),
                   [](std::byte each) { return std::to_integer<std::uint8_t>(each); });
    return content;
  };
  next_planned_ = from.number_up_to<std::uint64_t>(planned_.size());
  coming_.clear();
  for (auto left = from.number<std::uint64_t>(); left > 0; --left) {
    const auto time = sc_core::sc_time::from_value(from.number<sc_dt::uint64>());
    if (time < (coming_.empty() ? sc_core::sc_time_stamp() : coming_.back().time)) {
      from.refuse("a frame that has arrived in the past");
    }
    coming_.push_back({time, frame()});
  }
  waiting_.clear();
  for (auto left = from.number<std::uint64_t>(); left > 0; --left) {
    waiting_.push_back(frame());
  }
  peer_->restore(from);
  arrange();
}

}  // namespace sn::soc
