#include "gpu/compute_engine.h"

#include <algorithm>
#include <cmath>

namespace sn::gpu {

base::picoseconds roofline_time(double amount, double rate, double part) {
  return base::picoseconds(static_cast<std::uint64_t>(std::ceil(amount * 1e12 / (rate * part))));
}

compute_engine::compute_engine(const configuration& parameters, const memory::bandwidth_server& hbm)
    : parameters_(parameters), hbm_(hbm) {}

std::optional<compute_engine::event> compute_engine::step(base::picoseconds now) {
  if (!running_) {
    if (waiting_.empty()) {
      return std::nullopt;
    }
    begin(now);
    return event{happening::begun, current_.queue};
  }
  if (hung_) {
    if (hang_reported_ || now < end() + parameters_.hang_timeout) {
      return std::nullopt;
    }
    hang_reported_ = true;
    return event{happening::hung, current_.queue};
  }
  if (now < end()) {
    return std::nullopt;
  }
  running_ = false;
  busy_ += now - began_;
  return event{happening::ended, current_.queue};
}

std::optional<base::picoseconds> compute_engine::next(base::picoseconds now) const {
  if (!running_) {
    return waiting_.empty() ? std::nullopt : std::optional(now);
  }
  if (hung_) {
    return hang_reported_ ? std::nullopt : std::optional(end() + parameters_.hang_timeout);
  }
  return end();
}

base::picoseconds compute_engine::busy(base::picoseconds now) const {
  return running_ ? busy_ + (now - began_) : busy_;
}

void compute_engine::begin(base::picoseconds now) {
  current_ = waiting_.front();
  waiting_.pop_front();
  running_ = true;
  began_ = now;
  served_before_ = hbm_.served();
  const efficiency& reached = parameters_.efficiencies[static_cast<std::size_t>(current_.kind)];
  const double peak =
      static_cast<double>(parameters_.peak[static_cast<std::size_t>(current_.format)].value);
  compute_time_ =
      roofline_time(static_cast<double>(current_.flops), peak, reached.compute * part_of_peak_);
  memory_time_ = roofline_time(static_cast<double>(current_.traffic.value),
                               static_cast<double>(hbm_.rate().value), reached.memory);
}

base::picoseconds compute_engine::end() const {
  const base::picoseconds stolen = base::transfer_time(hbm_.served() - served_before_, hbm_.rate());
  return began_ + parameters_.launch_overhead + std::max(compute_time_, memory_time_ + stolen);
}

}  // namespace sn::gpu
