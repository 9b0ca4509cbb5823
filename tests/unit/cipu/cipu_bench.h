// A CIPU with a fabric, a host, and a program that writes down its interrupts.
#pragma once

#include "checker/checker_set.h"
#include "cipu/cipu.h"
#include "controller_bench.h"
#include "delaying_fabric.h"
#include "register_port.h"

namespace sn::cipu::test {

inline configuration second_partition() {
  configuration c;
  c.index = 9;
  c.channel = 1;
  c.endpoint = 129;
  c.domain = 1;
  c.pod = 3;
  c.pod_partitions = 2;
  c.pod_leader = 8;
  c.pool_request_mib = 4096;
  c.pool_interleave_ways = 12;
  c.pool_interleave_granularity = base::bytes(16'384);
  c.windows = 40;
  c.management_latency = sc_core::sc_time(200, sc_core::SC_NS);
  c.queue_pairs = 131'072;
  c.controller = sn::test::claim_log(64);
  return c;
}

struct cipu_bench {
  cipu_bench()
      : fabric("fabric"),
        host("host"),
        device("cipu", second_partition()),
        controller(device.controller()) {
    checks.connect(device.to_fabric(), fabric.from_device);
    checks.connect(fabric.to_device, device.from_fabric, checker::data_policy::may_be_absent);
    checks.connect(host.socket, device.host);
  }

  checker::checker_set checks;
  sn::test::delaying_fabric fabric;
  sn::test::register_port host;
  cipu device;
  sn::test::controller_view controller;
};

}  // namespace sn::cipu::test
