// What a debugger sees: harts, each with its memory and devices.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "soc/bus.h"
#include "soc/hart_module.h"

namespace sn::gdb {

/// A hart and what it reaches.
class target {
 public:
  target() = default;
  target(const target&) = delete;
  target& operator=(const target&) = delete;
  virtual ~target() = default;

  virtual soc::hart_module& hart() = 0;
  /// Reads or writes physical memory without time and side effects. False if any part of the range
  /// does not allow it.
  virtual bool read_debug(std::uint64_t address, void* data, std::size_t size) = 0;
  virtual bool write_debug(std::uint64_t address, const void* data, std::size_t size) = 0;
  /// What lies where in physical memory, by address.
  virtual const std::vector<soc::address_window>& address_map() const = 0;
  /// The hart and its software begin anew, alone or with the machine around it: what has done so,
  /// where that is not the hart.
  virtual std::optional<std::string> reset() = 0;
};

/// A target and its name: "cipu3", "switch0.5", "pool1" as in the boot log, or "hart0".
struct named_target {
  std::string name;
  std::shared_ptr<target> what;

  soc::hart_module& hart() const { return what->hart(); }
  unsigned xlen() const { return what->hart().core().xlen(); }
};

}  // namespace sn::gdb
