// Flows that begin and end at any time: max-min fair shares of every link.
#pragma once

#include <cstdint>
#include <limits>
#include <unordered_map>
#include <vector>

#include "base/units.h"
#include "network/topology.h"

namespace sn::network {

/// A flow whose last byte has left its source. The byte arrives `latency` later.
struct flow_end {
  std::uint64_t label = 0;  ///< as given to begin()
  base::picoseconds when;
  base::picoseconds latency;
};

/// Carries flows over the links of a topology. Rates are max-min fair, and are solved anew when
/// flows have begun or ended, but not at once, so that an exchange of n^2 flows costs a bounded
/// number of solutions:
///
/// - A flow that begins gets what its links have left, and waits for its fair share for a `grain`th
///   of the time that it would take if all flows on its most used link got as much.
/// - What an ended flow leaves goes to whoever begins, and is shared out again after a `patience`th
///   of its own life.
/// - With fewer than `crowd` flows both are shorter in proportion: there, a solution costs little.
///
/// No link ever carries more than its rate. Bytes are passed on as they come (cut-through).
class live_flows {
 public:
  static constexpr std::uint64_t grain = 16;
  static constexpr std::uint64_t patience = 32;
  static constexpr std::uint64_t crowd = 512;
  static constexpr base::picoseconds never{std::numeric_limits<std::uint64_t>::max()};

  explicit live_flows(const topology& network) : network_(network) {}

  /// Begins to carry `bytes` bytes, not 0, from an endpoint to another. `when` must not lie before
  /// any earlier call's time, and run(when) must have been called.
  void begin(base::picoseconds when, std::uint32_t from, std::uint32_t to, base::bytes bytes,
             std::uint64_t label);
  /// When something changes next; `never` if nothing flows.
  base::picoseconds next() const;
  /// Lets everything flow until `until`, included. Appends what has ended, in the order of time.
  void run(base::picoseconds until, std::vector<flow_end>& ended);

  bool idle() const { return open_ == 0; }
  /// Times that rates have been solved.
  std::uint64_t solutions() const { return solutions_; }
  /// Bytes that have left a link, of flows that have ended.
  double carried(link_id link) const;
  /// Aborts if a link carried more than its rate over the time in which it had a flow.
  void audit() const;

 private:
  struct use {
    std::uint32_t link = 0;   ///< index into links_
    double part = 1.0;        ///< of the flow's bytes
    std::uint32_t place = 0;  ///< in the link's list
  };
  /// What is looked at again and again while rates are solved.
  struct flow {
    double left = 0.0;  ///< bytes at `since`
    double rate = 0.0;  ///< bytes per second
    base::picoseconds since;
    std::uint32_t first_use = 0;  ///< in uses_
    std::uint32_t uses = 0;
    std::uint32_t turn = 0;  ///< counts the flows that this place has held and the rates they got
    bool decided = false;    ///< while rates are solved
  };
  struct flow_details {
    std::uint64_t label = 0;
    std::uint64_t bytes = 0;
    base::picoseconds begun;
    base::picoseconds latency;
    std::uint32_t place = 0;     ///< in live_
    std::uint32_t capacity = 0;  ///< of its part of uses_
  };
  struct visitor {
    std::uint32_t flow = 0;
    std::uint32_t use = 0;  ///< in uses_
  };
  struct line {
    link_id id = 0;
    double rate = 0.0;     ///< bytes per second
    double used = 0.0;     ///< sum of the rates on it
    double weight = 0.0;   ///< sum of the parts of the flows on it
    double carried = 0.0;  ///< bytes
    base::picoseconds busy_since;
    base::picoseconds busy;  ///< before `busy_since`
    std::vector<visitor> flows;
    // While rates are solved:
    double left = 0.0;
    double open = 0.0;  ///< parts of flows without a rate
    std::uint32_t undecided = 0;
  };
  struct appointment {
    base::picoseconds when;
    std::uint32_t flow = 0;
    std::uint32_t turn = 0;
  };
  struct candidate {
    double share = 0.0;
    std::uint32_t link = 0;
  };

  static bool later(const appointment& a, const appointment& b);
  static bool fuller(const candidate& a, const candidate& b);

  void solve_within(double seconds);
  std::uint32_t line_of(link_id id);
  std::uint32_t new_flow(std::uint32_t uses);
  void take_leftover(flow& one);
  void expect_end(std::uint32_t index);
  void end(std::uint32_t index, std::vector<flow_end>& ended);
  void solve();
  void decide(flow& one, double rate);
  void drop_stale();

  const topology& network_;
  route way_;  ///< scratch
  base::picoseconds now_;
  base::picoseconds solve_at_ = never;
  std::uint64_t solutions_ = 0;
  std::size_t open_ = 0;
  std::vector<flow> flows_;
  std::vector<flow_details> details_;  ///< of each flow
  std::vector<use> uses_;              ///< of flows, each in its own part
  std::vector<std::uint32_t> free_;
  std::vector<std::uint32_t> live_;                          ///< flows that are under way
  std::unordered_map<link_id, std::uint32_t> line_of_link_;  ///< looked up only
  std::vector<line> links_;
  std::vector<appointment> ends_;  ///< a heap, earliest first
  std::vector<candidate> fullest_;
};

}  // namespace sn::network
