// A switch of 40 ports, two callers on the management network, and links at some ports.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "alink_switch/alink_switch.h"
#include "checker/checker_set.h"
#include "controller_bench.h"
#include "registers/generated/cpp/alink_switch.h"
#include "registers/generated/cpp/mailbox.h"

namespace sn::alink_switch::test {

inline configuration forty_ports() {
  configuration c;
  c.ports = 40;
  c.iterations = 2;
  c.plane = 3;
  c.domain = 1;
  c.controller = sn::test::claim_log(32);
  return c;
}

struct switch_bench {
  explicit switch_bench(const configuration& parameters = forty_ports())
      : first("first"),
        second("second"),
        device("switch", parameters),
        controller(device.controller()) {
    checks.connect(first.socket, device.management);
    checks.connect(second.socket, device.management);
    device.on_answer(
        [this](unsigned channel, bool level) { answers.emplace_back(channel, level); });
  }

  /// Training takes 2 us, a silent peer is given up after 1 ms.
  alink::link& add_link(base::port_id port, unsigned lanes) {
    const auto name = "link_" + std::to_string(port);
    links.push_back(std::make_unique<alink::link>(
        name.c_str(), alink::link_parameters{lanes, sc_core::sc_time(2, sc_core::SC_US),
                                             sc_core::sc_time(1, sc_core::SC_MS)}));
    device.bind_link(port, *links.back());
    return *links.back();
  }

  /// Enables both ends and waits until the link is up.
  void train(base::port_id port, alink::link& wire) {
    wire.enable(alink::link_end::endpoint, true);
    write(registers::alink_switch::port_control + port * 4U, 1);
    sn::test::run_us(3);
  }

  std::uint32_t read(std::uint32_t offset) {
    return controller.read(local_map::alink_switch + offset);
  }
  void write(std::uint32_t offset, std::uint32_t value) {
    controller.write(local_map::alink_switch + offset, value);
  }

  sn::test::register_port first;
  sn::test::register_port second;
  checker::checker_set checks;
  alink_switch device;
  sn::test::controller_view controller;
  std::vector<std::unique_ptr<alink::link>> links;
  std::vector<std::pair<unsigned, bool>> answers;
};

}  // namespace sn::alink_switch::test
