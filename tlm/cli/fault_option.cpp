#include "cli/fault_option.h"

#include <array>
#include <stdexcept>
#include <utility>

#include "base/error.h"
#include "base/units.h"

namespace sn::cli {

namespace {

using kind = platform::fabric_fault::kind;

/// An option and what its value looks like.
struct form {
  const char* key;
  kind what;
  const char* example;
};

constexpr form plane_form{"--kill-plane", kind::plane, "a plane and a time like 3@20us"};
constexpr form link_form{"--fail-link", kind::link, "a GPU, a plane and a time like gpu5:3@20us"};
constexpr form lanes_form{"--lose-lanes", kind::lanes,
                          "a GPU, a plane, lanes and a time like gpu5:3:2@20us"};

/// Takes a number of up to four digits from the front of `text`.
std::optional<unsigned> take_number(std::string& text) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  if (digits == 0 || digits > 4) {
    return std::nullopt;
  }
  const auto number = static_cast<unsigned>(std::stoul(text.substr(0, digits)));
  text.erase(0, digits);
  return number;
}

bool take(std::string& text, const std::string& word) {
  const bool there = text.compare(0, word.size(), word) == 0;
  text.erase(0, there ? word.size() : 0);
  return there;
}

/// The fault that `text` begins with; the rest, "@20us", stays.
std::optional<platform::fabric_fault> take_fault(const form& option, std::string& text) {
  platform::fabric_fault fault;
  fault.what = option.what;
  std::optional<unsigned> gpu;
  if (option.what != kind::plane) {
    gpu = take(text, "gpu") ? take_number(text) : std::nullopt;
    if (!gpu || !take(text, ":")) {
      return std::nullopt;
    }
    fault.endpoint = static_cast<base::endpoint_id>(*gpu);
  }
  const auto plane = take_number(text);
  if (!plane) {
    return std::nullopt;
  }
  fault.plane = *plane;
  if (option.what == kind::lanes) {
    const auto lanes = take(text, ":") ? take_number(text) : std::nullopt;
    if (!lanes) {
      return std::nullopt;
    }
    fault.lanes = *lanes;
  }
  return fault;
}

estimate::planned_fault read(const form& option, const std::string& given) {
  std::string text = given;
  const auto fault = take_fault(option, text);
  if (!fault || !take(text, "@")) {
    throw base::configuration_error("", 0, option.key,
                                    std::string("expected ") + option.example + ", not " + given);
  }
  try {
    return {*fault, base::parse_time(text)};
  } catch (const std::invalid_argument& error) {
    throw base::configuration_error("", 0, option.key, error.what());
  }
}

}  // namespace

void add_fault_options(CLI::App& command, fault_arguments& given) {
  CLI::Option* plane = command.add_option(
      plane_form.key, given.kill_plane,
      "P@TIME, like 3@20us: plane P of the first domain dies so long after the first "
      "collective, or the step, has begun");
  CLI::Option* link =
      command.add_option(link_form.key, given.fail_link,
                         "gpuN:P@TIME, like gpu5:3@20us: the link of GPU N to plane P breaks");
  CLI::Option* lanes = command.add_option(
      lanes_form.key, given.lose_lanes,
      "gpuN:P:L@TIME, like gpu5:3:2@20us: that link loses L lanes, trains anew and goes on with "
      "the largest power of two of those that are left");
  link->excludes(plane);
  lanes->excludes(plane);
  lanes->excludes(link);
}

std::optional<platform::fabric_fault> fault_named(const std::string& words) {
  std::string text = words;
  for (const auto& [word, form] : {std::pair<const char*, const cli::form*>{"plane ", &plane_form},
                                   {"link ", &link_form},
                                   {"lanes ", &lanes_form}}) {
    if (take(text, word)) {
      const auto fault = take_fault(*form, text);
      return text.empty() ? fault : std::nullopt;
    }
  }
  return std::nullopt;
}

std::optional<estimate::planned_fault> fault_of(const fault_arguments& given) {
  if (!given.kill_plane.empty()) {
    return read(plane_form, given.kill_plane);
  }
  if (!given.fail_link.empty()) {
    return read(link_form, given.fail_link);
  }
  if (!given.lose_lanes.empty()) {
    return read(lanes_form, given.lose_lanes);
  }
  return std::nullopt;
}

}  // namespace sn::cli
