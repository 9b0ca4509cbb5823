#include "alink/replayed_line.h"

#include "base/error.h"

namespace sn::alink {

namespace {

unsigned largest_width(unsigned lanes) {
  unsigned width = 1;
  while (width * 2 <= lanes) {
    width *= 2;
  }
  return lanes == 0 ? 0 : width;
}

}  // namespace

replayed_line::replayed_line(const line_parameters& parameters, std::uint64_t seed)
    : parameters_(parameters),
      sender_(parameters.buffer, parameters.attempts),
      random_(seed),
      working_(parameters.lanes),
      width_(largest_width(parameters.lanes)) {
  base::ensure(parameters.delay_slots != 0 && width_ == parameters.lanes,
               "a line without delay, or with lanes that are no power of two");
}

void replayed_line::hit(dl_flit& flit, const wire_errors& errors, bool& bad) {
  bad = bad ? !random_.chance(errors.to_good) : random_.chance(errors.to_bad);
  if (!random_.chance(bad ? errors.bad_flit_error : errors.flit_error)) {
    return;
  }
  // One to eight bits, next to each other or not: what is left when correction has failed.
  ++hits_;
  const std::uint64_t count = 1 + random_.below(8);
  std::uint64_t bit = random_.below(dl_flit_bytes * 8);
  const bool together = random_.chance(0.5);
  dl_flit broken = flit;
  for (std::uint64_t i = 0; i < count; ++i) {
    broken[bit / 8] = static_cast<std::uint8_t>(broken[bit / 8] ^ (1U << (bit % 8)));
    bit = together ? (bit + 1) % (dl_flit_bytes * 8) : random_.below(dl_flit_bytes * 8);
  }
  if (broken == flit) {
    broken[0] = static_cast<std::uint8_t>(broken[0] ^ 1U);  // two flips of one bit are no error
  }
  flit = broken;
}

void replayed_line::send() {
  if (now_ < next_send_ || !sender_.has_next()) {
    return;
  }
  dl_flit flit = encode(sender_.next());
  hit(flit, parameters_.forward, forward_bad_);
  next_send_ = now_ + parameters_.lanes / width_;
  forward_.emplace_back(next_send_ - 1 + parameters_.delay_slots, flit);
}

std::optional<std::vector<std::uint8_t>> replayed_line::receive() {
  if (forward_.empty() || forward_.front().first > now_) {
    return std::nullopt;
  }
  std::optional<dl_content> content = decode(forward_.front().second).content;
  forward_.pop_front();
  const replay_receiver::answer answer = receiver_.receive(content);
  if (answer.reply) {
    dl_flit reply = encode(*answer.reply);
    hit(reply, parameters_.backward, backward_bad_);
    backward_.emplace_back(now_ + parameters_.delay_slots, reply);
  }
  if (!answer.deliver) {
    return std::nullopt;
  }
  ++delivered_;
  return std::move(content->payload);
}

void replayed_line::take_replies() {
  while (!backward_.empty() && backward_.front().first <= now_) {
    const std::optional<dl_content> reply = decode(backward_.front().second).content;
    backward_.pop_front();
    if (!reply) {
      continue;  // the next one says more
    }
    heard_at_ = now_;
    if (reply->kind == dl_kind::reject) {
      sender_.rejected(reply->acknowledged);
    } else {
      sender_.acknowledged(reply->acknowledged);
    }
  }
  if (!sender_.waits()) {
    heard_at_ = now_;
  } else if (now_ - heard_at_ >= parameters_.timeout_slots) {
    sender_.timed_out();
    heard_at_ = now_;
  }
}

std::optional<std::vector<std::uint8_t>> replayed_line::step() {
  std::optional<std::vector<std::uint8_t>> arrived;
  if (!failed()) {
    take_replies();
    arrived = receive();
    send();
  }
  ++now_;
  return arrived;
}

void replayed_line::lose_lanes(unsigned count) {
  base::ensure(count <= working_, "more lanes are lost than there are");
  working_ -= count;
  width_ = largest_width(working_);
  // What was on the wire is lost; both ends keep their numbers.
  forward_.clear();
  backward_.clear();
  next_send_ = now_ + parameters_.retrain_slots;
  heard_at_ = next_send_;
  sender_.timed_out();
}

double go_back_n_goodput(double flit_error, double loop_slots) {
  return (1.0 - flit_error) / (1.0 - flit_error + flit_error * loop_slots);
}

double flit_error_of(double bit_error, unsigned bits) {
  double untouched = 1.0;
  double power = 1.0 - bit_error;
  for (unsigned left = bits; left != 0; left /= 2) {
    untouched *= left % 2 != 0 ? power : 1.0;
    power *= power;
  }
  return 1.0 - untouched;
}

}  // namespace sn::alink
