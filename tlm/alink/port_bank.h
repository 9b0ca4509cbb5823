// The ALink ports of an endpoint as its registers show them.
#pragma once

#include <array>
#include <cstdint>
#include <functional>

#include "alink/link.h"
#include "base/register_file.h"

namespace sn::alink {

/// Ties the register file `alink` of a block (registers/common.rdl) to the links of the device:
/// control enables the endpoint's end, status shows the link, peer says where it is wired to.
class port_bank {
 public:
  static constexpr unsigned port_count = 16;

  /// Offsets of the three arrays in the block.
  struct layout {
    std::uint32_t control;
    std::uint32_t status;
    std::uint32_t peer;
  };
  /// Called after the status of a port changed.
  using listener = std::function<void(unsigned port)>;

  /// Both `registers` and the bank stay where they are for life.
  port_bank(base::register_file& registers, const layout& at, listener on_change);
  port_bank(const port_bank&) = delete;
  port_bank& operator=(const port_bank&) = delete;

  /// Wires `port` by `wire` to port `switch_port` of switch `switch_index`. Each port once, before
  /// simulation starts.
  void bind(unsigned port, link& wire, unsigned switch_index, unsigned switch_port);

  /// Which links have failed or train anew, which is more than not being trained: one bit each.
  std::uint32_t failed_mask() const;
  /// Ports that are up.
  unsigned ports_up() const;

 private:
  void control_written(unsigned port, std::uint32_t value);
  void show(unsigned port);

  base::register_file& registers_;
  layout at_;
  listener on_change_;
  std::array<link*, port_count> links_{};
};

}  // namespace sn::alink
