// Traffic of all kinds for the arbiter of any shape, slot by slot, drawn from a seed.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/port_set.h"
#include "base/random.h"

namespace sn::testbench {

/// The inputs of the arbiter in one slot.
struct slot_inputs {
  bool reset = false;
  bool slot = true;
  std::array<std::array<base::port_set, base::port_limit>, 4> request{};  ///< [class][output]
  base::port_set ready;
  base::port_set enable;
  base::port_set hold;
  base::port_set multicast_request;
  base::port_set multicast_set;
  bool multicast_whole = false;
  std::array<std::uint8_t, 4> weight{};
  std::array<std::uint16_t, 4> age_limit{};
  std::uint16_t hold_limit = 0;
};

/// What the arbiter answered.
struct slot_outputs {
  base::port_set valid;
  base::port_set multicast;
  std::array<std::uint8_t, base::port_limit> input{};
  std::array<std::uint8_t, base::port_limit> traffic_class{};
  base::port_set turn;
};

inline constexpr std::array<std::string_view, 9> traffic_names{
    "saturate", "skew",     "hot_spot",    "permutation", "bursty",
    "persist",  "withdraw", "adversarial", "idle"};

/// Draws slots in sequences of random length; in each the kind of requests, readiness, ports that
/// are down, holds, multicasts and registers are drawn anew.
class slot_traffic {
 public:
  slot_traffic(unsigned ports, unsigned classes, std::uint64_t seed);

  /// The next slot; `last` is the answer to the one before.
  const slot_inputs& next(const slot_outputs& last);
  /// Which of traffic_names is going on.
  unsigned kind() const { return kind_; }

 private:
  void begin_sequence();
  std::uint16_t draw_limit();
  void draw_requests();
  void draw_multicasts(const slot_outputs& last);
  base::port_set subset(double density);

  unsigned ports_;
  unsigned classes_;
  base::random_generator random_;
  slot_inputs now_;
  unsigned kind_ = 0;
  std::uint64_t left_ = 0;
  double readiness_ = 1;
  double density_ = 1;
  double hold_ = 0;
  double multicasts_ = 0;
  double whole_ = 0;
  double slots_ = 1;
  bool restless_ = false;  ///< limits change within the sequence
  unsigned hot_ = 0;
  std::array<double, base::port_limit> input_density_{};
  std::array<double, 4> class_density_{};
  std::array<unsigned, base::port_limit> output_of_{};
  std::array<base::port_set, base::port_limit> multicast_{};  ///< per input: outputs still wanted
  base::port_set whole_inputs_;
};

}  // namespace sn::testbench
