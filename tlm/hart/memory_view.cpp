#include "hart/memory_view.h"

#include <algorithm>
#include <cstring>
#include <new>

namespace sn::hart {
namespace {

access to_access(bus_status status) {
  switch (status) {
    case bus_status::ok:
      return access::ok;
    case bus_status::retry:
      return access::retry;
    default:
      return access::fault;
  }
}

}  // namespace

memory_view::lazy_bytes memory_view::make_lazy_bytes(std::uint64_t count) {
  lazy_bytes bytes(static_cast<std::uint8_t*>(std::calloc(count, 1)));
  if (bytes == nullptr) {
    throw std::bad_alloc();
  }
  return bytes;
}

memory_view::window* memory_view::find_window(std::uint64_t address, unsigned size) {
  if (last_window_ < windows_.size() && windows_[last_window_].contains(address, size)) {
    return &windows_[last_window_];
  }
  for (std::size_t i = 0; i < windows_.size(); ++i) {
    if (windows_[i].contains(address, size)) {
      last_window_ = i;
      return &windows_[i];
    }
  }
  const direct_window found = bus_.direct(address);
  window candidate{found, nullptr, nullptr};
  if (!candidate.contains(address, size)) {
    return nullptr;
  }
  candidate.code_lines = make_lazy_bytes(found.size / line_size + 1);
  candidate.code_pages = make_lazy_bytes(found.size / page_size + 1);
  last_window_ = windows_.size();
  windows_.push_back(std::move(candidate));
  return &windows_.back();
}

void memory_view::remember_page(page_table& pages, const window& found,
                                std::uint64_t virtual_address, std::uint64_t physical) {
  const std::uint64_t first = physical & ~(page_size - 1);
  const std::uint64_t offset = first - found.memory.base;
  if (offset >= found.memory.size || found.memory.size - offset < page_size) {
    return;  // the window covers the page only in part
  }
  const std::uint64_t tag = virtual_address & ~(page_size - 1);
  for (const watchpoint& each : watchpoints_) {
    if (each.overlaps(tag, page_size)) {
      return;
    }
  }
  if (is_observed(physical & ~(page_size - 1), page_size)) {
    return;
  }
  pages[(tag / page_size) % page_entries] = {tag, found.memory.host + offset};
}

void memory_view::remember_read(std::uint64_t virtual_address, std::uint64_t physical) {
  if (const window* found = find_window(physical, 1); found != nullptr) {
    remember_page(*read_, *found, virtual_address, physical);
  }
}

void memory_view::remember_write(std::uint64_t virtual_address, std::uint64_t physical) {
  const window* found = find_window(physical, 1);
  const std::uint64_t first = physical & ~(page_size - 1);
  if (store_watch_.has_value() && store_watch_->overlaps(first, page_size)) {
    return;
  }
  if (found != nullptr && found->memory.writable &&
      found->code_pages[(physical - found->memory.base) / page_size] == 0) {
    remember_page(*write_, *found, virtual_address, physical);
  }
}

void memory_view::forget_pages(unsigned view) {
  read_pages_.at(view).fill({});
  write_pages_.at(view).fill({});
}

bool memory_view::peek(std::uint64_t address, unsigned size, std::uint64_t& value) {
  const window* found = find_window(address, size);
  if (found == nullptr) {
    return false;
  }
  value = 0;
  std::memcpy(&value, found->memory.host + (address - found->memory.base), size);
  return true;
}

void memory_view::observe_accesses(access_observer* watching, std::vector<address_range> ranges) {
  observer_ = watching;
  observed_ = std::move(ranges);
  for (unsigned view = 0; view < views; ++view) {
    forget_pages(view);
  }
}

void memory_view::watch_stores(store_watch watch) {
  store_watch_ = std::move(watch);
  for (unsigned view = 0; view < views; ++view) {
    forget_pages(view);
  }
}

bool memory_view::is_observed(std::uint64_t address, std::uint64_t size) const {
  return observer_ != nullptr &&
         std::any_of(observed_.begin(), observed_.end(), [&](const address_range& each) {
           return address <= each.last && address + (size - 1) >= each.first;
         });
}

void memory_view::show(std::uint64_t address, unsigned size, std::uint64_t value, bool is_write,
                       access outcome) const {
  if (outcome != access::retry && outcome != access::misaligned && is_observed(address, size)) {
    observer_->on_access({access_pc_, address, size, value, is_write, outcome == access::fault});
  }
}

access memory_view::read(std::uint64_t address, unsigned size, std::uint64_t& value) {
  const access outcome = read_unseen(address, size, value);
  show(address, size, value, false, outcome);
  return outcome;
}

access memory_view::write(std::uint64_t address, unsigned size, std::uint64_t value) {
  const bool watched = store_watch_.has_value() && store_watch_->overlaps(address, size);
  if (watched && !store_watch_->may_store()) {
    return access::retry;
  }
  const access outcome = write_unseen(address, size, value);
  show(address, size, value, true, outcome);
  if (watched && (outcome == access::ok || outcome == access::ok_in_code)) {
    store_watch_->stored(address, size);
  }
  return outcome;
}

access memory_view::read_unseen(std::uint64_t address, unsigned size, std::uint64_t& value) {
  value = 0;
  if (const window* found = find_window(address, size); found != nullptr) {
    std::memcpy(&value, found->memory.host + (address - found->memory.base), size);
    return access::ok;
  }
  if (address % size != 0) {
    return access::misaligned;
  }
  return to_access(bus_.read(address, size, value));
}

access memory_view::write_unseen(std::uint64_t address, unsigned size, std::uint64_t value) {
  window* found = find_window(address, size);
  if (found == nullptr || !found->memory.writable) {
    if (address % size != 0) {
      return access::misaligned;
    }
    return to_access(bus_.write(address, size, value));
  }
  const std::uint64_t offset = address - found->memory.base;
  std::memcpy(found->memory.host + offset, &value, size);
  if ((found->code_lines[offset / line_size] |
       found->code_lines[(offset + size - 1) / line_size]) != 0) {
    return access::ok_in_code;
  }
  return access::ok;
}

bool memory_view::allows_atomic(std::uint64_t address, unsigned size) {
  const window* found = find_window(address, size);
  return found != nullptr && found->memory.writable;
}

bool memory_view::fetch(std::uint64_t address, std::uint32_t& value) {
  const window* found = find_window(address, 2);
  if (found == nullptr) {
    return false;
  }
  std::uint16_t half = 0;
  std::memcpy(&half, found->memory.host + (address - found->memory.base), sizeof half);
  value = half;
  return true;
}

void memory_view::mark_code(std::uint64_t address, std::uint64_t size) {
  window* found = find_window(address, 1);
  if (found == nullptr) {
    return;
  }
  found->has_code = true;
  const std::uint64_t first = address - found->memory.base;
  const std::uint64_t last = std::min(first + size, found->memory.size) - 1;
  for (std::uint64_t line = first / line_size; line <= last / line_size; ++line) {
    found->code_lines[line] = 1;
  }
  for (std::uint64_t part = first / page_size; part <= last / page_size; ++part) {
    if (found->code_pages[part] == 0) {
      found->code_pages[part] = 1;
      // Any virtual page may lie there.
      for (page_table& each : write_pages_) {
        each.fill({});
      }
    }
  }
}

void memory_view::forget_code() {
  for (window& each : windows_) {
    if (each.has_code) {
      each.code_lines = make_lazy_bytes(each.memory.size / line_size + 1);
      each.code_pages = make_lazy_bytes(each.memory.size / page_size + 1);
      each.has_code = false;
    }
  }
}

void memory_view::set_watchpoints(std::vector<watchpoint> watched) {
  watchpoints_ = std::move(watched);
  for (unsigned view = 0; view < views; ++view) {
    forget_pages(view);
  }
}

const watchpoint* memory_view::find_watchpoint(watch_kind kind, std::uint64_t address,
                                               unsigned size) const {
  for (const watchpoint& each : watchpoints_) {
    if ((each.kind == kind || each.kind == watch_kind::access) && each.overlaps(address, size)) {
      return &each;
    }
  }
  return nullptr;
}

void memory_view::forget_windows() {
  for (unsigned view = 0; view < views; ++view) {
    forget_pages(view);
  }
  windows_.clear();
  last_window_ = 0;
}

}  // namespace sn::hart
