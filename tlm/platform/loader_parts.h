// Parts that several kinds of platform files have, and the limits of their values.
#pragma once

#include <cstdint>
#include <limits>
#include <string>

#include "base/yaml_reader.h"
#include "platform/description.h"

namespace sn::platform {

// Limits that keep every sum and product of a description far from overflow, and, where a register
// of registers/*.rdl shows the value, within its field.
inline constexpr std::uint64_t unsigned_limit = std::numeric_limits<unsigned>::max();
inline constexpr base::bytes one_byte(1);
inline constexpr base::bytes capacity_limit(std::uint64_t{1} << 46U);
inline constexpr base::bytes_per_second one_byte_per_second(1);
inline constexpr base::bytes_per_second memory_bandwidth_limit(1'000'000'000'000'000);
inline constexpr base::bytes_per_second lane_rate_limit(1'000'000'000'000);
inline constexpr base::bytes_per_second network_rate_limit(1'000'000'000'000'000);
inline constexpr base::flops_per_second compute_rate_limit(1'000'000'000'000'000'000);
inline constexpr base::picoseconds latency_limit(1'000'000'000'000);
inline constexpr base::picoseconds one_nanosecond(1'000);
inline constexpr base::hertz one_hertz(1);
inline constexpr base::hertz clock_limit(100'000'000'000);
/// Nothing passes a link that errs like that.
inline constexpr double bit_error_rate_limit = 1e-2;
inline constexpr base::milliwatts accelerator_power_limit(65'535'000);

/// A whole number.
unsigned read_count(base::yaml_reader& map, const std::string& key, std::uint64_t min,
                    std::uint64_t max = unsigned_limit);
/// A part of a whole, above 0 and at most 1.
double read_fraction(base::yaml_reader& map, const std::string& key);
base::picoseconds read_latency(base::yaml_reader& map, const std::string& key);
base::bytes_per_second read_network_rate(base::yaml_reader& map, const std::string& key);
validation_status read_validation_status(base::yaml_reader& map);
/// The section "accelerator".
accelerator_parameters read_accelerator(base::yaml_reader map);

}  // namespace sn::platform
