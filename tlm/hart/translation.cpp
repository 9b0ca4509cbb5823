#include "hart/translation.h"

namespace sn::hart {
namespace {

constexpr std::uint64_t valid = 1U << 0;
constexpr std::uint64_t readable = 1U << 1;
constexpr std::uint64_t writable = 1U << 2;
constexpr std::uint64_t executable = 1U << 3;
constexpr std::uint64_t of_user = 1U << 4;
constexpr std::uint64_t accessed = 1U << 6;
constexpr std::uint64_t written = 1U << 7;
/// Bits that must be zero without Svnapot and Svpbmt.
constexpr std::uint64_t reserved = std::uint64_t{0x3ff} << 54;

constexpr std::uint64_t entry_bytes = 8;
constexpr unsigned bits_of_level = 9;
constexpr unsigned bits_of_page = 12;

bool is_permitted(std::uint64_t entry, const translation_context& context, access_kind kind) {
  const bool users = (entry & of_user) != 0;
  if (context.mode == privilege::user) {
    if (!users) {
      return false;
    }
  } else if (users && (kind == access_kind::fetch || !context.sum)) {
    return false;
  }
  switch (kind) {
    case access_kind::fetch:
      return (entry & executable) != 0;
    case access_kind::load:
      return (entry & readable) != 0 || (context.mxr && (entry & executable) != 0);
    default:
      return (entry & writable) != 0;
  }
}

}  // namespace

walk_result walk(memory_view& memory, const pmp& protection, const translation_context& context,
                 std::uint64_t address, access_kind kind, bool debug) {
  const auto mode = static_cast<translation_mode>(context.satp >> 60);
  if (mode == translation_mode::bare) {
    return {walk_status::ok, address, true};
  }
  const int levels = mode == translation_mode::sv48 ? 4 : 3;
  const unsigned width = bits_of_page + bits_of_level * static_cast<unsigned>(levels);
  // An address is the sign extension of its lower bits.
  const unsigned above = 64 - width;
  const auto extended =
      static_cast<std::uint64_t>(static_cast<std::int64_t>(address << above) >> above);
  if (extended != address) {
    return {walk_status::page_fault, 0, false};
  }

  std::uint64_t table = (context.satp & ((std::uint64_t{1} << 44) - 1)) * page_bytes;
  for (int level = levels - 1; level >= 0; --level) {
    const unsigned shift = bits_of_page + bits_of_level * static_cast<unsigned>(level);
    const std::uint64_t where = table + (address >> shift & 0x1ff) * entry_bytes;
    std::uint64_t entry = 0;
    if (!debug &&
        !protection.allows(where, entry_bytes, access_kind::load, privilege::supervisor)) {
      return {walk_status::access_fault, 0, false};
    }
    if (!memory.peek(where, entry)) {
      return {walk_status::access_fault, 0, false};
    }
    if ((entry & valid) == 0 || (entry & (readable | writable)) == writable ||
        (entry & reserved) != 0) {
      return {walk_status::page_fault, 0, false};
    }
    const std::uint64_t frame = (entry >> 10 & ((std::uint64_t{1} << 44) - 1)) * page_bytes;
    if ((entry & (readable | executable)) == 0) {
      if ((entry & (of_user | accessed | written)) != 0) {
        return {walk_status::page_fault, 0, false};  // reserved in pointers
      }
      table = frame;
      continue;
    }
    const std::uint64_t inside = (std::uint64_t{1} << shift) - 1;
    if ((frame & inside) != 0 || (!debug && !is_permitted(entry, context, kind))) {
      return {walk_status::page_fault, 0, false};
    }
    const std::uint64_t wanted =
        entry | accessed | (kind == access_kind::store ? written : std::uint64_t{0});
    if (!debug && wanted != entry) {
      if (!protection.allows(where, entry_bytes, access_kind::store, privilege::supervisor) ||
          memory.write(where, entry_bytes, wanted) == access::fault) {
        return {walk_status::access_fault, 0, false};
      }
    }
    return {walk_status::ok, frame | (address & inside), (wanted & written) != 0};
  }
  return {walk_status::page_fault, 0, false};
}

}  // namespace sn::hart
