#include "base/trace.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"

namespace sn::base {

namespace {

/// Chrome traces count microseconds; three decimals are nanoseconds, six are picoseconds.
std::string microseconds(picoseconds time) {
  return fmt::format("{}.{:06}", time.value / 1'000'000U, time.value % 1'000'000U);
}

std::string quoted(const std::string& text) {
  return nlohmann::json(text).dump();
}

}  // namespace

trace::track_id trace::add_track(const std::string& group, const std::string& name) {
  const auto found = std::find(groups_.begin(), groups_.end(), group);
  const auto group_index = static_cast<std::uint32_t>(found - groups_.begin());
  if (found == groups_.end()) {
    groups_.push_back(group);
  }
  tracks_.push_back({group_index, name});
  return static_cast<track_id>(tracks_.size() - 1);
}

void trace::slice(track_id track, std::string_view name, picoseconds begin, picoseconds end) {
  if (enabled_) {
    ensure(end >= begin, "trace: a slice ends before it begins");
    events_.push_back({begin, end - begin, 0.0, track, intern(name), event_kind::slice});
  }
}

void trace::instant(track_id track, std::string_view name, picoseconds at) {
  if (enabled_) {
    events_.push_back({at, picoseconds(0), 0.0, track, intern(name), event_kind::instant});
  }
}

void trace::counter(track_id track, picoseconds at, double value) {
  if (enabled_) {
    events_.push_back({at, picoseconds(0), value, track, 0, event_kind::counter});
  }
}

std::uint32_t trace::intern(std::string_view name) {
  const auto [found, inserted] =
      name_index_.try_emplace(std::string(name), static_cast<std::uint32_t>(names_.size()));
  if (inserted) {
    names_.emplace_back(name);
  }
  return found->second;
}

std::string trace::to_json() const {
  std::string json = "{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n";
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    json += fmt::format(
        "{{\"ph\":\"M\",\"name\":\"process_name\",\"pid\":{0},\"args\":{{\"name\":{1}}}}},\n"
        "{{\"ph\":\"M\",\"name\":\"process_sort_index\",\"pid\":{0},\"args\":{{\"sort_index\":{0}}}"
        "}},\n",
        g + 1, quoted(groups_[g]));
  }
  for (std::size_t t = 0; t < tracks_.size(); ++t) {
    json += fmt::format(
        "{{\"ph\":\"M\",\"name\":\"thread_name\",\"pid\":{},\"tid\":{},\"args\":{{\"name\":{}}}}},"
        "\n",
        tracks_[t].group + 1, t + 1, quoted(tracks_[t].name));
  }
  std::vector<const event*> order;
  order.reserve(events_.size());
  for (const auto& e : events_) {
    order.push_back(&e);
  }
  std::stable_sort(order.begin(), order.end(),
                   [](const event* a, const event* b) { return a->begin < b->begin; });
  for (const event* e : order) {
    const place& row = tracks_[e->track];
    const std::string where = fmt::format("\"pid\":{},\"tid\":{},\"ts\":{}", row.group + 1,
                                          e->track + 1, microseconds(e->begin));
    switch (e->kind) {
      case event_kind::slice:
        json += fmt::format("{{\"ph\":\"X\",\"name\":{},{},\"dur\":{}}},\n",
                            quoted(names_[e->name]), where, microseconds(e->length));
        break;
      case event_kind::instant:
        json += fmt::format("{{\"ph\":\"i\",\"s\":\"t\",\"name\":{},{}}},\n",
                            quoted(names_[e->name]), where);
        break;
      case event_kind::counter:
        json += fmt::format("{{\"ph\":\"C\",\"name\":{},{},\"args\":{{\"value\":{}}}}},\n",
                            quoted(row.name), where, e->value);
        break;
    }
  }
  // A last event without a comma keeps the array valid JSON whatever came before.
  json += "{\"ph\":\"M\",\"name\":\"trace_end\",\"pid\":0,\"args\":{}}\n]}\n";
  return json;
}

}  // namespace sn::base
