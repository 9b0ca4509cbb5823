#include "observe/register_trace.h"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <charconv>
#include <sstream>

#include "base/error.h"

namespace sn::observe {
namespace {

/// A number as in C: 4096 or 0x1000.
bool parse(std::string text, std::uint64_t& value) {
  int base = 10;
  if (text.compare(0, 2, "0x") == 0) {
    text.erase(0, 2);
    base = 16;
  }
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value, base);
  return error == std::errc() && stopped == end && !text.empty();
}

std::vector<hart::address_range> ranges_of(const std::string& chosen, const observed_hart& hart) {
  std::vector<hart::address_range> ranges;
  std::istringstream parts(chosen);
  for (std::string part; std::getline(parts, part, ',');) {
    hart::address_range range;
    const std::size_t dash = part.find('-');
    if (dash != std::string::npos && parse(part.substr(0, dash), range.first) &&
        parse(part.substr(dash + 1), range.last) && range.first <= range.last) {
      ranges.push_back(range);
      continue;
    }
    const std::size_t before = ranges.size();
    for (const soc::address_window& each : hart.devices) {
      if (fnmatch(part.c_str(), each.name.c_str(), 0) == 0) {
        ranges.push_back({each.base, each.base + (each.size - 1)});
      }
    }
    if (ranges.size() == before) {
      std::string known;
      for (const soc::address_window& each : hart.devices) {
        known += (known.empty() ? "" : ", ") + each.name;
      }
      throw base::configuration_error(
          "", 0, "trace-registers",
          fmt::format("'{}', expected FIRST-LAST or what names one of {}", part, known));
    }
  }
  return ranges;
}

}  // namespace

register_trace::register_trace(const observed_hart& hart, const std::string& chosen,
                               std::ostream& out)
    : name_(hart.name),
      module_(*hart.module),
      out_(out),
      functions_(hart.symbols),
      devices_(hart.devices) {
  module_.core().observe_accesses(this, ranges_of(chosen, hart));
}

void register_trace::on_access(const hart::done_access& done) {
  const auto device = std::find_if(
      devices_.begin(), devices_.end(),
      [&](const soc::address_window& each) { return done.address - each.base < each.size; });
  std::string where = fmt::format("{:x}", done.address);
  if (device != devices_.end()) {
    where = fmt::format("{}+{:x} ({})", device->name, done.address - device->base, where);
  }
  const std::string name = functions_.describe(done.pc);
  out_ << fmt::format("{} {} {:x}{} {} {} byte{} {}: {}\n", seconds(module_.local_time()), name_,
                      done.pc, name.empty() ? "" : fmt::format(" <{}>", name),
                      done.is_write ? "writes" : "reads", done.size, done.size == 1 ? "" : "s",
                      where, done.failed ? "refused" : fmt::format("{:x}", done.value));
}

}  // namespace sn::observe
