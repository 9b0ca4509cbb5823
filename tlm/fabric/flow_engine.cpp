#include "fabric/flow_engine.h"

#include <algorithm>
#include <limits>

#include "alink/sim_time.h"
#include "base/error.h"
#include "base/state.h"

namespace sn::fabric {
namespace {

flow_plane_parameters plane_of(const flow_engine_parameters& parameters) {
  flow_plane_parameters each;
  each.slots_per_cell.assign(parameters.ports, 1);
  for (const endpoint_parameters& endpoint : parameters.endpoints) {
    base::ensure(endpoint.port < parameters.ports, "an endpoint is on a port that does not exist");
    base::ensure(endpoint.slots_per_cell <= std::numeric_limits<std::uint8_t>::max(),
                 "a port is too slow for the fabric");
    each.slots_per_cell[endpoint.port] = static_cast<std::uint8_t>(endpoint.slots_per_cell);
  }
  if (parameters.reduction_groups != 0) {
    each.slots_per_cell.push_back(1);
    each.hands_out = true;
  }
  each.iterations = parameters.iterations;
  each.bin_slots = parameters.bin_slots;
  return each;
}

bool has(std::uint16_t planes, unsigned plane) {
  return ((planes >> plane) & 1U) != 0;
}

void add_links(std::vector<link_statistics>& to, const std::vector<link_statistics>& what) {
  to.resize(std::max(to.size(), what.size()));
  for (std::size_t port = 0; port < what.size(); ++port) {
    to[port].cells += what[port].cells;
    to[port].bytes += what[port].bytes;
    to[port].busy_slots += what[port].busy_slots;
  }
}

void add(plane_statistics& to, const plane_statistics& what) {
  to.slots += what.slots;
  to.cells += what.cells;
  add_links(to.uplinks, what.uplinks);
  add_links(to.downlinks, what.downlinks);
  to.cells_per_bin.resize(std::max(to.cells_per_bin.size(), what.cells_per_bin.size()));
  for (std::size_t bin = 0; bin < what.cells_per_bin.size(); ++bin) {
    to.cells_per_bin[bin] += what.cells_per_bin[bin];
  }
}

}  // namespace

flow_engine::flow_engine(const sc_core::sc_module_name& name,
                         const flow_engine_parameters& parameters)
    : engine(name, parameters.endpoints, parameters.planes, parameters.path_latency,
             parameters.request_header, parameters.order),
      parameters_(parameters),
      clock_(parameters.cell, parameters.port_rate),
      batch_slots_(clock_.slots_within(parameters.path_latency)),
      settled_(parameters.planes),
      narrow_links_(parameters.planes, std::vector<bool>(parameters.ports)),
      wake_(parameters.order, [this] { run(); }) {
  base::ensure(parameters_.cell_payload.value >= 1 && parameters_.cell_payload <= parameters_.cell,
               "a cell carries at least one byte and no more than itself");
  base::ensure(batch_slots_ >= 1, "nothing crosses a fabric in less than a slot");
  groups_.push_back({static_cast<std::uint16_t>((1U << parameters_.planes) - 1),
                     flow_plane(plane_of(parameters_))});
  for (plane_statistics& plane : settled_) {
    plane.uplinks.resize(parameters_.ports);
    plane.downlinks.resize(parameters_.ports);
  }
}

void flow_engine::carry(const leg& way) {
  switch (way.how) {
    case travel::pair:
      begin(way, 1);
      flow(way.burst);
      break;
    case travel::contribution:
      contribute(way);
      break;
    case travel::multicast:
      multicast(way);
      break;
  }
}

void flow_engine::set_group(unsigned index, const base::port_set& members) {
  reducing_.resize(parameters_.reduction_groups);
  reducing_.at(index).members = members;
}

void flow_engine::withdraw(unsigned index, const std::vector<burst_index>& contributions) {
  run();
  reducing_[index].waiting.clear();
  std::vector<bool> gone(progress_.size());
  for (const burst_index burst : contributions) {
    if (burst < gone.size()) {
      gone[burst] = true;
    }
  }
  for (group& one : groups_) {
    one.fluid.withdraw(clock_.first_from(alink::now()), gone);
  }
  wake_up();
}

/// Contributions that wait for others are lost with any link that their group needs.
void flow_engine::lose_waiting(unsigned plane, const base::port_set& ports, alink::cause why) {
  for (const reducing_group& one : reducing_) {
    if ((one.members & ports).none()) {
      continue;
    }
    for (const std::vector<leg>& legs : one.waiting) {
      for (const leg& way : legs) {
        if (has(way.planes, plane)) {
          contribution_lost(way.burst, {why, static_cast<std::uint16_t>(1U << plane)});
        }
      }
    }
  }
}

/// Members contribute in the same order: the first reduction that lacks this one is the one meant.
void flow_engine::contribute(const leg& way) {
  std::deque<std::vector<leg>>& waiting = reducing_[way.group].waiting;
  auto those = std::find_if(waiting.begin(), waiting.end(), [&](const std::vector<leg>& legs) {
    return std::none_of(legs.begin(), legs.end(),
                        [&](const leg& other) { return other.input == way.input; });
  });
  if (those == waiting.end()) {
    waiting.emplace_back();
    those = std::prev(waiting.end());
  }
  those->push_back(way);
  if (those->size() == reducing_[way.group].members.count()) {
    const std::vector<leg> complete = std::move(*those);
    waiting.erase(those);
    reduce(complete);
  }
}

/// All contributions of a turn wait for the last of them, and for what the switches hand out.
void flow_engine::reduce(const std::vector<leg>& turn) {
  std::vector<std::uint32_t> bursts;
  for (leg each : turn) {
    each.output = each.input;
    progress& it = begin(each, 2);
    it.counts_down = plane_injection::is_for(each.result_to, each.input);
    flow(each.burst);
    bursts.push_back(each.burst);
  }
  progress_[bursts.front()].sharers = bursts;
  hand_out(bursts.front());
}

/// Every copy waits for what comes from the sender, what the switches hand out, and its own way.
void flow_engine::multicast(const leg& way) {
  leg up = way;
  up.output = way.input;
  progress& all = begin(up, 1);
  all.counts_down = false;
  for (const member_copy& each : way.copies) {
    all.sharers.push_back(each.burst);
  }
  flow(way.burst);
  hand_out(way.burst);
  leg down = way;
  down.copies.clear();
  for (const member_copy& each : way.copies) {
    down.burst = each.burst;
    down.input = each.output;
    down.output = each.output;
    begin(down, 3).counts_up = false;
    flow(each.burst);
  }
}

/// A leg that consists of so many parts, each with a share on every plane.
flow_engine::progress& flow_engine::begin(const leg& way, unsigned parts) {
  if (way.burst >= progress_.size()) {
    progress_.resize(way.burst + 1);
  }
  progress& it = progress_[way.burst];
  it = progress();
  it.way = way;
  it.parts_left = parts * static_cast<unsigned>(__builtin_popcount(way.planes));
  return it;
}

std::uint32_t flow_engine::cells_of(const leg& way, unsigned plane) const {
  const std::uint64_t count =
      (way.bytes[plane] + parameters_.cell_payload.value - 1) / parameters_.cell_payload.value;
  base::ensure(count <= std::numeric_limits<std::uint32_t>::max() / 2,
               "a share has more cells than a plane can count");
  return has(way.planes, plane) ? static_cast<std::uint32_t>(count) : 0;
}

/// The way of a burst from its input to its output.
void flow_engine::flow(std::uint32_t burst) {
  const progress& it = progress_[burst];
  flow_injection share;
  share.burst = burst;
  share.input = it.way.input;
  share.output = it.way.output;
  share.counts_up = it.counts_up;
  share.counts_down = it.counts_down;
  inject(share, it.way);
}

/// What a switch hands out for a burst: one cell per slot, whoever it is for.
void flow_engine::hand_out(std::uint32_t burst) {
  flow_injection share;
  share.burst = burst | hand_out_bit;
  share.input = static_cast<base::port_id>(parameters_.ports);
  share.output = share.input;
  share.counts_up = false;
  share.counts_down = false;
  inject(share, progress_[burst].way);
}

void flow_engine::inject(flow_injection share, const leg& way) {
  std::array<std::uint32_t, plane_limit> cells{};
  for (unsigned plane = 0; plane < parameters_.planes; ++plane) {
    cells[plane] = cells_of(way, plane);
  }
  if (groups_.size() > 1) {
    join_groups();
  }
  split_groups(cells);
  share.slot = clock_.first_from(alink::now());
  for (group& one : groups_) {
    share.cells = cells[static_cast<unsigned>(__builtin_ctz(one.planes))];
    if (share.cells != 0) {
      one.fluid.inject(share);
    }
  }
  if (!awake_ || share.slot + batch_slots_ < wake_slot_) {
    wake_up();
  }
}

/// When nothing is under way any more, all planes are alike again.
void flow_engine::join_groups() {
  for (const group& one : groups_) {
    if (!one.fluid.idle()) {
      return;
    }
  }
  for (group& one : groups_) {
    one.fluid.audit();
    const plane_statistics carried = one.fluid.statistics();
    for (unsigned plane = 0; plane < parameters_.planes; ++plane) {
      if (has(one.planes, plane)) {
        add(settled_[plane], carried);
      }
    }
  }
  // Those with links that are not as they were built stay by themselves.
  std::vector<group> joined;
  std::size_t alike = groups_.size();
  for (group& one : groups_) {
    one.fluid.reset_statistics();
    const bool narrow = (one.planes & narrowed_) != 0;
    if (!narrow && alike != groups_.size()) {
      joined[alike].planes = static_cast<std::uint16_t>(joined[alike].planes | one.planes);
      continue;
    }
    alike = narrow ? alike : joined.size();
    joined.push_back(std::move(one));
  }
  groups_ = std::move(joined);
}

/// Makes every plane of a group carry the same number of cells.
void flow_engine::split_groups(const std::array<std::uint32_t, plane_limit>& cells) {
  for (std::size_t index = 0; index < groups_.size(); ++index) {
    const std::uint32_t first = cells[static_cast<unsigned>(__builtin_ctz(groups_[index].planes))];
    std::uint16_t others = 0;
    for (unsigned plane = 0; plane < parameters_.planes; ++plane) {
      if (has(groups_[index].planes, plane) && cells[plane] != first) {
        others = static_cast<std::uint16_t>(others | (1U << plane));
      }
    }
    if (others != 0) {
      group split = groups_[index];
      split.planes = others;
      groups_.push_back(std::move(split));
      groups_[index].planes = static_cast<std::uint16_t>(groups_[index].planes & ~others);
    }
  }
}

void flow_engine::wake_up() {
  std::uint64_t earliest = std::numeric_limits<std::uint64_t>::max();
  for (const group& one : groups_) {
    if (!one.fluid.idle()) {
      earliest = std::min(earliest, one.fluid.next_slot());
    }
  }
  awake_ = earliest != std::numeric_limits<std::uint64_t>::max();
  wake_.cancel();
  if (awake_) {
    // What crosses in a slot arrives a path latency after it: a batch may last until then.
    wake_slot_ = earliest + batch_slots_;
    wake_.set(alink::to_sc_time(clock_.start_of(wake_slot_)));
  }
}

void flow_engine::run() {
  const std::uint64_t now = clock_.first_from(alink::now());
  for (std::size_t index = 0; index < groups_.size(); ++index) {
    groups_[index].fluid.run(now, done_);
    for (const plane_completion& share : done_) {
      crossed(share, groups_[index].planes);
    }
    done_.clear();
  }
  wake_up();
}

/// The bursts that wait for a share.
template <typename Each>
void flow_engine::for_bursts_of(std::uint32_t share, const Each& each) {
  const std::uint32_t burst = share & ~hand_out_bit;
  const progress& it = progress_[burst];
  if (share == burst && it.way.copies.empty()) {
    each(burst);
  } else {
    std::for_each(it.sharers.begin(), it.sharers.end(), each);
  }
}

void flow_engine::crossed(const plane_completion& share, std::uint16_t planes) {
  const bool handed_out = (share.burst & hand_out_bit) != 0;
  const progress& it = progress_[share.burst & ~hand_out_bit];
  for (unsigned plane = 0; plane < parameters_.planes && !handed_out; ++plane) {
    if (has(planes, plane)) {
      const std::uint64_t bytes = it.way.bytes[plane];
      settled_[plane].uplinks[it.way.input].bytes += it.counts_up ? bytes : 0;
      settled_[plane].downlinks[it.way.output].bytes += it.counts_down ? bytes : 0;
    }
  }
  // The input that hands out a cell gets its turn for the next slot.
  const base::picoseconds when =
      clock_.start_of(share.slot + (handed_out ? 1 : 0)) + parameters_.path_latency;
  for_bursts_of(share.burst, [&](std::uint32_t burst) {
    part_done(burst, static_cast<unsigned>(__builtin_popcount(planes)), when);
  });
}

void flow_engine::part_done(std::uint32_t burst, unsigned parts, base::picoseconds when) {
  progress& it = progress_[burst];
  it.last = std::max(it.last, when);
  it.parts_left -= parts;
  if (it.parts_left != 0) {
    return;
  }
  if (it.lost.planes != 0) {
    gone(burst, it.last, it.lost);
  } else {
    arrived(burst, it.last);
  }
}

/// The group of a plane, from which all others have been taken.
flow_engine::group& flow_engine::alone(unsigned plane) {
  const auto bit = static_cast<std::uint16_t>(1U << plane);
  const auto found = std::find_if(groups_.begin(), groups_.end(),
                                  [plane](const group& one) { return has(one.planes, plane); });
  if (found->planes == bit) {
    return *found;
  }
  group single = *found;
  single.planes = bit;
  found->planes = static_cast<std::uint16_t>(found->planes & ~bit);
  groups_.push_back(std::move(single));
  return groups_.back();
}

void flow_engine::lose_plane(unsigned plane) {
  run();
  alone(plane).fluid.lose(clock_.first_from(alink::now()), lost_);
  tell_losses(plane, alink::cause::plane_lost);
  lose_waiting(plane, base::port_set::first(base::port_limit), alink::cause::plane_lost);
}

void flow_engine::lose_link(unsigned plane, base::port_id port) {
  run();
  alone(plane).fluid.lose_link(clock_.first_from(alink::now()), port, lost_);
  tell_losses(plane, alink::cause::link_lost);
  base::port_set ports;
  ports.set(port);
  lose_waiting(plane, ports, alink::cause::link_lost);
}

void flow_engine::tell_losses(unsigned plane, alink::cause why) {
  for (const std::uint32_t share : lost_) {
    if (contributes(share & ~hand_out_bit)) {
      contribution_lost(share & ~hand_out_bit, {why, static_cast<std::uint16_t>(1U << plane)});
      continue;
    }
    for_bursts_of(share, [&](std::uint32_t burst) {
      loss& what = progress_[burst].lost;
      what.why = why;
      what.planes = static_cast<std::uint16_t>(what.planes | (1U << plane));
      part_done(burst, 1, alink::now());
    });
  }
  lost_.clear();
  wake_up();
}

void flow_engine::restore_link(unsigned plane, base::port_id port, unsigned narrower) {
  std::vector<bool>& narrow = narrow_links_.at(plane);
  if (narrower == 1 && !narrow.at(port)) {
    return;
  }
  run();
  alone(plane).fluid.restore_link(clock_.first_from(alink::now()), port, narrower);
  narrow.at(port) = narrower != 1;
  const auto bit = static_cast<std::uint16_t>(1U << plane);
  const bool any = std::find(narrow.begin(), narrow.end(), true) != narrow.end();
  narrowed_ = static_cast<std::uint16_t>(any ? narrowed_ | bit : narrowed_ & ~bit);
  wake_up();
}

const flow_engine::group& flow_engine::group_of(unsigned plane) const {
  return *std::find_if(groups_.begin(), groups_.end(),
                       [plane](const group& one) { return has(one.planes, plane); });
}

plane_statistics flow_engine::statistics_of(unsigned plane) const {
  plane_statistics result = settled_.at(plane);
  add(result, group_of(plane).fluid.statistics());
  result.uplinks.resize(parameters_.ports);  // without what hands out results
  result.downlinks.resize(parameters_.ports);
  return result;
}

void flow_engine::save_carriers(base::snapshot_writer& to) const {
  base::state_saver io(to);
  to.number(std::uint64_t{groups_.size()});
  for (const group& one : groups_) {
    io(one.planes, one.fluid);
  }
  io(settled_, progress_, narrowed_, narrow_links_, reducing_, wake_, wake_slot_, awake_);
}

void flow_engine::restore_carriers(base::snapshot_reader& from) {
  base::state_restorer io(from);
  groups_.clear();
  for (std::uint64_t left = from.list_size(); left != 0; --left) {
    groups_.push_back({0, flow_plane(plane_of(parameters_))});
    io(groups_.back().planes, groups_.back().fluid);
  }
  io(settled_, progress_, narrowed_, narrow_links_, reducing_, wake_, wake_slot_, awake_);
  if (groups_.empty() || settled_.size() != parameters_.planes) {
    from.refuse("a fabric with other planes");
  }
}

engine_statistics flow_engine::statistics() const {
  engine_statistics result = totals();
  for (unsigned plane = 0; plane < parameters_.planes; ++plane) {
    result.planes.push_back(statistics_of(plane));
    result.cells += result.planes.back().cells;
    result.slots += result.planes.back().slots;
  }
  return result;
}

std::uint64_t flow_engine::cells_in(unsigned plane, base::port_id port) const {
  return settled_.at(plane).uplinks.at(port).cells + group_of(plane).fluid.cells_in(port);
}

std::uint64_t flow_engine::cells_out(unsigned plane, base::port_id port) const {
  return settled_.at(plane).downlinks.at(port).cells + group_of(plane).fluid.cells_out(port);
}

void flow_engine::audit() const {
  audit_bytes();
  const std::uint64_t slots_so_far = clock_.first_from(alink::now());
  for (const group& one : groups_) {
    one.fluid.audit();
  }
  for (unsigned plane = 0; plane < parameters_.planes; ++plane) {
    const plane_statistics carried = statistics_of(plane);
    base::ensure(carried.slots <= slots_so_far, "a plane worked for more slots than there were");
    for (unsigned port = 0; port < parameters_.ports; ++port) {
      const link_statistics& up = carried.uplinks[port];
      const link_statistics& down = carried.downlinks[port];
      base::ensure(up.bytes <= up.cells * parameters_.cell_payload.value &&
                       down.bytes <= down.cells * parameters_.cell_payload.value,
                   "a link carried more bytes than its cells have room for");
    }
  }
}

}  // namespace sn::fabric
