// What every engine of the fabric is to the devices, whatever its fidelity.
#pragma once

#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <systemc>
#include <tlm>
#include <vector>

#include "alink/burst.h"
#include "alink/burst_pool.h"
#include "base/ids.h"
#include "base/port_set.h"
#include "base/trace.h"
#include "base/units.h"
#include "fabric/plane.h"
#include "fabric/plane_control.h"
#include "fabric/region_order.h"
#include "fabric/slot_clock.h"
#include "fabric/spray.h"
#include "fabric/statistics.h"
#include "kernel/alarm.h"
#include "kernel/payload_names.h"

namespace sn::fabric {

/// An endpoint on the fabric. It has the same port on every plane.
struct endpoint_parameters {
  base::endpoint_id id = 0;
  base::port_id port = 0;
  unsigned slots_per_cell = 1;  ///< 1: as wide as the switch's ports; 4: a quarter of it
};

/// Moves bursts between devices. This class is the TLM-2.0 side, the same for every fidelity:
///
/// - A device sends a burst by nb_transport to from_device(k). It is accepted at once: the call
///   returns TLM_UPDATED with END_REQ. BEGIN_RESP follows at completion; the device answers
///   TLM_COMPLETED, or END_RESP, at once or later. The extension must name the source endpoint k
///   itself, another endpoint as the destination, and the payload must have a memory manager and a
///   length that is not 0. Anything else is a violated invariant, as is a call of b_transport.
/// - A write reaches the target's b_transport at to_device() when its last byte has arrived; the
///   delay that the target adds and the latency of the way back follow until the response. The
///   response is a header in the part of a cell that carries no payload: it costs latency, no
///   cells.
/// - A read sends request headers, calls the target's b_transport when they have arrived, waits for
///   the delay that the target adds, and sends the data back; the last byte completes it.
/// - A reduction or multicast (alink::operation) is a write whose destination is a group, and whose
///   source must be a member on every plane. The k-th contributions of all members must agree in
///   address, length and format; the sum, made in the order of ports, is written at that address to
///   each of them, or only to the one that they name (result_to), and all contributions are
///   complete when those have it. A multicast is
///   written to all members but the sender, and complete when all have it.
/// - What a group loses with a plane or a link can be sent again. A multicast then goes to those
/// who
///   lack it. All contributions that are not complete fail together, and members that send theirs
///   again must do so in the order of their turns; who has the result does not get it twice. The
///   first to contribute chooses the planes: those of its mask that it does not avoid. Members that
///   may not use one of them make all of them begin anew without it (cause::planes_differ).
/// - Before a burst enters a plane, the plane's control is asked (admit()); a read's data are
/// checked
///   again on the way back. The first refusal fails the whole burst: nothing is delivered, and the
///   error comes after the latency of the path.
class engine : public sc_core::sc_module {
 public:
  /// Number of endpoints.
  unsigned endpoints() const { return static_cast<unsigned>(endpoints_.size()); }
  /// Endpoint `index` as it was given.
  const endpoint_parameters& endpoint(unsigned index) const { return endpoints_.at(index); }
  /// Number of planes.
  unsigned planes() const { return static_cast<unsigned>(controls_.size()); }

  /// Where the device of endpoint `index` sends its bursts.
  tlm::tlm_target_socket<>& from_device(unsigned index) { return *from_device_.at(index); }
  /// Where the fabric calls the device of endpoint `index` as a target.
  tlm::tlm_initiator_socket<>& to_device(unsigned index) { return *to_device_.at(index); }

  /// Gives the control state of a plane's switch; every plane needs one before simulation starts.
  void attach_control(unsigned plane, plane_control& control) { controls_.at(plane) = &control; }

  /// No burst is under way.
  bool idle() const { return under_way_ == 0; }
  /// The switch of `plane` dies now. Bursts of which a part has not crossed it fail with
  /// cause::plane_lost, when their other parts are through; nothing of them is delivered. That no
  /// further burst comes is up to the plane's control.
  virtual void lose_plane(unsigned plane) = 0;
  /// The link at `port` of `plane` goes down now, in both directions: the same for the bursts that
  /// it was to carry, with cause::link_lost.
  virtual void lose_link(unsigned plane, base::port_id port) = 0;
  /// The link at `port` of `plane` is up again, and a cell takes `narrower` times as long on it as
  /// on the link as it was built. Nothing may be under way on it.
  virtual void restore_link(unsigned plane, base::port_id port, unsigned narrower) = 0;
  /// Gets every link that goes down by itself, because replays brought nothing: up to a path
  /// latency after it happened.
  using link_callback = std::function<void(unsigned plane, base::port_id port)>;
  void on_link_failure(link_callback callback) { on_link_failure_ = std::move(callback); }
  /// The registers of a plane's arbiter (registers/alink_class_arbiter.rdl), by offset; what is
  /// written acts from the next slot on. Nothing and false: no arbiter here has any. Throws
  /// arbiter::register_access_error.
  virtual std::optional<std::uint32_t> read_arbiter(unsigned /*plane*/, std::uint32_t /*offset*/) {
    return std::nullopt;
  }
  virtual bool write_arbiter(unsigned /*plane*/, std::uint32_t /*offset*/,
                             std::uint32_t /*value*/) {
    return false;
  }
  /// What has been carried so far.
  virtual engine_statistics statistics() const = 0;
  /// Aborts if an invariant of the books is broken: a link above its line rate, credits that
  /// leaked, bytes that do not add up. Call at the end of every run.
  virtual void audit() const = 0;
  /// Cells that came in, and that left, at a port of a plane since the start.
  virtual std::uint64_t cells_in(unsigned plane, base::port_id port) const = 0;
  virtual std::uint64_t cells_out(unsigned plane, base::port_id port) const = 0;
  /// The slots of the planes, and how many of them a bin of the statistics has.
  virtual const slot_clock& clock() const = 0;
  virtual unsigned bin_slots() const = 0;

  /// A section, between two times.
  void save(base::snapshot_writer& to, const kernel::payload_names& names) const;
  void restore(base::snapshot_reader& from, const kernel::payload_names& names);

  /// Records the utilisation of every plane over time, one track each.
  void trace_utilisation(base::trace& trace) const;

 protected:
  using burst_index = std::uint32_t;

  /// Why something did not pass, and on which planes: one bit each.
  struct loss {
    alink::cause why = alink::cause::none;
    std::uint16_t planes = 0;

    template <typename Archive>
    void fields(Archive& io) {
      io(why, planes);
    }
  };

  /// Where a leg leads.
  enum class travel : std::uint8_t {
    pair,          ///< from one port to another
    contribution,  ///< to the sum of a group, and back to the sender as its result
    multicast,     ///< to several ports
  };
  /// A copy of a multicast, which is a burst of its own.
  struct member_copy {
    base::port_id output = 0;
    burst_index burst = 0;

    template <typename Archive>
    void fields(Archive& io) {
      io(output, burst);
    }
  };

  /// One way through the fabric: all shares of a burst.
  struct leg {
    burst_index burst = 0;
    base::port_id input = 0;
    base::port_id output = 0;
    std::uint8_t traffic_class = 0;
    travel how = travel::pair;
    std::uint8_t group = 0;                             ///< instead of an output
    base::port_id result_to = plane_injection::to_all;  ///< of a contribution
    std::vector<member_copy> copies;  ///< of a multicast, which arrive instead of the burst
    base::picoseconds start;
    std::uint16_t planes = 0;                        ///< the planes that carry something
    std::array<std::uint64_t, plane_limit> bytes{};  ///< per plane

    template <typename Archive>
    void fields(Archive& io) {
      io(burst, input, output, traffic_class, how, group, result_to, copies, start, planes, bytes);
    }
  };

  /// `path_latency` is that of a header from one endpoint to another; `request_header` the size of
  /// a read request, of which a read sends one per region; `order` what the engine takes turns
  /// with.
  engine(const sc_core::sc_module_name& name, std::vector<endpoint_parameters> endpoints,
         unsigned planes, base::picoseconds path_latency, base::bytes request_header,
         kernel::turns* order);

  /// Starts a leg. The engine calls arrived() once, as soon as it knows when the leg's last byte
  /// arrives, and not after that time.
  virtual void carry(const leg& way) = 0;
  /// Groups that this engine has; 0: it carries no reductions and multicasts.
  virtual unsigned group_count() const { return 0; }
  /// The members of a group, before the first contribution to it and when they have changed, with
  /// nothing of it under way.
  virtual void set_group(unsigned /*group*/, const base::port_set& /*members*/) {}
  /// The last byte of the present leg of `burst` arrives at `when`, which is not in the past.
  void arrived(burst_index burst, base::picoseconds when);
  /// Instead of arrived(): parts of the present leg of `burst` were lost, for the reason and on the
  /// planes that `what` says, and nothing of it is under way after `when`.
  void gone(burst_index burst, base::picoseconds when, const loss& what);
  /// The burst is a contribution to a sum. Of parts that are lost of it the engine is not told by
  /// gone(), but at once:
  bool contributes(burst_index burst) const;
  void contribution_lost(burst_index burst, const loss& what);
  /// Forgets what is under way of a group's contributions, which are these: nothing more is told of
  /// them.
  virtual void withdraw(unsigned /*group*/, const std::vector<burst_index>& /*contributions*/) {}
  /// A link has gone down by itself.
  void link_failed(unsigned plane, base::port_id port);

  /// What moves the bursts, in the same section.
  virtual void save_carriers(base::snapshot_writer& to) const = 0;
  virtual void restore_carriers(base::snapshot_reader& from) = 0;

  /// The fields of the statistics that do not depend on how bursts move.
  const engine_statistics& totals() const { return totals_; }
  /// Aborts if the bytes of bursts do not add up.
  void audit_bytes() const;

  void end_of_elaboration() override;

 private:
  using request_socket = tlm_utils::simple_target_socket_tagged<engine>;
  using delivery_socket = tlm_utils::simple_initiator_socket<engine>;

  /// What a burst waits for.
  enum class stage : std::uint8_t { outward, target, backward, response, loss };

  struct burst_state {
    tlm::tlm_generic_payload* payload = nullptr;
    std::uint64_t serial = 0;  ///< order of acceptance
    std::uint16_t source = 0;  ///< index of the endpoint
    std::uint16_t destination = 0;
    std::uint16_t planes = 0;  ///< the planes that it may use
    bool in_order = false;     ///< it is in the books of its region order
    stage waits_for = stage::outward;
    loss lost;  ///< if it waits for its loss to be told

    burst_index parent = no_parent;  ///< of a copy: the multicast
    std::uint16_t copies_left = 0;   ///< of a multicast
    base::picoseconds answered;      ///< of a multicast: by those who have their copies

    template <typename Archive>
    void fields(Archive& io) {
      io(serial, source, destination, planes, in_order, waits_for, lost, parent, copies_left,
         answered);
    }
  };
  static constexpr burst_index no_parent = 0xffff'ffff;

  /// What the members of a group contribute in one turn.
  struct reduction {
    std::uint64_t address = 0;
    std::uint64_t length = 0;
    std::uint16_t planes = 0;
    base::element format = base::element::float32;
    base::endpoint_id result_to = alink::all_members;
    std::vector<burst_index> contributions;
    std::vector<unsigned char> sum;  ///< empty: only timing moves
    bool summed = false;
    unsigned results = 0;    ///< that have arrived since the members last began
    base::port_set have;     ///< members that have the result, have refused it, or get none
    base::port_set refused;  ///< of these
    base::picoseconds answered;
    bool ended = false;  ///< all that get it have it, and all have contributed

    template <typename Archive>
    void fields(Archive& io) {
      io(address, length, planes, format, result_to, contributions, sum, summed, results, have,
         refused, answered, ended);
    }
  };
  struct group_state {
    base::port_set members;
    std::deque<reduction> reductions;  ///< from the oldest that has not ended on
    std::uint64_t first = 1;           ///< number of its turn
    std::vector<std::uint64_t> given;  ///< per endpoint: turns that its contributions have got
    std::vector<std::uint64_t> due;    ///< per endpoint: the turn to which it contributes next
    loss lost;                         ///< what makes all members begin anew, now
    loss before;                       ///< the last that did

    template <typename Archive>
    void fields(Archive& io) {
      io(members, reductions, first, given, due, lost, before);
    }
  };

  /// A burst whose next stage begins at a known time. Ties go by order of acceptance.
  struct appointment {
    base::picoseconds when;
    std::uint64_t serial;
    burst_index burst;

    template <typename Archive>
    void fields(Archive& io) {
      io(when, serial, burst);
    }
  };
  /// What changes, but for payloads.
  template <typename Archive>
  void fields(Archive& io) {
    io(bursts_, free_bursts_, appointments_, next_appointment_, orders_, accepted_, under_way_,
       totals_, groups_);
  }
  static bool later(const appointment& a, const appointment& b);

  tlm::tlm_sync_enum forward(int index, tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                             sc_core::sc_time& delay);
  void refuse_blocking(int index, tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  void accept(unsigned source, tlm::tlm_generic_payload& payload, base::picoseconds when);
  void set_out(burst_index burst);
  loss admit_on(std::uint16_t used, unsigned from, base::endpoint_id to);
  void send(burst_index burst, const burst_spread& spreading, unsigned from, unsigned to,
            bool requests_only);
  void fail(burst_index burst, const loss& what);
  void lose(burst_index burst);
  void schedule(burst_index burst, stage next, base::picoseconds when);
  void keep_appointments();
  void reach_target(burst_index burst);
  void leave_order(burst_index burst);
  void deliver(burst_index burst);
  void send_back(burst_index burst);
  void respond(burst_index burst);
  burst_index new_burst();

  // engine_groups.cpp
  loss admit_to_group(std::uint16_t used, unsigned from, unsigned group, base::port_set& members);
  leg leg_to_group(burst_index burst, travel how, unsigned group,
                   const burst_spread& spreading) const;
  bool deliver_copy(tlm::tlm_generic_payload& original, unsigned to, unsigned char* data,
                    base::picoseconds& answered);
  static void refused_by_target(tlm::tlm_generic_payload& payload);
  void set_out_to_members(burst_index burst, std::uint16_t mask);

  // engine_reductions.cpp
  void contribute(burst_index burst, std::uint16_t mask);
  group_state& group_for(unsigned group, const base::port_set& members);
  loss take_contribution(burst_index burst, std::uint16_t mask, group_state& all);
  base::port_id port_of(base::endpoint_id id) const;
  void sum_up(reduction& what);
  void deliver_result(burst_index burst);
  void end_turn(group_state& all, reduction& what);
  reduction& reduction_of(burst_index burst);
  void go_back(unsigned group);
  void forget_appointments(const std::vector<burst_index>& bursts);

  void hand_to_all(burst_index burst, unsigned group, const base::port_set& members,
                   const burst_spread& spreading);
  void deliver_to_member(burst_index copy);
  void end_copy(burst_index copy, base::picoseconds when, const loss& what);
  void offer_response(unsigned endpoint);
  region_order& order_of(const burst_state& state) {
    return orders_[std::size_t{state.source} * endpoints_.size() + state.destination];
  }

  std::vector<endpoint_parameters> endpoints_;
  base::picoseconds path_latency_;
  base::bytes request_header_;
  std::vector<std::unique_ptr<request_socket>> from_device_;
  std::vector<std::unique_ptr<delivery_socket>> to_device_;
  std::vector<plane_control*> controls_;
  std::vector<std::int16_t> endpoint_of_id_;    ///< per endpoint id: index, or -1
  std::vector<std::int16_t> endpoint_of_port_;  ///< per port: index, or -1

  std::vector<burst_state> bursts_;
  std::vector<burst_index> free_bursts_;
  std::vector<appointment> appointments_;  ///< a heap, earliest first
  kernel::alarm next_appointment_;
  std::vector<std::vector<tlm::tlm_generic_payload*>> responses_;  ///< per endpoint, in order
  std::vector<region_order> orders_;                               ///< per source and destination
  std::vector<group_state> groups_;
  bool groups_lost_ = false;           ///< a group has to begin anew, now
  alink::burst_pool copies_;           ///< what is delivered of reductions and multicasts
  std::vector<burst_index> released_;  ///< scratch of reach_target()
  link_callback on_link_failure_;
  std::uint64_t accepted_ = 0;
  std::uint64_t under_way_ = 0;
  engine_statistics totals_;
};

}  // namespace sn::fabric
