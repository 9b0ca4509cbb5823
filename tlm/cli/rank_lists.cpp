#include "cli/rank_lists.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <sstream>

#include "base/error.h"
#include "base/file.h"
#include "workload/collective.h"

namespace sn::cli {

namespace {

constexpr std::uint32_t accelerator_limit = 4'000'000;

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> result;
  std::string part;
  std::istringstream from(text);
  while (std::getline(from, part, separator)) {
    result.push_back(part);
  }
  if (text.empty() || text.back() == separator) {
    result.emplace_back();
  }
  return result;
}

std::uint32_t number_from(const std::string& text, const std::string& all) {
  const bool digits = !text.empty() && text.size() <= 7 &&
                      text.find_first_not_of("0123456789") == std::string::npos;
  const std::uint32_t value = digits ? static_cast<std::uint32_t>(std::stoul(text)) : 0;
  if (!digits || value >= accelerator_limit) {
    throw base::configuration_error(
        "", 0, "--members", "expected groups of accelerators like 0-7/8-14:2,15,16,17, not " + all);
  }
  return value;
}

/// "3", "0-7" or "0-14:2".
void append_range(const std::string& text, const std::string& all, std::vector<std::uint32_t>& to) {
  const std::size_t dash = text.find('-');
  if (dash == std::string::npos) {
    to.push_back(number_from(text, all));
    return;
  }
  const std::size_t colon = text.find(':', dash);
  const std::uint32_t first = number_from(text.substr(0, dash), all);
  const std::uint32_t last = number_from(text.substr(dash + 1, colon - dash - 1), all);
  const std::uint32_t step =
      colon == std::string::npos ? 1 : number_from(text.substr(colon + 1), all);
  if (step == 0 || last < first) {
    number_from("", all);
  }
  for (std::uint32_t one = first; one <= last; one += step) {
    to.push_back(one);
  }
}

}  // namespace

std::vector<std::vector<std::uint32_t>> members_from(const std::string& text) {
  std::vector<std::vector<std::uint32_t>> groups;
  for (const std::string& group : split(text, '/')) {
    auto& members = groups.emplace_back();
    for (const std::string& part : split(group, ',')) {
      append_range(part, text, members);
    }
    if (members.size() != groups.front().size()) {
      throw base::configuration_error(
          "", 0, "--members",
          fmt::format("expected groups of one size, found {} and {} accelerators",
                      groups.front().size(), members.size()));
    }
  }
  return groups;
}

std::vector<std::uint64_t> parts_from(const std::string& file) {
  std::istringstream from(base::file_content(file, "--parts"));
  std::vector<std::uint64_t> parts;
  std::size_t width = 0;
  std::size_t rows = 0;
  std::string text;
  for (int line = 1; std::getline(from, text); ++line) {
    std::istringstream words(text.substr(0, text.find('#')));
    std::size_t count = 0;
    for (std::string word; words >> word; ++count) {
      const bool digits =
          word.size() <= 15 && word.find_first_not_of("0123456789") == std::string::npos;
      const std::uint64_t bytes = digits ? std::stoull(word) : 1;
      if (bytes % workload::element_size != 0) {
        throw base::configuration_error(
            file, line, "--parts",
            fmt::format("expected bytes in whole elements of {}, not {}", workload::element_size,
                        word));
      }
      parts.push_back(bytes / workload::element_size);
    }
    if (count == 0) {
      continue;
    }
    width = rows++ == 0 ? count : width;
    if (count != width) {
      throw base::configuration_error(
          file, line, "--parts", fmt::format("expected {} sizes as above, found {}", width, count));
    }
  }
  if (rows != width || rows < 2) {
    throw base::configuration_error(
        file, 0, "--parts",
        fmt::format("expected as many lines as sizes in each, two or more; found {} of {}", rows,
                    width));
  }
  if (std::all_of(parts.begin(), parts.end(), [](std::uint64_t one) { return one == 0; })) {
    throw base::configuration_error(file, 0, "--parts", "expected something to send");
  }
  return parts;
}

}  // namespace sn::cli
