#include "network/live_flows.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace sn::network {

namespace {

constexpr double ps_per_second = 1e12;
/// Rates are sums and differences of doubles.
constexpr double rounding = 1e-9;
constexpr double longest_seconds = 1e6;

base::picoseconds after(base::picoseconds from, double seconds) {
  return from + base::picoseconds(static_cast<std::uint64_t>(std::ceil(seconds * ps_per_second)));
}

}  // namespace

bool live_flows::later(const appointment& a, const appointment& b) {
  return a.when != b.when ? a.when > b.when : a.flow > b.flow;
}

bool live_flows::fuller(const candidate& a, const candidate& b) {
  return a.share != b.share ? a.share > b.share : a.link > b.link;
}

void live_flows::solve_within(double seconds) {
  const double part = static_cast<double>(std::min<std::size_t>(open_, crowd)) / crowd;
  solve_at_ = std::min(solve_at_, after(now_, seconds * part));
}

std::uint32_t live_flows::line_of(link_id id) {
  const auto found = line_of_link_.emplace(id, static_cast<std::uint32_t>(links_.size()));
  if (found.second) {
    line& added = links_.emplace_back();
    added.id = id;
    added.rate = static_cast<double>(network_.link_at(id).rate.value);
    base::ensure(added.rate > 0.0, "a link that carries nothing");
  }
  return found.first->second;
}

void live_flows::begin(base::picoseconds when, std::uint32_t from, std::uint32_t to,
                       base::bytes bytes, std::uint64_t label) {
  base::ensure(from != to && bytes.value != 0, "a flow that goes nowhere or carries nothing");
  base::ensure(when == now_, "a flow that begins at another time than the present");
  way_.hops.clear();
  way_.latency = base::picoseconds(0);
  network_.append_route(from, to, way_);
  const std::uint32_t index = new_flow(static_cast<std::uint32_t>(way_.hops.size()));
  flow& one = flows_[index];
  one.left = static_cast<double>(bytes.value);
  one.since = when;
  flow_details& more = details_[index];
  more.label = label;
  more.bytes = bytes.value;
  more.begun = when;
  more.latency = way_.latency;
  more.place = static_cast<std::uint32_t>(live_.size());
  live_.push_back(index);
  ++open_;
  double alone = 0.0;  // seconds at an equal share of its most used link
  bool contended = false;
  std::uint32_t at = one.first_use;
  for (const hop& each : way_.hops) {
    const std::uint32_t l = line_of(each.link);
    line& there = links_[l];
    if (there.flows.empty()) {
      there.busy_since = when;
      there.used = 0.0;
      there.weight = 0.0;
    } else {
      contended = true;
    }
    uses_[at] = {l, each.part, static_cast<std::uint32_t>(there.flows.size())};
    there.flows.push_back({index, at});
    there.weight += each.part;
    alone = std::max(alone,
                     one.left * each.part * static_cast<double>(there.flows.size()) / there.rate);
    ++at;
  }
  take_leftover(one);
  expect_end(index);
  if (contended) {
    solve_within(alone / static_cast<double>(grain));
  }
}

/// A place for a flow that takes so many links.
std::uint32_t live_flows::new_flow(std::uint32_t uses) {
  std::uint32_t index = 0;
  if (free_.empty()) {
    index = static_cast<std::uint32_t>(flows_.size());
    flows_.emplace_back();
    details_.emplace_back();
  } else {
    index = free_.back();
    free_.pop_back();
  }
  if (details_[index].capacity < uses) {
    details_[index].capacity = uses;
    flows_[index].first_use = static_cast<std::uint32_t>(uses_.size());
    uses_.resize(uses_.size() + uses);
  }
  flows_[index].uses = uses;
  return index;
}

/// What its links have left.
void live_flows::take_leftover(flow& one) {
  double rate = std::numeric_limits<double>::max();
  for (std::uint32_t u = one.first_use; u < one.first_use + one.uses; ++u) {
    const use& each = uses_[u];
    const line& there = links_[each.link];
    rate = std::min(rate, (there.rate - there.used) / each.part);
  }
  // A way that uses a link twice takes it twice.
  one.rate = rate > 0.0 ? rate : 0.0;
  for (std::uint32_t u = one.first_use; u < one.first_use + one.uses; ++u) {
    const use& each = uses_[u];
    links_[each.link].used += one.rate * each.part;
  }
  for (std::uint32_t u = one.first_use; u < one.first_use + one.uses; ++u) {
    const use& each = uses_[u];
    line& there = links_[each.link];
    if (there.used > there.rate * (1.0 + rounding)) {
      for (std::uint32_t back = one.first_use; back < one.first_use + one.uses; ++back) {
        links_[uses_[back].link].used -= one.rate * uses_[back].part;
      }
      one.rate = 0.0;
      return;
    }
  }
}

void live_flows::expect_end(std::uint32_t index) {
  flow& one = flows_[index];
  ++one.turn;
  // With next to nothing it only waits for its share: its links are full, so rates will be solved.
  if (one.rate * longest_seconds > one.left) {
    ends_.push_back({after(one.since, one.left / one.rate), index, one.turn});
    std::push_heap(ends_.begin(), ends_.end(), later);
  }
}

void live_flows::drop_stale() {
  while (!ends_.empty() && flows_[ends_.front().flow].turn != ends_.front().turn) {
    std::pop_heap(ends_.begin(), ends_.end(), later);
    ends_.pop_back();
  }
}

base::picoseconds live_flows::next() const {
  if (open_ == 0) {
    return never;
  }
  // Of appointments that no longer hold the worst is a call of run() for nothing.
  const base::picoseconds end = ends_.empty() ? never : ends_.front().when;
  return std::min(end, solve_at_);
}

void live_flows::end(std::uint32_t index, std::vector<flow_end>& ended) {
  flow& one = flows_[index];
  const flow_details more = details_[index];
  bool contended = false;
  for (std::uint32_t u = one.first_use; u < one.first_use + one.uses; ++u) {
    const use& each = uses_[u];
    line& there = links_[each.link];
    there.used = std::max(0.0, there.used - one.rate * each.part);
    there.carried += static_cast<double>(more.bytes) * each.part;
    there.weight -= each.part;
    const visitor last = there.flows.back();
    there.flows[each.place] = last;
    uses_[last.use].place = each.place;
    there.flows.pop_back();
    if (there.flows.empty()) {
      there.busy += now_ - there.busy_since;
    } else {
      contended = true;
    }
  }
  live_[more.place] = live_.back();
  details_[live_.back()].place = more.place;
  live_.pop_back();
  --open_;
  ++one.turn;
  if (contended) {
    solve_within(base::to_seconds(now_ - more.begun) / static_cast<double>(patience));
  }
  if (open_ == 0) {
    solve_at_ = never;
    ends_.clear();
  }
  ended.push_back({more.label, now_, more.latency});
  free_.push_back(index);
}

void live_flows::run(base::picoseconds until, std::vector<flow_end>& ended) {
  base::ensure(until >= now_, "time that goes back");
  for (;;) {
    drop_stale();
    const base::picoseconds then = next();
    if (then > until) {
      break;
    }
    now_ = then;
    if (!ends_.empty() && ends_.front().when == then) {
      const std::uint32_t index = ends_.front().flow;
      std::pop_heap(ends_.begin(), ends_.end(), later);
      ends_.pop_back();
      end(index, ended);
    } else {
      solve();
    }
  }
  now_ = until;
}

/// All flows get faster together until a link is full, which decides those that take it, and so on.
void live_flows::solve() {
  ++solutions_;
  solve_at_ = never;
  for (const std::uint32_t index : live_) {
    flow& one = flows_[index];
    one.left = std::max(0.0, one.left - one.rate * base::to_seconds(now_ - one.since));
    one.since = now_;
    one.decided = false;
  }
  fullest_.clear();
  for (std::uint32_t l = 0; l < links_.size(); ++l) {
    line& each = links_[l];
    each.left = each.rate;
    each.open = each.weight;
    each.undecided = static_cast<std::uint32_t>(each.flows.size());
    if (each.undecided == 0) {
      continue;
    }
    fullest_.push_back({each.left / each.open, l});
  }
  std::make_heap(fullest_.begin(), fullest_.end(), fuller);
  while (!fullest_.empty()) {
    const candidate first = fullest_.front();
    std::pop_heap(fullest_.begin(), fullest_.end(), fuller);
    fullest_.pop_back();
    const line& full = links_[first.link];
    if (full.undecided == 0) {
      continue;
    }
    const double share = full.left / full.open;
    if (share > first.share) {
      fullest_.push_back({share, first.link});  // it has got a higher share since
      std::push_heap(fullest_.begin(), fullest_.end(), fuller);
      continue;
    }
    for (const visitor& one : full.flows) {
      if (!flows_[one.flow].decided) {
        decide(flows_[one.flow], share);
      }
    }
  }
  ends_.clear();
  for (line& each : links_) {
    each.used = each.flows.empty() ? 0.0 : each.rate - each.left;
  }
  for (const std::uint32_t index : live_) {
    flow& one = flows_[index];
    base::ensure(one.decided && one.rate > 0.0, "a flow that gets nothing");
    ++one.turn;
    ends_.push_back({after(now_, one.left / one.rate), index, one.turn});
  }
  std::make_heap(ends_.begin(), ends_.end(), later);
}

void live_flows::decide(flow& one, double rate) {
  one.rate = rate;
  one.decided = true;
  for (std::uint32_t u = one.first_use; u < one.first_use + one.uses; ++u) {
    const use& each = uses_[u];
    line& there = links_[each.link];
    there.left = std::max(0.0, there.left - rate * each.part);
    there.open -= each.part;
    --there.undecided;
  }
}

double live_flows::carried(link_id link) const {
  const auto found = line_of_link_.find(link);
  return found == line_of_link_.end() ? 0.0 : links_[found->second].carried;
}

void live_flows::audit() const {
  for (const line& each : links_) {
    const base::picoseconds busy =
        each.busy + (each.flows.empty() ? base::picoseconds(0) : now_ - each.busy_since);
    // Ends are rounded up to a picosecond.
    base::ensure(each.carried <= each.rate * (base::to_seconds(busy) + 1e-12) * (1.0 + 1e-6),
                 "a link carried more than its rate");
  }
}

}  // namespace sn::network
