// One direction of a link with errors: flits on a wire, replay until every one has arrived.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include "alink/replay.h"
#include "base/random.h"

namespace sn::alink {

/// Errors of a wire, after forward error correction. In the good state a flit is hit with one
/// probability, in the bad one with another; states change from flit to flit (Gilbert and Elliott).
struct wire_errors {
  double flit_error = 0.0;      ///< probability that a flit is hit
  double bad_flit_error = 0.0;  ///< the same in the bad state
  double to_bad = 0.0;          ///< probability to enter the bad state, per flit
  double to_good = 1.0;         ///< and to leave it
};

/// What a line is built from. A slot is the time of one flit at full width.
struct line_parameters {
  unsigned delay_slots = 1;       ///< from the end of a flit to its arrival, each way; not 0
  unsigned lanes = 4;             ///< a power of two
  unsigned buffer = 256;          ///< of the replay sender
  unsigned attempts = 16;         ///< replays in a row after which the line fails
  unsigned timeout_slots = 512;   ///< after which a sender that hears nothing sends again
  unsigned retrain_slots = 1000;  ///< of silence when lanes are lost
  wire_errors forward;            ///< of flits with data
  wire_errors backward;           ///< of acknowledgements
};

/// The line, slot by slot. Flits are encoded, hit by flipping bits, and decoded again: what is
/// delivered has passed the CRC.
class replayed_line {
 public:
  replayed_line(const line_parameters& parameters, std::uint64_t seed);

  /// Payloads that may be offered now; none after the line has failed.
  unsigned room() const { return failed() ? 0 : sender_.room(); }
  /// A payload to carry. There must be room.
  void offer(std::vector<std::uint8_t> payload) { sender_.add(std::move(payload)); }
  /// Simulates a slot. What has been delivered in it is returned, if anything.
  std::optional<std::vector<std::uint8_t>> step();
  /// So many lanes are lost, of those that are left; the line retrains with the largest power of
  /// two of lanes that still work, and fails if none does.
  void lose_lanes(unsigned count);

  /// Lanes in use.
  unsigned width() const { return width_; }
  bool failed() const { return width_ == 0 || sender_.failed(); }
  std::uint64_t slots() const { return now_; }
  std::uint64_t delivered() const { return delivered_; }
  std::uint64_t replayed() const { return sender_.replayed(); }
  std::uint64_t hits() const { return hits_; }

 private:
  /// A flit on the wire and when it arrives.
  using flight = std::pair<std::uint64_t, dl_flit>;

  void send();
  std::optional<std::vector<std::uint8_t>> receive();
  void take_replies();
  void hit(dl_flit& flit, const wire_errors& errors, bool& bad);

  line_parameters parameters_;
  replay_sender sender_;
  replay_receiver receiver_;
  base::random_generator random_;
  unsigned working_;  ///< lanes
  unsigned width_;
  std::uint64_t now_ = 0;
  std::uint64_t next_send_ = 0;
  std::uint64_t heard_at_ = 0;
  bool forward_bad_ = false;
  bool backward_bad_ = false;
  std::deque<flight> forward_;
  std::deque<flight> backward_;
  std::uint64_t delivered_ = 0;
  std::uint64_t hits_ = 0;
};

/// Part of its rate that a saturated go-back-N link delivers when each flit is hit with probability
/// `flit_error` and `loop_slots` pass from sending a flit to sending it again: every delivery costs
/// one slot and, on average, p / (1 - p) losses of a whole loop. (1 - p) / (1 - p + p W).
double go_back_n_goodput(double flit_error, double loop_slots);

/// Probability that a flit of `bits` bits is hit when each bit is with probability `bit_error`:
/// 1 - (1 - b)^bits.
double flit_error_of(double bit_error, unsigned bits);

}  // namespace sn::alink
