#include "base/units.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <stdexcept>

#include "base/error.h"

namespace sn::base {

namespace {

/// A unit as people write it and how many base units it stands for: numerator / denominator.
struct unit {
  std::string_view name;
  std::uint64_t numerator;
  std::uint64_t denominator;
};

constexpr std::uint64_t kilo = 1'000;
constexpr std::uint64_t mega = 1'000'000;
constexpr std::uint64_t giga = 1'000'000'000;
constexpr std::uint64_t tera = 1'000'000'000'000;
constexpr std::uint64_t peta = 1'000'000'000'000'000;

constexpr std::array byte_units{
    unit{"B", 1, 1},
    unit{"kB", kilo, 1},
    unit{"MB", mega, 1},
    unit{"GB", giga, 1},
    unit{"TB", tera, 1},
    unit{"KiB", std::uint64_t{1} << 10U, 1},
    unit{"MiB", std::uint64_t{1} << 20U, 1},
    unit{"GiB", std::uint64_t{1} << 30U, 1},
    unit{"TiB", std::uint64_t{1} << 40U, 1},
};
constexpr std::array time_units{
    unit{"ps", 1, 1},    unit{"ns", kilo, 1}, unit{"us", mega, 1},
    unit{"ms", giga, 1}, unit{"s", tera, 1},
};
constexpr std::array bandwidth_units{
    unit{"B/s", 1, 1},       unit{"kB/s", kilo, 1},   unit{"MB/s", mega, 1},
    unit{"GB/s", giga, 1},   unit{"TB/s", tera, 1},   unit{"kbit/s", kilo, 8},
    unit{"Mbit/s", mega, 8}, unit{"Gbit/s", giga, 8}, unit{"Tbit/s", tera, 8},
};
constexpr std::array frequency_units{
    unit{"Hz", 1, 1},
    unit{"kHz", kilo, 1},
    unit{"MHz", mega, 1},
    unit{"GHz", giga, 1},
};
constexpr std::array power_units{
    unit{"mW", 1, 1},
    unit{"W", kilo, 1},
    unit{"kW", mega, 1},
    unit{"MW", giga, 1},
};
constexpr std::array compute_rate_units{
    unit{"GFLOPS", giga, 1},
    unit{"TFLOPS", tera, 1},
    unit{"PFLOPS", peta, 1},
};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

__extension__ using wide = unsigned __int128;
constexpr wide limit = ~std::uint64_t{0};

template <std::size_t Count>
std::uint64_t parse(std::string_view text, const std::array<unit, Count>& units,
                    const char* quantity_name) {
  const auto fail = [&](const std::string& reason) -> std::uint64_t {
    std::string names;
    for (const auto& u : units) {
      names += names.empty() ? "" : ", ";
      names += u.name;
    }
    throw std::invalid_argument(fmt::format("'{}' {}; expected {}: a number and one of {}", text,
                                            reason, quantity_name, names));
  };
  std::size_t at = 0;
  wide digits = 0;
  std::uint64_t scale = 1;
  bool any = false;
  bool fraction = false;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (is_digit(c)) {
      any = true;
      digits = digits * 10U + static_cast<unsigned>(c - '0');
      if (fraction) {
        scale *= 10U;
      }
      if (digits > limit || scale > peta) {
        return fail("has too many digits");
      }
    } else if (c == '.' && !fraction && any) {
      fraction = true;
    } else {
      break;
    }
  }
  if (!any) {
    return fail("does not start with a number");
  }
  while (at < text.size() && text[at] == ' ') {
    ++at;
  }
  const std::string_view name = text.substr(at);
  for (const auto& u : units) {
    if (u.name == name) {
      const wide numerator = digits * u.numerator;
      const wide denominator = wide{scale} * u.denominator;
      if (numerator % denominator != 0) {
        return fail(fmt::format("is not a whole number of {}", units[0].name));
      }
      const wide value = numerator / denominator;
      if (value > limit) {
        return fail("is too large");
      }
      return static_cast<std::uint64_t>(value);
    }
  }
  return fail(name.empty() ? "has no unit" : fmt::format("has the unknown unit '{}'", name));
}

/// `value` base units in the largest SI prefix that leaves at least 1, with up to four digits.
std::string scaled(std::uint64_t value, const char* const* prefixes, std::size_t count,
                   std::string_view unit_name) {
  double number = static_cast<double>(value);
  std::size_t prefix = 0;
  // 999.96 would be printed as 1000, so it belongs to the next prefix already.
  while (prefix + 1 < count && (number >= 1000.0 || fmt::format("{:.4g}", number) == "1000")) {
    number /= 1000.0;
    ++prefix;
  }
  if (number >= 1000.0) {
    return fmt::format("{:.0f} {}{}", number, prefixes[prefix], unit_name);
  }
  return fmt::format("{:.4g} {}{}", number, prefixes[prefix], unit_name);
}

constexpr const char* si[] = {"", "k", "M", "G", "T", "P", "E"};

}  // namespace

picoseconds from_seconds(double seconds) {
  constexpr double picoseconds_per_second = 1e12;
  return picoseconds(static_cast<std::uint64_t>(std::llround(seconds * picoseconds_per_second)));
}

picoseconds transfer_time(bytes amount, bytes_per_second rate) {
  ensure(rate.value != 0, "transfer_time: the rate is zero");
  const wide time = (wide{amount.value} * tera + rate.value - 1U) / rate.value;
  ensure(time <= limit, "transfer_time: longer than 213 days");
  return picoseconds(static_cast<std::uint64_t>(time));
}

bytes parse_bytes(std::string_view text) {
  return bytes(parse(text, byte_units, "a size"));
}
picoseconds parse_time(std::string_view text) {
  return picoseconds(parse(text, time_units, "a time"));
}
bytes_per_second parse_bandwidth(std::string_view text) {
  return bytes_per_second(parse(text, bandwidth_units, "a bandwidth"));
}
hertz parse_frequency(std::string_view text) {
  return hertz(parse(text, frequency_units, "a frequency"));
}
milliwatts parse_power(std::string_view text) {
  return milliwatts(parse(text, power_units, "a power"));
}
flops_per_second parse_compute_rate(std::string_view text) {
  return flops_per_second(parse(text, compute_rate_units, "a compute rate"));
}

std::string to_text(bytes amount) {
  constexpr std::uint64_t gibi = std::uint64_t{1} << 30U;
  if (amount.value >= gibi && amount.value % gibi == 0) {
    return fmt::format("{} GiB", amount.value / gibi);
  }
  return scaled(amount.value, si, std::size(si), "B");
}
std::string to_text(picoseconds time) {
  constexpr const char* prefixes[] = {"p", "n", "u", "m", ""};
  return scaled(time.value, prefixes, std::size(prefixes), "s");
}
std::string to_text(bytes_per_second rate) {
  return scaled(rate.value, si, std::size(si), "B/s");
}
std::string to_text(hertz frequency) {
  return scaled(frequency.value, si, std::size(si), "Hz");
}
std::string to_text(milliwatts power) {
  constexpr const char* prefixes[] = {"m", "", "k", "M", "G"};
  return scaled(power.value, prefixes, std::size(prefixes), "W");
}
std::string to_text(flops_per_second rate) {
  return scaled(rate.value, si, std::size(si), "FLOPS");
}

}  // namespace sn::base
