// How a hart finds code and data: translation, protection, and the pages it remembers.
#include "hart/core.h"
#include "hart/csr.h"

namespace sn::hart {
namespace {

/// The view of memory_view that a mode uses.
constexpr unsigned view_of(privilege mode) {
  switch (mode) {
    case privilege::machine:
      return 0;
    case privilege::supervisor:
      return 1;
    default:
      return 2;
  }
}

exception page_fault(access_kind kind) {
  switch (kind) {
    case access_kind::fetch:
      return exception::instruction_page_fault;
    case access_kind::load:
      return exception::load_page_fault;
    default:
      return exception::store_page_fault;
  }
}

exception access_fault(access_kind kind) {
  switch (kind) {
    case access_kind::fetch:
      return exception::instruction_access_fault;
    case access_kind::load:
      return exception::load_access_fault;
    default:
      return exception::store_access_fault;
  }
}

constexpr bool crosses_page(std::uint64_t address, unsigned size) {
  return address % page_bytes + size > page_bytes;
}

}  // namespace

template <unsigned xlen_bits>
void core<xlen_bits>::update_mode() {
  paged_fetch_ = privilege_ != privilege::machine || pmp_.binds_machine();
  const privilege mode = data_mode();
  plain_data_ = mode == privilege::machine && !pmp_.binds_machine();
  memory_.select(view_of(mode));
}

template <unsigned xlen_bits>
void core<xlen_bits>::forget_translations() {
  for (unsigned view = 0; view < memory_view::views; ++view) {
    memory_.forget_pages(view);
    fetch_pages_.at(view).fill({});
  }
  mode_changed_ = true;
  attention_ = true;
  update_mode();
}

template <unsigned xlen_bits>
translation_context core<xlen_bits>::tables() const {
  translation_context context;
  if constexpr (xlen_bits == 32) {
    context.scheme = satp_ >> 31 != 0 ? translation_mode::sv32 : translation_mode::bare;
    context.root = (satp_ & csr::satp_ppn_32) * page_bytes;
  } else {
    context.scheme = static_cast<translation_mode>(satp_ >> 60);
    context.root = (satp_ & csr::satp_ppn_64) * page_bytes;
  }
  return context;
}

template <unsigned xlen_bits>
typename core<xlen_bits>::location core<xlen_bits>::locate(word address, unsigned size,
                                                           access_kind kind, privilege mode) {
  location found{address, {}, false, true};
  if (mode != privilege::machine && satp_ != 0) {
    translation_context context = tables();
    context.mode = mode;
    context.sum = (mstatus_ & csr::mstatus_sum) != 0;
    context.mxr = (mstatus_ & csr::mstatus_mxr) != 0;
    const walk_result walked = walk(memory_, pmp_, context, address, kind, false);
    if (walked.status != walk_status::ok) {
      found.faults = true;
      found.cause =
          walked.status == walk_status::page_fault ? page_fault(kind) : access_fault(kind);
      return found;
    }
    found.physical = walked.physical;
  }
  if (!pmp_.allows(found.physical, size, kind, mode)) {
    found.faults = true;
    found.cause = access_fault(kind);
  }
  found.whole_page = pmp_.is_uniform(found.physical & ~(page_bytes - 1), page_bytes);
  return found;
}

template <unsigned xlen_bits>
std::optional<std::uint64_t> core<xlen_bits>::translate(std::uint64_t virtual_address) {
  if (data_mode() == privilege::machine || satp_ == 0) {
    return virtual_address;
  }
  const walk_result walked =
      walk(memory_, pmp_, tables(), virtual_address, access_kind::load, true);
  return walked.status == walk_status::ok ? std::optional(walked.physical) : std::nullopt;
}

template <unsigned xlen_bits>
std::optional<code_place<xlen_bits>> core<xlen_bits>::locate_code(bool& keep) {
  code_place<xlen_bits> place{pc_, 0, true, 0};
  fetch_page& page = fetch_pages_[view_of(privilege_)][(pc_ / page_bytes) % fetch_entries];
  if (page.tag == pc_ / page_bytes) {
    place.physical = page.physical + pc_ % page_bytes;
    keep = true;
  } else {
    const location found = locate(pc_, 2, access_kind::fetch, privilege_);
    if (found.faults) {
      trap_on_fetch(found.cause, pc_);
      return std::nullopt;
    }
    place.physical = found.physical;
    keep = found.whole_page;
    if (keep) {
      page = {pc_ / page_bytes, found.physical & ~(page_bytes - 1)};
    }
  }
  // The second half of an instruction may lie in another page, or be protected otherwise.
  if (!keep || pc_ % page_bytes == page_bytes - 2) {
    std::uint32_t low = 0;
    if (memory_.fetch(place.physical, low) && (low & 3U) == 3U) {
      const word second = static_cast<word>(pc_ + 2);
      const location found = locate(second, 2, access_kind::fetch, privilege_);
      if (found.faults) {
        trap_on_fetch(found.cause, second);
        return std::nullopt;
      }
      place.second_half = found.physical;
      keep = false;
    }
  }
  return place;
}

template <unsigned xlen_bits>
const block<xlen_bits>* core<xlen_bits>::find_paged(bool single_step) {
  bool keep = false;
  const auto place = locate_code(keep);
  if (!place.has_value()) {
    return nullptr;
  }
  return keep && !single_step ? &blocks_.find(*place) : &blocks_.single(*place, !single_step);
}

template <unsigned xlen_bits>
access core<xlen_bits>::write_physical(std::uint64_t physical, unsigned size, std::uint64_t value) {
  const access outcome = memory_.write(physical, size, value);
  if (outcome == access::ok_in_code) {
    if (blocks_.remove(physical, size)) {
      code_removed_ = true;
      attention_ = true;
    }
    return access::ok;
  }
  return outcome;
}

template <unsigned xlen_bits>
access core<xlen_bits>::read_located(word address, unsigned size, std::uint64_t& value,
                                     word& failed, exception& cause) {
  const privilege mode = data_mode();
  failed = address;
  if (crosses_page(address, size)) {
    // Byte by byte: plain memory only.
    value = 0;
    for (unsigned i = 0; i < size; ++i) {
      failed = static_cast<word>(address + i);
      const location found = locate(failed, 1, access_kind::load, mode);
      if (found.faults) {
        cause = found.cause;
        return access::fault;
      }
      std::uint64_t part = 0;
      if (!memory_.allows_atomic(found.physical, 1)) {
        failed = address;
        cause = exception::load_address_misaligned;
        return access::fault;
      }
      memory_.read(found.physical, 1, part);
      value |= part << (8 * i);
    }
    return access::ok;
  }
  const location found = locate(address, size, access_kind::load, mode);
  if (found.faults) {
    cause = found.cause;
    return access::fault;
  }
  const access outcome = memory_.read(found.physical, size, value);
  if (outcome == access::ok && found.whole_page) {
    memory_.remember_read(address, found.physical);
  }
  cause = outcome == access::misaligned ? exception::load_address_misaligned
                                        : exception::load_access_fault;
  return outcome == access::misaligned ? access::fault : outcome;
}

template <unsigned xlen_bits>
access core<xlen_bits>::write_located(word address, unsigned size, std::uint64_t value,
                                      word& failed, exception& cause) {
  const privilege mode = data_mode();
  failed = address;
  if (crosses_page(address, size)) {
    // All bytes are looked for before the first is written.
    std::array<std::uint64_t, 8> physical{};
    for (unsigned i = 0; i < size; ++i) {
      failed = static_cast<word>(address + i);
      const location found = locate(failed, 1, access_kind::store, mode);
      if (found.faults) {
        cause = found.cause;
        return access::fault;
      }
      if (!memory_.allows_atomic(found.physical, 1)) {
        failed = address;
        cause = exception::store_address_misaligned;
        return access::fault;
      }
      physical.at(i) = found.physical;
    }
    for (unsigned i = 0; i < size; ++i) {
      write_physical(physical.at(i), 1, value >> (8 * i) & 0xff);
    }
    return access::ok;
  }
  const location found = locate(address, size, access_kind::store, mode);
  if (found.faults) {
    cause = found.cause;
    return access::fault;
  }
  const access outcome = write_physical(found.physical, size, value);
  if (outcome == access::ok && found.whole_page) {
    memory_.remember_write(address, found.physical);
  }
  cause = outcome == access::misaligned ? exception::store_address_misaligned
                                        : exception::store_access_fault;
  return outcome == access::misaligned ? access::fault : outcome;
}

template <unsigned xlen_bits>
bool core<xlen_bits>::load_slow(const step_type& s, word address, unsigned size,
                                std::uint64_t& value) {
  word failed = address;
  exception cause{};
  access outcome{};
  current_index_ = s.index;
  memory_.begin_access(s.pc);
  if (plain_data_) {
    outcome = memory_.read(address, size, value);
    memory_.remember_read(address, address);
    cause = outcome == access::misaligned ? exception::load_address_misaligned
                                          : exception::load_access_fault;
  } else {
    outcome = read_located(address, size, value, failed, cause);
  }
  current_index_ = 0;
  switch (outcome) {
    case access::fault:
    case access::misaligned:
      trap(s, cause, failed);
      return false;
    case access::retry:
      request_stop();
      leave_before(s);
      return false;
    default:
      look_for_watchpoint(watch_kind::read, address, size);
      return true;
  }
}

template <unsigned xlen_bits>
bool core<xlen_bits>::store_slow(const step_type& s, word address, unsigned size,
                                 std::uint64_t value) {
  word failed = address;
  exception cause{};
  access outcome{};
  current_index_ = s.index;
  memory_.begin_access(s.pc);
  if (plain_data_) {
    outcome = write_physical(address, size, value);
    memory_.remember_write(address, address);
    cause = outcome == access::misaligned ? exception::store_address_misaligned
                                          : exception::store_access_fault;
  } else {
    outcome = write_located(address, size, value, failed, cause);
  }
  current_index_ = 0;
  switch (outcome) {
    case access::fault:
    case access::misaligned:
      trap(s, cause, failed);
      return false;
    case access::retry:
      request_stop();
      leave_before(s);
      return false;
    default:
      look_for_watchpoint(watch_kind::write, address, size);
      return true;
  }
}

template <unsigned xlen_bits>
bool core<xlen_bits>::check_atomic(const step_type& s, word address, unsigned size, bool stores) {
  if (address % size != 0) {
    trap(s, stores ? exception::store_address_misaligned : exception::load_address_misaligned,
         address);
    return false;
  }
  std::uint64_t physical = address;
  if (!plain_data_) {
    const location found =
        locate(address, size, stores ? access_kind::store : access_kind::load, data_mode());
    if (found.faults) {
      trap(s, found.cause, address);
      return false;
    }
    physical = found.physical;
  }
  if (!memory_.allows_atomic(physical, size)) {
    trap(s, stores ? exception::store_access_fault : exception::load_access_fault, address);
    return false;
  }
  return true;
}

template class core<32>;
template class core<64>;

}  // namespace sn::hart
