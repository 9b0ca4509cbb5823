#include "alink/replay.h"

#include <utility>

#include "base/error.h"

namespace sn::alink {

replay_sender::replay_sender(unsigned buffer, unsigned attempts)
    : buffer_(buffer), attempts_(attempts) {
  base::ensure(buffer >= 1 && buffer <= sequence_limit / 2 && attempts >= 1,
               "a replay buffer that sequence numbers cannot tell apart");
}

void replay_sender::add(std::vector<std::uint8_t> payload) {
  base::ensure(room() > 0, "a full replay buffer was given more");
  kept_.push_back(std::move(payload));
}

dl_content replay_sender::next() {
  base::ensure(has_next(), "nothing is there to be sent");
  dl_content content;
  content.sequence = static_cast<std::uint16_t>((oldest_ + cursor_) % sequence_limit);
  content.payload = kept_[cursor_];
  if (cursor_ < first_new_) {
    ++replayed_;
  }
  ++cursor_;
  first_new_ = cursor_ > first_new_ ? cursor_ : first_new_;
  return content;
}

void replay_sender::release(unsigned count) {
  // Numbers that were never sent are answers to something older: there is nothing to release.
  if (count == 0 || count > first_new_) {
    return;
  }
  kept_.erase(kept_.begin(), kept_.begin() + count);
  oldest_ = static_cast<std::uint16_t>((oldest_ + count) % sequence_limit);
  cursor_ = cursor_ > count ? cursor_ - count : 0;
  first_new_ -= count;
  tries_ = 0;
}

void replay_sender::go_back() {
  if (first_new_ != 0) {
    cursor_ = 0;
    ++tries_;
  }
}

void replay_sender::acknowledged(std::uint16_t sequence) {
  release(distance(sequence) + 1);
}

void replay_sender::rejected(std::uint16_t first_missing) {
  const unsigned count = distance(first_missing);
  if (count > first_new_) {
    return;  // of a number that has been acknowledged since
  }
  release(count);
  go_back();
}

void replay_sender::timed_out() {
  go_back();
}

dl_content replay_receiver::acknowledgement() const {
  dl_content reply;
  reply.kind = dl_kind::acknowledge;
  reply.acknowledged =
      static_cast<std::uint16_t>((expected_ + sequence_limit - 1) % sequence_limit);
  return reply;
}

replay_receiver::answer replay_receiver::receive(const std::optional<dl_content>& arrived) {
  if (arrived && arrived->sequence == expected_) {
    expected_ = static_cast<std::uint16_t>((expected_ + 1) % sequence_limit);
    rejected_ = false;
    last_ahead_ = 0;
    return {true, acknowledgement()};
  }
  unsigned ahead = 0;
  if (arrived) {
    // Half of the numbers are behind: those have been delivered, and their sender does not know.
    ahead = (arrived->sequence + sequence_limit - expected_) % sequence_limit;
    if (ahead >= sequence_limit / 2) {
      return {false, acknowledgement()};
    }
  }
  // Numbers rise until a replay begins.
  const bool again = arrived && ahead <= last_ahead_;
  last_ahead_ = ahead != 0 ? ahead : last_ahead_;
  if (rejected_ && !again) {
    return {};
  }
  rejected_ = true;
  dl_content reply;
  reply.kind = dl_kind::reject;
  reply.acknowledged = expected_;
  return {false, reply};
}

}  // namespace sn::alink
