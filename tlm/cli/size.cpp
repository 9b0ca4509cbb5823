#include "cli/size.h"

#include <map>

#include "base/error.h"

namespace sn::cli {

base::bytes size_from(const std::string& text, const char* key) {
  const std::map<char, unsigned> shifts{{'K', 10}, {'M', 20}, {'G', 30}};
  std::size_t digits = 0;
  unsigned long long count = 0;
  try {
    count = std::stoull(text, &digits);
  } catch (const std::exception&) {
    digits = 0;
  }
  const auto shift = digits + 1 == text.size() ? shifts.find(text.back()) : shifts.end();
  const unsigned places = shift == shifts.end() ? 0 : shift->second;
  const bool whole = digits == text.size() || shift != shifts.end();
  constexpr unsigned bits = 48;
  if (digits == 0 || text.front() < '0' || text.front() > '9' || !whole ||
      count >> (bits - places) != 0) {
    throw base::configuration_error(
        "", 0, key, "expected a size like 8, 64K, 1M or 1G, below 256T, not " + text);
  }
  return base::bytes(count << places);
}

}  // namespace sn::cli
