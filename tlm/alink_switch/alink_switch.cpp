#include "alink_switch/alink_switch.h"

#include <iterator>
#include <stdexcept>
#include <string>

#include "base/error.h"
#include "base/state.h"
#include "registers/generated/cpp/alink_class_arbiter.h"
#include "registers/generated/cpp/alink_switch.h"

namespace sn::alink_switch {

namespace block = registers::alink_switch;
namespace arbiter_block = registers::alink_class_arbiter;

namespace {

constexpr unsigned ports_per_word = 32;
constexpr unsigned group_words = base::port_limit / ports_per_word;
constexpr unsigned group_limit = 16;

configuration checked(const configuration& parameters) {
  if (parameters.ports == 0 || parameters.ports > base::port_limit) {
    throw std::invalid_argument("alink_switch: 1 to " + std::to_string(base::port_limit) +
                                " ports");
  }
  if (parameters.iterations == 0 || parameters.iterations > 15) {
    throw std::invalid_argument("alink_switch: 1 to 15 iterations of the arbiter");
  }
  if (parameters.classes > 4 || parameters.groups > group_limit) {
    throw std::invalid_argument("alink_switch: at most 4 classes and " +
                                std::to_string(group_limit) + " groups");
  }
  return parameters;
}

soc::mailbox_configuration mailbox_of(const configuration& parameters) {
  soc::mailbox_configuration mailbox;
  mailbox.type = registers::device_type::alink_switch;
  mailbox.index = parameters.plane;
  mailbox.domain = parameters.domain;
  return mailbox;
}

}  // namespace

alink_switch::alink_switch(const sc_core::sc_module_name& name, const configuration& parameters)
    : sc_module(name),
      management("management"),
      parameters_(checked(parameters)),
      registers_(block::table, std::size(block::table), block::block_size),
      arbiter_registers_(arbiter_block::table, std::size(arbiter_block::table),
                         arbiter_block::block_size),
      mailbox_(mailbox_of(parameters)),
      controller_("controller", parameters.controller),
      local_("local"),
      links_(parameters.ports, nullptr) {
  bind_registers();
  mailbox_.on_pending([this](bool level) {
    controller_.set_interrupt(static_cast<unsigned>(interrupt::mailbox), level);
  });
  local_map_.add(local_map::mailbox, mailbox_.registers(), registers::mailbox::block_size);
  local_map_.add(local_map::alink_switch, registers_, block::block_size);
  if (parameters_.classes != 0) {
    bind_arbiter();
    local_map_.add(local_map::arbiter, arbiter_registers_, arbiter_block::block_size);
  }
  management_map_.add(0, mailbox_.registers(), registers::mailbox::block_size);
  local_.register_b_transport(this, &alink_switch::transport_local);
  local_.register_transport_dbg(this, &alink_switch::debug_local);
  controller_.local.bind(local_);
  management.register_b_transport(this, &alink_switch::transport_management);
  management.register_transport_dbg(this, &alink_switch::debug_management);
}

void alink_switch::bind_link(base::port_id port, alink::link& wire) {
  base::ensure(port < links_.size() && links_[port] == nullptr,
               "alink_switch: a port wired twice or beyond the last");
  links_[port] = &wire;
  registers_.set(block::port_status, block::port_status_field::wired, 1, port);
  show(port);
  wire.add_listener([this, port](alink::link_state) { link_changed(port); });
}

unsigned alink_switch::ports_up() const {
  unsigned count = 0;
  for (const alink::link* wire : links_) {
    count += wire != nullptr && wire->up() ? 1U : 0U;
  }
  return count;
}

unsigned alink_switch::routes() const {
  unsigned count = 0;
  for (unsigned id = 0; id < base::endpoint_limit; ++id) {
    count += registers_.get(block::route, block::route_field::valid, id);
  }
  return count;
}

template <typename Archive>
void alink_switch::state(Archive& io) {
  io.section(name());
  io(registers_, arbiter_registers_, mailbox_.registers());
  io.part(controller_);
}

void alink_switch::save(base::snapshot_writer& to) const {
  base::state_saver io(to);
  const_cast<alink_switch&>(*this).state(io);
}

void alink_switch::restore(base::snapshot_reader& from) {
  base::state_restorer io(from);
  state(io);
}

// ---- what the fabric asks ----

bool alink_switch::port_up(base::port_id port) const {
  return port < links_.size() && links_[port] != nullptr && links_[port]->up();
}

bool alink_switch::port_lost(base::port_id port) const {
  return port < links_.size() && links_[port] != nullptr && links_[port]->lost();
}

std::optional<base::port_id> alink_switch::route(base::endpoint_id destination) const {
  const std::uint32_t entry = registers_.get(block::route, destination);
  if (block::route_field::valid.get(entry) == 0) {
    return std::nullopt;
  }
  return static_cast<base::port_id>(block::route_field::port.get(entry));
}

base::pod_id alink_switch::pod(base::port_id port) const {
  return static_cast<base::pod_id>(
      registers_.get(block::port_pod, block::port_pod_field::pod, port));
}

base::port_set alink_switch::group(unsigned index) const {
  base::port_set members;
  if (index < parameters_.groups) {
    for (unsigned w = 0; w < group_words; ++w) {
      const std::uint64_t ports = registers_.get(block::group_member, index * group_words + w);
      members.word[w / 2] |= ports << (w % 2 * ports_per_word);
    }
  }
  return members;
}

void alink_switch::refused(alink::cause why) {
  std::uint32_t counter = 0;
  switch (why) {
    case alink::cause::source_port_down:
    case alink::cause::destination_port_down:
    case alink::cause::link_lost:
      counter = block::refused_port_down;
      break;
    case alink::cause::no_route:
    case alink::cause::no_group:
      counter = block::refused_no_route;
      break;
    case alink::cause::foreign_pod:
      counter = block::refused_foreign_pod;
      break;
    case alink::cause::none:
    case alink::cause::no_plane:
    case alink::cause::target_refused:
    case alink::cause::plane_lost:
    case alink::cause::group_mismatch:
    case alink::cause::planes_differ:
      return;  // not decided by a switch
  }
  registers_.set(counter, registers_.get(counter) + 1);
}

// ---- registers ----

void alink_switch::bind_registers() {
  std::uint32_t capability = block::capability_field::ports.set(0, parameters_.ports);
  capability = block::capability_field::iterations.set(capability, parameters_.iterations);
  capability = block::capability_field::plane.set(capability, parameters_.plane);
  capability = block::capability_field::domain.set(capability, parameters_.domain);
  capability = block::capability_field::classes.set(capability, parameters_.classes);
  registers_.set(block::capability, capability);
  registers_.set(block::group_capability, parameters_.groups);
  for (unsigned c = 0; c < parameters_.class_straps.size(); ++c) {
    const class_strap& strap = parameters_.class_straps[c];
    registers_.set(block::class_strap, block::class_strap_field::weight, strap.weight, c);
    registers_.set(block::class_strap, block::class_strap_field::age_limit, strap.age_limit, c);
  }

  registers_.on_write(block::port_control, [this](std::uint32_t port, std::uint32_t value) {
    if (port < links_.size() && links_[port] != nullptr) {
      links_[port]->enable(alink::link_end::switch_port,
                           block::port_control_field::enable.get(value) != 0);
    }
  });
  registers_.on_write(block::interrupt_enable,
                      [this](std::uint32_t, std::uint32_t) { drive_port_change(); });
  registers_.on_write(block::port_change,
                      [this](std::uint32_t, std::uint32_t) { drive_port_change(); });
  registers_.on_read(block::cells_in, [this](std::uint32_t port) {
    return count_cells_ && port < links_.size()
               ? static_cast<std::uint32_t>(count_cells_(static_cast<base::port_id>(port)).in)
               : 0;
  });
  registers_.on_read(block::cells_out, [this](std::uint32_t port) {
    return count_cells_ && port < links_.size()
               ? static_cast<std::uint32_t>(count_cells_(static_cast<base::port_id>(port)).out)
               : 0;
  });
}

/// Every access goes on to the arbiter itself.
void alink_switch::bind_arbiter() {
  arbiter_registers_.set(
      arbiter_block::capability,
      arbiter_block::capability_field::classes.set(arbiter_block::capability_field::iterations.set(
                                                       parameters_.ports, parameters_.iterations),
                                                   parameters_.classes));
  for (const base::register_info& info : arbiter_block::table) {
    const auto offset = [&info](std::uint32_t index) { return info.offset + index * info.stride; };
    arbiter_registers_.on_read(info.offset, [this, &info, offset](std::uint32_t index) {
      return arbiter_.read ? arbiter_.read(offset(index))
                           : arbiter_registers_.get(info.offset, index);
    });
    if (info.write_mask != 0) {
      arbiter_registers_.on_write(info.offset,
                                  [this, offset](std::uint32_t index, std::uint32_t value) {
                                    if (arbiter_.write) {
                                      arbiter_.write(offset(index), value);
                                    }
                                  });
    }
  }
}

void alink_switch::show(base::port_id port) {
  registers_.set(block::port_status, block::port_status_field::state,
                 static_cast<std::uint32_t>(links_[port]->state()), port);
  registers_.set(block::port_status, block::port_status_field::lanes, links_[port]->good_lanes(),
                 port);
}

void alink_switch::link_changed(base::port_id port) {
  show(port);
  const std::uint32_t word = port / ports_per_word;
  registers_.set(block::port_change,
                 registers_.get(block::port_change, word) | (1U << (port % ports_per_word)), word);
  drive_port_change();
}

void alink_switch::drive_port_change() {
  std::uint32_t changed = 0;
  for (std::uint32_t word = 0; word < base::port_limit / ports_per_word; ++word) {
    changed |= registers_.get(block::port_change, word);
  }
  const bool enabled =
      registers_.get(block::interrupt_enable, block::interrupt_enable_field::port_change) != 0;
  controller_.set_interrupt(static_cast<unsigned>(interrupt::port_change), enabled && changed != 0);
}

void alink_switch::transport_local(tlm::tlm_generic_payload& payload, sc_core::sc_time& /*delay*/) {
  local_map_.transport(payload);
}

unsigned alink_switch::debug_local(tlm::tlm_generic_payload& payload) {
  return local_map_.transport_debug(payload);
}

void alink_switch::transport_management(int /*caller*/, tlm::tlm_generic_payload& payload,
                                        sc_core::sc_time& /*delay*/) {
  management_map_.transport(payload);
}

unsigned alink_switch::debug_management(int /*caller*/, tlm::tlm_generic_payload& payload) {
  return management_map_.transport_debug(payload);
}

}  // namespace sn::alink_switch
