#include "cipu/packet_network.h"

#include <algorithm>
#include <utility>

#include "alink/sim_time.h"
#include "base/error.h"
#include "base/state.h"

namespace sn::cipu {

packet_network::packet_network(const sc_core::sc_module_name& name,
                               const packet_network_configuration& parameters)
    : sc_module(name),
      parameters_(parameters),
      random_(parameters.seed),
      next_(parameters.order, [this] { deliver(); }) {}

void packet_network::attach(unsigned index, receiver on_frame) {
  base::ensure(!attached(index), "packet_network: a partition attached twice");
  if (index >= receivers_.size()) {
    receivers_.resize(index + 1);
    free_at_.resize(index + 1);
  }
  receivers_[index] = std::move(on_frame);
}

void packet_network::send(unsigned destination, const frame& content) {
  base::ensure(attached(content.source), "packet_network: a sender that is not attached");
  base::picoseconds& free_at = free_at_[content.source];
  free_at = std::max(free_at, alink::now()) +
            base::transfer_time(base::bytes(content.length), parameters_.port_rate);
  const std::uint64_t order = sent_++;
  if (!attached(destination) || random_.chance(parameters_.loss)) {
    ++lost_;
    return;
  }
  flights_.push_back({free_at + parameters_.latency, order, destination, content});
  std::push_heap(flights_.begin(), flights_.end(), later);
  next_.set(alink::to_sc_time(flights_.front().arrival));
}

template <typename Archive>
void packet_network::state(Archive& io) {
  io.section(name());
  io(random_, free_at_, flights_, sent_, lost_, next_);
}

void packet_network::save(base::snapshot_writer& to) const {
  base::state_saver io(to);
  const_cast<packet_network&>(*this).state(io);
}

void packet_network::restore(base::snapshot_reader& from) {
  base::state_restorer io(from);
  state(io);
  for (const flight& each : flights_) {
    if (!attached(each.destination)) {
      from.refuse("a frame to nobody");
    }
  }
}

bool packet_network::later(const flight& a, const flight& b) {
  return a.arrival != b.arrival ? a.arrival > b.arrival : a.order > b.order;
}

void packet_network::deliver() {
  while (!flights_.empty() && flights_.front().arrival <= alink::now()) {
    std::pop_heap(flights_.begin(), flights_.end(), later);
    const flight arrived = flights_.back();
    flights_.pop_back();
    if (!receivers_[arrived.destination](arrived.content)) {
      ++lost_;
    }
  }
  if (!flights_.empty()) {
    next_.set(alink::to_sc_time(flights_.front().arrival));
  }
}

}  // namespace sn::cipu
