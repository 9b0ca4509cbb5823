// Physical memory protection: 16 entries, granularity of 4 bytes.
#pragma once

#include <array>
#include <cstdint>

#include "hart/trap.h"

namespace sn::hart {

/// The PMP unit of one hart (privileged specification 1.12, section 3.7). An access of supervisor
/// or user mode that no entry matches is refused; machine mode is bound by locked entries only.
class pmp {
 public:
  static constexpr unsigned entries = 16;

  void reset();

  /// Configuration byte of one entry. Writes leave locked entries alone and ignore the reserved
  /// combination W without R.
  std::uint8_t configuration(unsigned entry) const { return configuration_.at(entry); }
  void write_configuration(unsigned entry, std::uint8_t value);
  /// Address register of one entry: physical address / 4. Locked ones keep their value, and so does
  /// the one below a locked TOR entry.
  std::uint64_t address(unsigned entry) const { return address_.at(entry); }
  void write_address(unsigned entry, std::uint64_t value);

  /// Whether `mode` may access these bytes. An access that an entry matches in part is refused.
  bool allows(std::uint64_t physical, std::uint64_t size, access_kind kind, privilege mode) const;
  /// Whether one answer holds for every access within these bytes: no entry begins or ends inside.
  bool is_uniform(std::uint64_t physical, std::uint64_t size) const;
  /// Whether machine mode is bound by an entry.
  bool binds_machine() const { return binds_machine_; }

  /// For save and restore, with all entries at once and no locks heeded.
  void load(const std::array<std::uint8_t, entries>& configurations,
            const std::array<std::uint64_t, entries>& addresses);

 private:
  struct range {
    std::uint64_t begin = 0;
    std::uint64_t last = 0;  ///< last byte
    bool any = false;        ///< not off, and not empty
  };
  void update();

  std::array<std::uint8_t, entries> configuration_{};
  std::array<std::uint64_t, entries> address_{};
  std::array<range, entries> ranges_{};
  bool binds_machine_ = false;
};

}  // namespace sn::hart
