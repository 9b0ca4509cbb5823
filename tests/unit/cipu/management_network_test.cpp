// The management network: windows, latency, and windows without a device.
#include "cipu/management_network.h"

#include <gtest/gtest.h>

#include <cstring>

#include "checker/checker_set.h"
#include "register_port.h"

namespace sn::cipu::test {

namespace {

/// Remembers the last access; reads give the address.
class device_stub : public sc_core::sc_module {
 public:
  explicit device_stub(const sc_core::sc_module_name& name) : sc_module(name) {
    socket.register_b_transport(this, &device_stub::transport);
    socket.register_transport_dbg(this, &device_stub::transport_debug);
  }
  tlm_utils::simple_target_socket<device_stub> socket{"socket"};
  std::uint64_t address = 0;
  std::uint32_t written = 0;
  tlm::tlm_response_status answer = tlm::TLM_OK_RESPONSE;

 private:
  void transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
    delay += sc_core::sc_time(3, sc_core::SC_NS);
    transport_debug(payload);
    payload.set_response_status(answer);
  }
  unsigned transport_debug(tlm::tlm_generic_payload& payload) {
    address = payload.get_address();
    if (payload.is_write()) {
      std::memcpy(&written, payload.get_data_ptr(), 4);
    } else {
      const auto low = static_cast<std::uint32_t>(address);
      std::memcpy(payload.get_data_ptr(), &low, 4);
    }
    return payload.get_data_length();
  }
};

struct network_bench {
  network_bench()
      : hart("hart"), network("network", 4, sc_core::sc_time(200, sc_core::SC_NS)), device("dev") {
    checks.connect(hart.socket, network.target);
    checks.connect(network.claim(2), device.socket);
  }
  sn::test::register_port hart;
  management_network network;
  device_stub device;
  checker::checker_set checks;
};

}  // namespace

TEST(management_network, a_device_sees_addresses_of_its_window_and_the_latency_is_added) {
  network_bench bench;
  EXPECT_EQ(bench.hart.read(0x20'0123), 0x123U);
  EXPECT_EQ(bench.hart.delay, sc_core::sc_time(203, sc_core::SC_NS));
  bench.hart.write(0x2f'fffc, 99);
  EXPECT_EQ(bench.device.address, 0xf'fffcU);
  EXPECT_EQ(bench.device.written, 99U);
}

TEST(management_network, absent_windows_read_as_all_ones_and_ignore_writes) {
  network_bench bench;
  EXPECT_EQ(bench.hart.read(0x10'0000), 0xffff'ffffU);
  EXPECT_EQ(bench.hart.delay, sc_core::sc_time(200, sc_core::SC_NS));
  EXPECT_NO_THROW(bench.hart.write(0x30'0000, 1));
  EXPECT_EQ(bench.hart.read(0x40'0000), 0xffff'ffffU);  // beyond the last
  EXPECT_EQ(bench.hart.read(0xf'ffff'fffc), 0xffff'ffffU);
  EXPECT_EQ(bench.device.written, 0U);
}

TEST(management_network, the_answer_of_a_device_comes_back) {
  network_bench bench;
  bench.device.answer = tlm::TLM_ADDRESS_ERROR_RESPONSE;
  std::uint32_t value = 0;
  EXPECT_EQ(bench.hart.try_access(tlm::TLM_READ_COMMAND, 0x20'0000, &value),
            tlm::TLM_ADDRESS_ERROR_RESPONSE);
}

TEST(management_network_death, a_window_takes_one_device) {
  network_bench bench;
  EXPECT_DEATH(bench.network.claim(2), "a window used twice");
}

}  // namespace sn::cipu::test
