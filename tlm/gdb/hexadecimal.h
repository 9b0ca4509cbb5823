// Numbers and bytes as GDB's remote protocol writes them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sn::gdb {

/// Bytes as pairs of hexadecimal digits.
std::string to_hex(const void* data, std::size_t size);
/// The low `bytes` bytes of a register, least significant first.
std::string to_hex_little_endian(std::uint64_t value, unsigned bytes);
/// The bytes of pairs of digits; nothing if `text` is anything else.
std::optional<std::string> from_hex(std::string_view text);
/// The register that exactly `bytes` pairs of digits hold, least significant byte first.
std::optional<std::uint64_t> register_from_hex(std::string_view text, unsigned bytes);

/// Takes a number of 1 to 16 digits, most significant first, from the front of `text`.
std::optional<std::uint64_t> take_number(std::string_view& text);
/// Takes `expected` from the front of `text`; false if it is not there.
bool take(std::string_view& text, std::string_view expected);

}  // namespace sn::gdb
