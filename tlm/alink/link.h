// A link between a port of an endpoint and a port of a switch: training and state.
#pragma once

#include <array>
#include <functional>
#include <systemc>
#include <vector>

#include "kernel/alarm.h"

namespace sn::alink {

/// States of link training, with the codes of link_state_e in registers/common.rdl.
enum class link_state : std::uint8_t { down = 0, detect = 1, training = 2, up = 3, failed = 4 };

/// The two ends of a link.
enum class link_end : std::uint8_t { endpoint = 0, switch_port = 1 };

/// What a link is made of.
struct link_parameters {
  unsigned lanes = 1;               ///< per direction
  sc_core::sc_time training_time;   ///< from both ends enabled to up
  sc_core::sc_time detect_timeout;  ///< from one end enabled to failed when the other stays silent
  kernel::turns* order = nullptr;   ///< what it takes turns with
};

/// Link training as firmware sees it: down until one end is enabled, detect until the other is too,
/// training for the training time, then up. Disabling either end takes it down at once; failed is
/// left by disabling the end that is enabled. A link that broke is failed, and whoever enables an
/// end again finds nobody at the other. A link that loses lanes while up trains anew by itself.
class link : public sc_core::sc_module {
 public:
  using listener = std::function<void(link_state)>;

  link(const sc_core::sc_module_name& name, const link_parameters& parameters);

  void enable(link_end end, bool on);
  /// Breaks the link for good.
  void break_down();
  /// The link has failed, by replays that bring nothing. Both ends may enable it anew.
  void give_up();
  /// So many of the lanes that still work break for good. The link retrains at the largest power of
  /// two of those that are left; without any it breaks.
  void lose_lanes(unsigned count);
  link_state state() const { return state_; }
  bool up() const { return state_ == link_state::up; }
  /// The link was up and is not, and nobody has disabled it.
  bool lost() const { return lost_; }
  /// Lanes in use: as many as it has trained with when up, 0 otherwise.
  unsigned good_lanes() const { return up() ? width_ : 0; }
  /// Lanes as built.
  unsigned lanes() const { return parameters_.lanes; }
  /// As part of the section of the owner. Restoring calls no listener.
  template <typename Archive>
  void fields(Archive& io) {
    io(state_, enabled_, broken_, lost_, working_lanes_, width_, timer_);
  }
  /// `on_change` is called at every change of state, in the context of whoever caused it.
  void add_listener(listener on_change) { listeners_.push_back(std::move(on_change)); }

 private:
  void advance();
  void enter(link_state next);

  link_parameters parameters_;
  link_state state_ = link_state::down;
  std::array<bool, 2> enabled_{};
  bool broken_ = false;
  bool lost_ = false;
  unsigned working_lanes_;  ///< that have not broken
  unsigned width_;          ///< lanes that it trains with
  kernel::alarm timer_;
  std::vector<listener> listeners_;
};

}  // namespace sn::alink
