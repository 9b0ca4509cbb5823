// Link-level replay: go-back-N with sequence numbers of 9 bits.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "alink/dl_flit.h"

namespace sn::alink {

/// The sending end of a link. It keeps what it has sent until it is acknowledged, and sends it
/// again, from the first that did not arrive on, when it is rejected or nothing is heard for long.
class replay_sender {
 public:
  /// `buffer`: payloads that are kept, 1 to 256; `attempts`: replays in a row, without anything
  /// that has arrived in between, after which the link has failed; at least 1.
  replay_sender(unsigned buffer, unsigned attempts);

  /// Payloads that may be added now.
  unsigned room() const { return buffer_ - static_cast<unsigned>(kept_.size()); }
  void add(std::vector<std::uint8_t> payload);

  /// There is something to send.
  bool has_next() const { return !failed() && cursor_ < kept_.size(); }
  /// The next flit; only if there is one.
  dl_content next();

  /// Everything up to this number has arrived.
  void acknowledged(std::uint16_t sequence);
  /// Everything before this number has arrived, and it must be sent again from there.
  void rejected(std::uint16_t first_missing);
  /// Nothing was heard for long: everything that is kept is sent again.
  void timed_out();

  /// Something that was sent has not been acknowledged.
  bool waits() const { return cursor_ != 0; }
  bool failed() const { return tries_ >= attempts_; }
  /// Flits that have been sent again.
  std::uint64_t replayed() const { return replayed_; }

 private:
  void release(unsigned count);
  void go_back();
  /// How far a number lies behind the oldest that is kept.
  unsigned distance(std::uint16_t sequence) const {
    return (sequence + sequence_limit - oldest_) % sequence_limit;
  }

  unsigned buffer_;
  unsigned attempts_;
  std::deque<std::vector<std::uint8_t>> kept_;
  std::uint16_t oldest_ = 0;   ///< number of the first that is kept
  std::size_t cursor_ = 0;     ///< index of the next to send
  std::size_t first_new_ = 0;  ///< index of the first that has never been sent
  unsigned tries_ = 0;
  std::uint64_t replayed_ = 0;
};

/// The receiving end.
class replay_receiver {
 public:
  /// What to do with a flit, and what to tell the sender.
  struct answer {
    bool deliver = false;
    std::optional<dl_content> reply;  ///< an acknowledgement or a rejection
  };

  /// A data flit has come in: with what decode() made of it, or with nothing when it was broken.
  /// What is missing is rejected once, and again when a replay has begun without it.
  answer receive(const std::optional<dl_content>& arrived);
  /// The number of the next flit to be delivered.
  std::uint16_t expected() const { return expected_; }

 private:
  dl_content acknowledgement() const;

  std::uint16_t expected_ = 0;
  bool rejected_ = false;    ///< since the last that was delivered
  unsigned last_ahead_ = 0;  ///< of those that have come in since
};

}  // namespace sn::alink
