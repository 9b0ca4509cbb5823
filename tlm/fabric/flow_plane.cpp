#include "fabric/flow_plane.h"

#include <algorithm>

#include "base/error.h"

namespace sn::fabric {
namespace {

using base::port_set;

std::vector<max_min::rate> capacities(const flow_plane_parameters& parameters) {
  std::vector<max_min::rate> result;
  for (const std::uint8_t slots : parameters.slots_per_cell) {
    base::ensure(slots >= 1, "a port needs at least one slot for a cell");
    result.push_back(max_min::one_cell_per_slot / slots);
  }
  return result;
}

constexpr std::uint64_t to_fluid(std::uint32_t cells) {
  return std::uint64_t{cells} << 32U;
}

}  // namespace

flow_plane::flow_plane(const flow_plane_parameters& parameters)
    : parameters_(parameters),
      ports_(parameters.slots_per_cell.size()),
      slots_per_cell_(parameters.slots_per_cell),
      rates_(capacities(parameters)),
      contention_(static_cast<unsigned>(ports_), parameters.iterations),
      flows_(ports_ * ports_),
      starting_(ports_),
      flowing_(ports_),
      row_end_(ports_, never),
      turn_(ports_),
      next_turn_(ports_),
      uplinks_(ports_),
      downlinks_(ports_) {
  base::ensure(parameters_.bin_slots >= 1, "bins last");
}

bool flow_plane::later(const beginning& a, const beginning& b) {
  if (a.slot != b.slot) {
    return a.slot > b.slot;
  }
  return a.input != b.input ? a.input > b.input : a.output > b.output;
}

void flow_plane::inject(const flow_injection& arriving) {
  base::ensure(arriving.slot >= now_, "a share is injected into the past of a plane");
  base::ensure(inbox_.empty() || arriving.slot >= inbox_.back().slot,
               "shares are injected out of order");
  base::ensure(arriving.input < ports_ && arriving.output < ports_,
               "a share names a port that the plane does not have");
  base::ensure(arriving.cells != 0, "a share carries nothing");
  inbox_.push_back(arriving);
  ++open_shares_;
}

std::uint64_t flow_plane::next_slot() const {
  std::uint64_t next = solve_at_;
  if (inbox_head_ != inbox_.size()) {
    next = std::min(next, inbox_[inbox_head_].slot);
  }
  if (!beginnings_.empty()) {
    next = std::min(next, beginnings_.front().slot);
  }
  for (const std::uint64_t end : row_end_) {
    next = std::min(next, end);
  }
  return next;
}

void flow_plane::run(std::uint64_t until, std::vector<plane_completion>& done) {
  while (!idle()) {
    const std::uint64_t next = next_slot();
    if (next >= until) {
      return;
    }
    step(next, done);
  }
}

void flow_plane::step(std::uint64_t slot, std::vector<plane_completion>& done) {
  advance(slot);
  if (inbox_head_ != inbox_.size()) {
    take_inbox();
  }
  end_shares(done);
  begin_flows();
  if (solve_at_ <= now_) {
    solve();
  }
  if (idle()) {
    remove_drained();
  }
}

/// Time passes in which nothing changes.
void flow_plane::advance(std::uint64_t slot) {
  const bool busy = total_rate_ != 0 || !beginnings_.empty();
  if (!busy) {
    busy_since_ = slot;
    now_ = slot;
    return;
  }
  busy_slots_ += slot - now_;
  const std::uint64_t last_bin = slot / parameters_.bin_slots;
  if (last_bin >= cells_per_bin_.size()) {
    cells_per_bin_.resize(last_bin + 1);
  }
  while (now_ != slot) {
    const std::uint64_t bin = now_ / parameters_.bin_slots;
    const std::uint64_t until = std::min(slot, (bin + 1) * parameters_.bin_slots);
    cells_per_bin_[bin] += total_rate_ * (until - now_);
    now_ = until;
  }
}

void flow_plane::take_inbox() {
  while (inbox_head_ != inbox_.size() && inbox_[inbox_head_].slot == now_) {
    const flow_injection& injection = inbox_[inbox_head_++];
    std::uint32_t index = free_share_;
    if (index == no_share) {
      index = static_cast<std::uint32_t>(shares_.size());
      shares_.emplace_back();
    } else {
      free_share_ = shares_[index].next;
    }
    shares_[index] = {injection.burst, injection.cells, no_share, injection.counts_up,
                      injection.counts_down};

    const unsigned input = injection.input;
    const unsigned output = injection.output;
    flow& one = flow_of(input, output);
    if (one.head != no_share) {
      shares_[one.last].next = index;
    } else {
      one.head = index;
      if (rates_.contains(input, output)) {
        // It has ended and nobody has taken its rate yet: it goes on.
        flowing_[input].set(output);
        total_rate_ += counted(output, one.rate);
        occupy(uplinks_[input]);
        occupy(downlinks_[output]);
        start_head(one, 0);
        row_end_[input] = std::min(row_end_[input], one.end);
      } else {
        starting_[input].set(output);
        inputs_starting_.set(input);
        contention_.come(input, output, now_);
      }
    }
    one.last = index;
  }
  if (inbox_head_ == inbox_.size()) {
    inbox_.clear();
    inbox_head_ = 0;
  }
  inputs_starting_.for_each([this](unsigned input) { take_turns(input); });
  inputs_starting_ = port_set();
}

/// Each flow that starts begins when the round robin of its source comes to it.
void flow_plane::take_turns(unsigned input) {
  port_set takes_turns = starting_[input];
  if (rates_.limits(input)) {
    flowing_[input].for_each([&](unsigned output) {
      if (flow_of(input, output).rate == rates_.level(input)) {
        takes_turns.set(output);
      }
    });
  }
  std::uint64_t slot = now_;
  unsigned at = turn_[input];
  while (starting_[input].any()) {
    const unsigned output = takes_turns.next_from(at);
    takes_turns.reset(output);
    at = (output + 1) % base::port_limit;
    if (starting_[input].test(output)) {
      starting_[input].reset(output);
      beginnings_.push_back(
          {slot, static_cast<std::uint16_t>(input), static_cast<std::uint16_t>(output), false});
      std::push_heap(beginnings_.begin(), beginnings_.end(), later);
    }
    slot += slots_per_cell_[input];
  }
  turn_[input] = static_cast<std::uint8_t>(at);
}

void flow_plane::end_shares(std::vector<plane_completion>& done) {
  for (unsigned input = 0; input < ports_; ++input) {
    if (row_end_[input] <= now_) {
      flowing_[input].for_each([&](unsigned output) {
        while (flow_of(input, output).end <= now_) {
          end_head(input, output, done);
        }
      });
      set_row_end(input);
    }
  }
}

void flow_plane::end_head(unsigned input, unsigned output, std::vector<plane_completion>& done) {
  flow& one = flow_of(input, output);
  const std::uint32_t index = one.head;
  share& ended = shares_[index];
  done.push_back({ended.burst, now_});
  uplinks_[input].cells += ended.counts_up ? ended.cells : 0;
  downlinks_[output].cells += ended.counts_down ? ended.cells : 0;
  ++uplinks_[input].shares;
  ++downlinks_[output].shares;
  one.head = ended.next;
  ended.next = free_share_;
  free_share_ = index;
  --open_shares_;
  if (one.head == no_share) {
    drain(input, output);
    return;
  }
  // What flowed of the last slot beyond the end is the next one's.
  const std::uint64_t flowed = one.rate * (now_ - one.since);
  start_head(one, flowed > one.left ? flowed - one.left : 0);
}

/// A flow has nothing left. Its rate stays taken until the next solution.
void flow_plane::drain(unsigned input, unsigned output) {
  flow& one = flow_of(input, output);
  one.end = never;
  total_rate_ -= counted(output, one.rate);
  flowing_[input].reset(output);
  if (flowing_[input].none()) {
    turn_[input] = static_cast<std::uint8_t>((output + 1) % base::port_limit);
  }
  vacate(uplinks_[input]);
  vacate(downlinks_[output]);
  drained_.push_back({static_cast<std::uint16_t>(input), static_cast<std::uint16_t>(output)});
  solve_at_ = std::min(solve_at_, std::max(now_, solved_at_ + (now_ - busy_since_) / patience));
}

void flow_plane::begin_flows() {
  while (!beginnings_.empty() && beginnings_.front().slot <= now_) {
    std::pop_heap(beginnings_.begin(), beginnings_.end(), later);
    beginning& next = beginnings_.back();
    if (!next.granted) {
      const bool once = shares_[flow_of(next.input, next.output).head].cells == 1;
      contention_.ask(next.input, next.output, now_, once);
      if (once) {
        std::uint64_t& turn = next_turn_[next.output];
        next.slot = std::max(turn, now_);
        turn = next.slot + slots_per_cell_[next.output];
        next.granted = true;
        std::push_heap(beginnings_.begin(), beginnings_.end(), later);
        continue;
      }
    }
    begin(next.input, next.output);
    beginnings_.pop_back();
  }
}

void flow_plane::begin(unsigned input, unsigned output) {
  flow& one = flow_of(input, output);
  const bool may_wait = uplinks_[input].flows != 0 || downlinks_[output].flows != 0;
  const std::uint64_t wait = may_wait ? shares_[one.head].cells / grain : 0;
  solve_at_ = std::min(solve_at_, now_ + wait);
  rates_.add(input, output);
  flowing_[input].set(output);
  occupy(uplinks_[input]);
  occupy(downlinks_[output]);
  one.rate = 0;
  start_head(one, 0);
}

void flow_plane::remove_drained() {
  for (const pair& ended : drained_) {
    // It may have gone on since, or have ended twice.
    if (!flowing_[ended.input].test(ended.output) && rates_.contains(ended.input, ended.output)) {
      rates_.remove(ended.input, ended.output);
      contention_.withdraw(ended.input, ended.output);
      flow_of(ended.input, ended.output).rate = 0;
    }
  }
  drained_.clear();
  solve_at_ = never;
}

void flow_plane::solve() {
  remove_drained();
  solved_at_ = now_;
  while (rates_.gather()) {
    contention_.limit(rates_);
    rates_.solve();
    rates_.gathered_inputs().for_each([this](unsigned input) { take_rates(input); });
  }
}

void flow_plane::take_rates(unsigned input) {
  flowing_[input].for_each([&](unsigned output) {
    flow& one = flow_of(input, output);
    const max_min::rate rate = rates_.rate_of(input, output);
    if (rate != one.rate) {
      const std::uint64_t flowed = one.rate * (now_ - one.since);
      one.left -= std::min(one.left, flowed);
      one.since = now_;
      total_rate_ += counted(output, rate) - counted(output, one.rate);
      one.rate = rate;
      predict(one);
    }
  });
  set_row_end(input);
}

/// The head begins to flow now; `ahead` of it, in 2^-32 cells, has flowed already.
void flow_plane::start_head(flow& one, std::uint64_t ahead) {
  const std::uint64_t all = to_fluid(shares_[one.head].cells);
  one.left = all - std::min(all, ahead);
  one.since = now_;
  predict(one);
}

void flow_plane::predict(flow& one) const {
  if (one.left <= tolerance) {
    one.end = one.since;
  } else if (one.rate == 0) {
    one.end = never;
  } else {
    one.end = one.since + (one.left - tolerance + one.rate - 1) / one.rate;
  }
}

void flow_plane::set_row_end(unsigned input) {
  std::uint64_t earliest = never;
  flowing_[input].for_each(
      [&](unsigned output) { earliest = std::min(earliest, flow_of(input, output).end); });
  row_end_[input] = earliest;
}

void flow_plane::occupy(line& one) const {
  if (one.flows++ == 0) {
    one.since = now_;
  }
}

void flow_plane::vacate(line& one) const {
  if (--one.flows == 0) {
    one.slots += now_ - one.since;
  }
}

plane_statistics flow_plane::statistics() const {
  plane_statistics result;
  result.slots = busy_slots_;
  for (unsigned port = 0; port < ports_; ++port) {
    const auto carried = [&](const line& one) {
      link_statistics link;
      link.cells = one.cells;
      link.busy_slots = one.cells * parameters_.slots_per_cell[port];
      return link;
    };
    result.uplinks.push_back(carried(uplinks_[port]));
    result.downlinks.push_back(carried(downlinks_[port]));
    result.cells += downlinks_[port].cells;
  }
  for (const std::uint64_t fluid : cells_per_bin_) {
    result.cells_per_bin.push_back(static_cast<std::uint32_t>(fluid >> 32U));
  }
  return result;
}

void flow_plane::reset_statistics() {
  base::ensure(idle(), "the statistics of a plane are reset while it works");
  busy_slots_ = 0;
  uplinks_.assign(ports_, line());
  downlinks_.assign(ports_, line());
  cells_per_bin_.clear();
}

void flow_plane::audit() const {
  for (unsigned port = 0; port < ports_; ++port) {
    audit_line(uplinks_[port], port);
    audit_line(downlinks_[port], port);
  }
  std::vector<max_min::rate> down(ports_);
  for (unsigned input = 0; input < ports_; ++input) {
    max_min::rate up = 0;
    flowing_[input].for_each([&](unsigned output) {
      up += flow_of(input, output).rate;
      down[output] += flow_of(input, output).rate;
    });
    base::ensure(up * slots_per_cell_[input] <= max_min::one_cell_per_slot,
                 "an uplink carries more than its line rate");
  }
  for (unsigned output = 0; output < ports_; ++output) {
    base::ensure(down[output] * slots_per_cell_[output] <= max_min::one_cell_per_slot,
                 "a downlink carries more than its line rate");
  }
}

void flow_plane::audit_line(const line& one, unsigned port) const {
  const std::uint64_t had_flows = one.slots + (one.flows != 0 ? now_ - one.since : 0);
  const std::uint64_t width = parameters_.slots_per_cell[port];
  // Every share may have ended a tolerance early.
  const std::uint64_t slack = ((one.shares * tolerance * width) >> 32U) + 1;
  base::ensure(one.cells * width <= had_flows + slack, "a link carried more than its line rate");
}

}  // namespace sn::fabric
