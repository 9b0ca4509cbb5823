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

constexpr unsigned bits_of_page = 12;

/// The shape of a scheme's tables.
struct table_shape {
  int levels;
  unsigned bits_of_level;
  unsigned entry_bytes;
  unsigned width;  ///< of a virtual address
};

table_shape shape_of(translation_mode scheme) {
  switch (scheme) {
    case translation_mode::sv32:
      return {2, 10, 4, 32};
    case translation_mode::sv39:
      return {3, 9, 8, 39};
    default:
      return {4, 9, 8, 48};
  }
}

/// An address of RV64 is the sign extension of its lower bits; one of RV32 has no others.
bool is_canonical(std::uint64_t address, const table_shape& shape) {
  const unsigned above = 64 - shape.width;
  return shape.width == 32 || static_cast<std::uint64_t>(
                                  static_cast<std::int64_t>(address << above) >> above) == address;
}

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
  if (context.scheme == translation_mode::bare) {
    return {walk_status::ok, address, true};
  }
  const table_shape shape = shape_of(context.scheme);
  if (!is_canonical(address, shape)) {
    return {walk_status::page_fault, 0, false};
  }

  std::uint64_t table = context.root;
  for (int level = shape.levels - 1; level >= 0; --level) {
    const unsigned shift = bits_of_page + shape.bits_of_level * static_cast<unsigned>(level);
    const std::uint64_t index = address >> shift & ((std::uint64_t{1} << shape.bits_of_level) - 1);
    const std::uint64_t where = table + index * shape.entry_bytes;
    std::uint64_t entry = 0;
    if (!debug &&
        !protection.allows(where, shape.entry_bytes, access_kind::load, privilege::supervisor)) {
      return {walk_status::access_fault, 0, false};
    }
    if (!memory.peek(where, shape.entry_bytes, entry)) {
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
      if (!protection.allows(where, shape.entry_bytes, access_kind::store, privilege::supervisor) ||
          memory.write(where, shape.entry_bytes, wanted) == access::fault) {
        return {walk_status::access_fault, 0, false};
      }
    }
    return {walk_status::ok, frame | (address & inside), (wanted & written) != 0};
  }
  return {walk_status::page_fault, 0, false};
}

}  // namespace sn::hart
