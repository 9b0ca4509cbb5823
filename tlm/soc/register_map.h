// Register files in an address window, as TLM-2.0 targets see them.
#pragma once

#include <cstdint>
#include <tlm>
#include <vector>

#include "base/register_file.h"

namespace sn::soc {

/// Decodes an address window into register files. Accesses are 4 aligned bytes without byte
/// enables; any other shape is a burst error, an address without a register an address error, and a
/// direction that the register does not have a command error.
class register_map {
 public:
  /// Puts `file`, of `size` bytes, at `base`. The file must outlive the map.
  void add(std::uint64_t base, base::register_file& file, std::uint64_t size);

  /// Serves a payload: data and response status.
  void transport(tlm::tlm_generic_payload& payload);
  /// The same for a debugger; the bytes that were read or written, 0 or 4.
  unsigned transport_debug(tlm::tlm_generic_payload& payload);

 private:
  struct block {
    std::uint64_t base;
    std::uint64_t size;
    base::register_file* file;
  };

  std::vector<block> blocks_;
};

}  // namespace sn::soc
