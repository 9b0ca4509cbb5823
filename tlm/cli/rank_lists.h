// Who takes part in a collective, and how much each sends to each, as users write them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace sn::cli {

/// "0-7/8-14:2,15,16,17": groups of accelerators, separated by '/', of numbers and ranges with a
/// step. All groups are equally large. Throws base::configuration_error with the key "--members".
std::vector<std::vector<std::uint32_t>> members_from(const std::string& text);

/// A file with a line for each source and in it the bytes for each destination, as many as there
/// are lines; what follows a '#' is ignored. Whole elements of 4 bytes. Returns elements, source by
/// source. Throws base::configuration_error that names file and line.
std::vector<std::uint64_t> parts_from(const std::string& file);

}  // namespace sn::cli
