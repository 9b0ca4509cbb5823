// Memory as a hart uses it: host pointers for plain memory, the bus for the rest, and a record of
// which bytes have been decoded.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <vector>

#include "hart/bus.h"
#include "hart/observer.h"
#include "hart/store_watch.h"
#include "hart/watchpoint.h"

namespace sn::hart {

/// How an access ended.
enum class access {
  ok,
  ok_in_code,  ///< written next to or over decoded code
  fault,
  misaligned,
  retry,
};

/// One hart's view of memory. Physical addresses unless said otherwise. Pages that instructions
/// have used are remembered by their virtual address, apart for each view: what one mode of the
/// hart sees. Where nothing is translated a virtual address is a physical one.
class memory_view {
 public:
  /// Views that are remembered apart.
  static constexpr unsigned views = 3;

  explicit memory_view(bus& memory) : bus_(memory) { forget_windows(); }
  memory_view(const memory_view&) = delete;
  memory_view& operator=(const memory_view&) = delete;

  /// The view that readable() and writable() use from now on.
  void select(unsigned view) {
    view_ = view;
    read_ = &read_pages_[view];
    write_ = &write_pages_[view];
  }
  /// Host address of an aligned T in a page of plain memory remembered for this view, else null.
  template <typename T>
  std::byte* readable(std::uint64_t virtual_address) const {
    return find_page<T>(*read_, virtual_address);
  }
  /// The same for writing; null too in pages that hold decoded code.
  template <typename T>
  std::byte* writable(std::uint64_t virtual_address) const {
    return find_page<T>(*write_, virtual_address);
  }
  /// Remembers the page of `virtual_address`, which lies at `physical`, for readable() of this
  /// view, if it is plain memory without a watchpoint.
  void remember_read(std::uint64_t virtual_address, std::uint64_t physical);
  /// The same for writable(), if the memory is writable and holds no decoded code.
  void remember_write(std::uint64_t virtual_address, std::uint64_t physical);
  /// Forgets the pages remembered for a view.
  void forget_pages(unsigned view);

  /// Any access of 1, 2, 4 or 8 bytes; misaligned ones succeed in plain memory only.
  access read(std::uint64_t address, unsigned size, std::uint64_t& value);
  access write(std::uint64_t address, unsigned size, std::uint64_t value);
  /// Reads up to 8 bytes of plain memory; false elsewhere.
  bool peek(std::uint64_t address, unsigned size, std::uint64_t& value);

  /// Whether an atomic may access these bytes: inside plain memory that is writable.
  bool allows_atomic(std::uint64_t address, unsigned size);
  /// Two bytes of code; false outside of plain memory.
  bool fetch(std::uint64_t address, std::uint32_t& value);

  /// Records that these bytes have been decoded, so that write() reports writes near them.
  void mark_code(std::uint64_t address, std::uint64_t size);
  /// Forgets all of mark_code().
  void forget_code();
  /// Forgets the windows that the bus gave (and with them mark_code()).
  void forget_windows();

  /// Accesses to these virtual addresses are not made by readable() and writable() from now on.
  void set_watchpoints(std::vector<watchpoint> watched);
  const std::vector<watchpoint>& watchpoints() const { return watchpoints_; }
  /// A watchpoint for an access to these bytes; null if there is none.
  const watchpoint* find_watchpoint(watch_kind kind, std::uint64_t address, unsigned size) const;

  /// Shows accesses to bytes of `ranges` by read() and write(), to which their pages are left.
  void observe_accesses(access_observer* watching, std::vector<address_range> ranges);
  /// Tells of stores to some bytes; write() may answer retry for them.
  void watch_stores(store_watch watch);
  /// What follows is done by the instruction at `pc`.
  void begin_access(std::uint64_t pc) { access_pc_ = pc; }

  /// Writes are compared with decoded code in lines of this many bytes.
  static constexpr std::uint64_t line_size = 64;

 private:
  static constexpr std::uint64_t page_size = 4096;
  static constexpr std::size_t page_entries = 256;
  static constexpr std::uint64_t no_page = ~std::uint64_t{0};

  struct release_memory {
    void operator()(std::uint8_t* memory) const noexcept { std::free(memory); }
  };
  /// Zeroed by the operating system on first use: a large RAM costs only what is touched.
  using lazy_bytes = std::unique_ptr<std::uint8_t[], release_memory>;
  static lazy_bytes make_lazy_bytes(std::uint64_t count);

  struct window {
    direct_window memory;
    lazy_bytes code_lines;  ///< not 0: decoded code in this line
    lazy_bytes code_pages;
    bool has_code = false;

    bool contains(std::uint64_t address, unsigned size) const {
      const std::uint64_t offset = address - memory.base;
      return offset < memory.size && memory.size - offset >= size;
    }
  };

  /// A page of plain memory: its virtual address and its first byte.
  struct page {
    std::uint64_t tag = no_page;
    std::byte* host = nullptr;
  };
  using page_table = std::array<page, page_entries>;

  template <typename T>
  static std::byte* find_page(const page_table& pages, std::uint64_t address) {
    const page& entry = pages[(address / page_size) % page_entries];
    // A misaligned address keeps low bits and so differs from every tag.
    if ((address & (~(page_size - 1) | (sizeof(T) - 1))) != entry.tag) {
      return nullptr;
    }
    return entry.host + address % page_size;
  }

  bool is_observed(std::uint64_t address, std::uint64_t size) const;
  void show(std::uint64_t address, unsigned size, std::uint64_t value, bool is_write,
            access outcome) const;
  access read_unseen(std::uint64_t address, unsigned size, std::uint64_t& value);
  access write_unseen(std::uint64_t address, unsigned size, std::uint64_t value);

  window* find_window(std::uint64_t address, unsigned size);
  void remember_page(page_table& pages, const window& found, std::uint64_t virtual_address,
                     std::uint64_t physical);

  bus& bus_;
  std::array<page_table, views> read_pages_;
  std::array<page_table, views> write_pages_;
  unsigned view_ = 0;
  page_table* read_ = &read_pages_[0];
  page_table* write_ = &write_pages_[0];
  std::vector<window> windows_;
  std::size_t last_window_ = 0;
  std::vector<watchpoint> watchpoints_;
  access_observer* observer_ = nullptr;
  std::vector<address_range> observed_;
  std::optional<store_watch> store_watch_;
  std::uint64_t access_pc_ = 0;
};

}  // namespace sn::hart
