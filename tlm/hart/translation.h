// Virtual memory: walks the page tables of Sv32, Sv39 and Sv48.
#pragma once

#include <cstdint>

#include "hart/memory_view.h"
#include "hart/pmp.h"
#include "hart/trap.h"

namespace sn::hart {

/// The page of virtual memory, and the smallest that is translated.
inline constexpr std::uint64_t page_bytes = 4096;

/// Values of satp.MODE; RV32 has one bit for it.
enum class translation_mode : unsigned { bare = 0, sv32 = 1, sv39 = 8, sv48 = 9 };

/// How a walk ended.
enum class walk_status {
  ok,
  page_fault,
  access_fault,  ///< a page table lies outside of memory or is protected
};

/// What decides about a translation besides the address.
struct translation_context {
  translation_mode scheme = translation_mode::bare;
  std::uint64_t root = 0;               ///< physical address of the first table
  privilege mode = privilege::machine;  ///< of the access: supervisor or user
  bool sum = false;                     ///< supervisor may load and store in pages of the user
  bool mxr = false;                     ///< loads from pages that may only be executed
};

/// Where a walk led to.
struct walk_result {
  walk_status status = walk_status::ok;
  std::uint64_t physical = 0;
  bool dirty = false;  ///< the page is marked as written
};

/// Translates `address` by the tables at `root` (privileged specification 1.12, section 4.3.2).
/// Sets the bits A and D of the leaf as hardware does, unless `debug`, which neither sets nor
/// checks anything but that there is a page. Tables must lie in plain memory.
walk_result walk(memory_view& memory, const pmp& protection, const translation_context& context,
                 std::uint64_t address, access_kind kind, bool debug);

}  // namespace sn::hart
