#include "alink/port_bank.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "registers/generated/cpp/gpu.h"

namespace sn::alink {

// All blocks share one register file of ports; its fields are taken from the GPU's.
namespace control_field = registers::gpu::alink_control_field;
namespace status_field = registers::gpu::alink_status_field;
namespace peer_field = registers::gpu::alink_peer_field;

port_bank::port_bank(base::register_file& registers, const layout& at, listener on_change)
    : registers_(registers), at_(at), on_change_(std::move(on_change)) {
  registers_.on_write(at_.control, [this](std::uint32_t port, std::uint32_t value) {
    control_written(port, value);
  });
}

void port_bank::bind(unsigned port, link& wire, unsigned switch_index, unsigned switch_port) {
  base::ensure(port < port_count && links_[port] == nullptr, "port_bank: a port wired twice");
  links_[port] = &wire;
  std::uint32_t peer = peer_field::valid.set(0, 1);
  peer = peer_field::switch_index.set(peer, switch_index);
  peer = peer_field::switch_port.set(peer, switch_port);
  registers_.set(at_.peer, peer, port);
  show(port);
  wire.add_listener([this, port](link_state) {
    show(port);
    if (on_change_) {
      on_change_(port);
    }
  });
}

std::uint32_t port_bank::failed_mask() const {
  std::uint32_t mask = 0;
  for (unsigned port = 0; port < port_count; ++port) {
    const bool failed = links_[port] != nullptr &&
                        (links_[port]->state() == link_state::failed || links_[port]->lost());
    mask |= failed ? 1U << port : 0U;
  }
  return mask;
}

unsigned port_bank::ports_up() const {
  return static_cast<unsigned>(std::count_if(links_.begin(), links_.end(), [](const link* wire) {
    return wire != nullptr && wire->up();
  }));
}

void port_bank::control_written(unsigned port, std::uint32_t value) {
  if (links_[port] != nullptr) {
    links_[port]->enable(link_end::endpoint, control_field::enable.get(value) != 0);
  }
}

void port_bank::show(unsigned port) {
  const link& wire = *links_[port];
  std::uint32_t status = status_field::state.set(0, static_cast<std::uint32_t>(wire.state()));
  status = status_field::lanes.set(status, wire.good_lanes());
  registers_.set(at_.status, status, port);
}

}  // namespace sn::alink
