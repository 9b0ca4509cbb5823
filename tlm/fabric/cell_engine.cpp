#include "fabric/cell_engine.h"

#include <algorithm>
#include <limits>
#include <string>

#include "alink/replayed_line.h"
#include "alink/sim_time.h"
#include "base/error.h"
#include "base/state.h"

namespace sn::fabric {
namespace {

bool has_classes(const cell_engine_parameters& parameters) {
  return parameters.classes > 1 || parameters.groups > 0;
}

std::vector<std::unique_ptr<arbiter::scheduler>> make_arbiters(
    const cell_engine_parameters& parameters) {
  std::vector<std::unique_ptr<arbiter::scheduler>> arbiters;
  for (unsigned plane = 0; plane < parameters.planes && !has_classes(parameters); ++plane) {
    arbiters.push_back(
        arbiter::make_scheduler(parameters.arbiter, parameters.ports, parameters.iterations));
  }
  return arbiters;
}

std::uint64_t uplink_slots(const cell_engine_parameters& parameters) {
  const slot_clock clock(parameters.cell, parameters.port_rate);
  return std::max<std::uint64_t>(1, clock.slots_to_cover(parameters.uplink_latency));
}

base::picoseconds path_latency(const cell_engine_parameters& parameters) {
  const slot_clock clock(parameters.cell, parameters.port_rate);
  return std::max(
      parameters.uplink_latency + parameters.switch_latency + parameters.downlink_latency,
      clock.start_of(uplink_slots(parameters)));
}

template <typename Narrow>
Narrow narrowed(std::uint64_t value, const char* what) {
  base::ensure(value <= std::numeric_limits<Narrow>::max(), what);
  return static_cast<Narrow>(value);
}

}  // namespace

double cell_error_of(const cell_engine_parameters& parameters) {
  return alink::flit_error_of(parameters.bit_error_rate,
                              static_cast<unsigned>(parameters.cell.value * 8));
}

std::uint64_t replay_slots_of(const cell_engine_parameters& parameters) {
  // The cell itself, its way, and that of the rejection.
  const slot_clock clock(parameters.cell, parameters.port_rate);
  return 1 + clock.slots_to_cover(parameters.uplink_latency + parameters.credit_latency);
}

cell_engine::cell_engine(const sc_core::sc_module_name& name,
                         const cell_engine_parameters& parameters)
    : cell_engine(name, parameters, make_arbiters(parameters)) {}

cell_engine::cell_engine(const sc_core::sc_module_name& name,
                         const cell_engine_parameters& parameters,
                         std::vector<std::unique_ptr<arbiter::scheduler>> arbiters)
    : engine(name, parameters.endpoints, parameters.planes, fabric::path_latency(parameters),
             parameters.request_header, parameters.order),
      parameters_(parameters),
      clock_(parameters.cell, parameters.port_rate),
      path_latency_(fabric::path_latency(parameters)),
      arbiters_(std::move(arbiters)) {
  for (unsigned plane = 0; plane < parameters_.planes && has_classes(parameters_); ++plane) {
    class_arbiters_.push_back(arbiter::make_class_scheduler(
        parameters_.arbiter, parameters_.ports, parameters_.iterations, parameters_.classes));
  }
  base::ensure(arbiters_.size() + class_arbiters_.size() == parameters_.planes,
               "every plane needs one arbiter");
  base::ensure(parameters_.cell_payload.value >= 1 && parameters_.cell_payload <= parameters_.cell,
               "a cell carries at least one byte and no more than itself");
  build_planes();
}

void cell_engine::build_planes() {
  const plane_parameters each = make_plane_parameters();
  // What crosses in slot s arrives no earlier than the path latency after slot s + 1 - uplink
  // began: a batch may last until then.
  const std::uint64_t batch_slots = clock_.slots_within(path_latency_) - each.uplink_slots + 1;
  plane_listener& listener = *this;
  for (unsigned plane = 0; plane < parameters_.planes; ++plane) {
    plane_parameters one = each;
    one.error_seed = parameters_.error_seed * plane_limit + plane;
    const std::string name = "plane_" + std::to_string(plane);
    planes_.push_back(std::make_unique<plane_process>(
        name.c_str(), plane,
        class_arbiters_.empty() ? fabric::plane(one, *arbiters_[plane])
                                : fabric::plane(one, *class_arbiters_[plane]),
        clock_, batch_slots, listener, parameters_.order));
  }
}

plane_parameters cell_engine::make_plane_parameters() const {
  plane_parameters each;
  each.ports = parameters_.ports;
  each.slots_per_cell.assign(parameters_.ports, 1);
  for (const endpoint_parameters& endpoint : parameters_.endpoints) {
    base::ensure(endpoint.port < parameters_.ports, "an endpoint is on a port that does not exist");
    each.slots_per_cell[endpoint.port] =
        narrowed<std::uint8_t>(endpoint.slots_per_cell, "a port is too slow for the fabric");
  }
  each.voq_depth_cells =
      narrowed<std::uint16_t>(parameters_.voq_depth_cells, "VOQs are too deep for the fabric");
  each.receive_buffer_cells =
      narrowed<std::uint16_t>(parameters_.receive_buffer_cells, "receive buffers are too deep");
  const char* too_long = "a latency is too long for the fabric";
  each.uplink_slots = narrowed<std::uint32_t>(uplink_slots(parameters_), too_long);
  each.credit_slots = narrowed<std::uint32_t>(
      std::max<std::uint64_t>(1, clock_.slots_to_cover(parameters_.credit_latency)), too_long);
  // A cell occupies the receive buffer's place until it has crossed the switch and the link, one
  // slot for itself, and its credit has come back.
  each.receive_credit_slots = narrowed<std::uint32_t>(
      1 + clock_.slots_to_cover(parameters_.switch_latency + parameters_.downlink_latency +
                                parameters_.credit_latency),
      too_long);
  each.payload_bytes = narrowed<std::uint32_t>(parameters_.cell_payload.value, "a cell is too big");
  each.bin_slots = parameters_.bin_slots;
  each.classes = parameters_.classes;
  each.class_weights = parameters_.class_weights;
  each.groups = parameters_.groups;
  each.reduction_buffer_cells = narrowed<std::uint16_t>(parameters_.reduction_buffer_cells,
                                                        "buffers of reductions are too deep");
  each.cell_error = cell_error_of(parameters_);
  each.replay_slots = narrowed<std::uint32_t>(replay_slots_of(parameters_), too_long);
  return each;
}

void cell_engine::carry(const leg& way) {
  const auto begin = [this](burst_index burst, unsigned planes) {
    if (burst >= progress_.size()) {
      progress_.resize(burst + 1);
    }
    progress_[burst] = progress();
    progress_[burst].planes_left = planes;
  };
  const auto planes = static_cast<unsigned>(__builtin_popcount(way.planes));
  begin(way.burst, planes);
  std::vector<plane_copy> copies;
  for (const member_copy& each : way.copies) {
    begin(each.burst, planes);
    copies.push_back({each.output, each.burst});
  }
  const auto highest = static_cast<std::uint8_t>(parameters_.classes - 1);
  for (unsigned plane = 0; plane < parameters_.planes; ++plane) {
    if (((way.planes >> plane) & 1U) == 0) {
      continue;
    }
    plane_injection share;
    share.burst = way.burst;
    share.input = way.input;
    share.bytes = way.bytes[plane];
    switch (way.how) {
      case travel::pair:
        share.output = way.output;
        share.traffic_class = std::min(way.traffic_class, highest);
        planes_[plane]->inject(share);
        break;
      case travel::contribution:
        share.output = planes_[plane]->plane().reduction_column(way.group);
        share.result_to = way.result_to;
        planes_[plane]->inject(share);
        break;
      case travel::multicast:
        share.output = planes_[plane]->plane().multicast_column(way.group);
        planes_[plane]->inject(share, copies);
        break;
    }
  }
}

void cell_engine::set_group(unsigned group, const base::port_set& members) {
  for (const auto& process : planes_) {
    process->set_members(group, members);
  }
}

void cell_engine::withdraw(unsigned group, const std::vector<burst_index>& /*contributions*/) {
  for (const auto& process : planes_) {
    process->withdraw(group);
  }
}

void cell_engine::crossed(const plane_completion& share) {
  share_done(share.burst, clock_.start_of(share.slot) + path_latency_);
}

void cell_engine::lost(std::uint32_t burst, unsigned plane, alink::cause why) {
  if (contributes(burst)) {
    contribution_lost(burst, {why, static_cast<std::uint16_t>(1U << plane)});
    return;
  }
  loss& sum = progress_[burst].lost;
  sum.why = why;
  sum.planes = static_cast<std::uint16_t>(sum.planes | (1U << plane));
  share_done(burst, alink::now());
}

/// A burst that has lost a share fails when all others are through: only then is it forgotten.
void cell_engine::share_done(std::uint32_t burst, base::picoseconds when) {
  progress& it = progress_[burst];
  it.last = std::max(it.last, when);
  if (--it.planes_left == 0) {
    if (it.lost.planes != 0) {
      gone(burst, it.last, it.lost);
    } else {
      arrived(burst, it.last);
    }
  }
}

void cell_engine::lose_plane(unsigned plane) {
  planes_.at(plane)->lose();
}

void cell_engine::lose_link(unsigned plane, base::port_id port) {
  planes_.at(plane)->lose_link(port);
}

void cell_engine::restore_link(unsigned plane, base::port_id port, unsigned narrower) {
  planes_.at(plane)->restore_link(port, narrower);
}

void cell_engine::save_carriers(base::snapshot_writer& to) const {
  base::state_saver io(to);
  io(progress_);
  for (const auto& plane : planes_) {
    io(*plane);
  }
}

void cell_engine::restore_carriers(base::snapshot_reader& from) {
  base::state_restorer io(from);
  io(progress_);
  for (const auto& plane : planes_) {
    io(*plane);
  }
}

std::optional<std::uint32_t> cell_engine::read_arbiter(unsigned plane, std::uint32_t offset) {
  if (class_arbiters_.empty()) {
    return std::nullopt;
  }
  planes_.at(plane)->catch_up();
  return class_arbiters_.at(plane)->read_register(offset);
}

bool cell_engine::write_arbiter(unsigned plane, std::uint32_t offset, std::uint32_t value) {
  if (class_arbiters_.empty()) {
    return false;
  }
  planes_.at(plane)->catch_up();
  class_arbiters_.at(plane)->write_register(offset, value);
  return true;
}

engine_statistics cell_engine::statistics() const {
  engine_statistics result = totals();
  for (const auto& process : planes_) {
    result.planes.push_back(process->plane().statistics());
    result.cells += result.planes.back().cells;
    result.slots += result.planes.back().slots;
    result.bytes_replayed += result.planes.back().cells_replayed * parameters_.cell.value;
  }
  return result;
}

std::uint64_t cell_engine::cells_in(unsigned plane, base::port_id port) const {
  return planes_.at(plane)->plane().statistics().uplinks.at(port).cells;
}

std::uint64_t cell_engine::cells_out(unsigned plane, base::port_id port) const {
  return planes_.at(plane)->plane().statistics().downlinks.at(port).cells;
}

void cell_engine::audit() const {
  audit_bytes();
  const std::uint64_t slots_so_far = clock_.first_from(alink::now());
  for (const auto& process : planes_) {
    process->plane().audit();
    base::ensure(process->plane().statistics().slots <= slots_so_far,
                 "a plane worked for more slots than there were");
  }
}

}  // namespace sn::fabric
