#include "soc/test_finisher.h"

#include <cstring>

namespace sn::soc {
namespace {

constexpr std::uint32_t pass = 0x5555;
constexpr std::uint32_t fail = 0x3333;
constexpr std::uint32_t reset = 0x7777;

}  // namespace

test_finisher::test_finisher(const sc_core::sc_module_name& name)
    : sc_core::sc_module(name), socket("socket") {
  socket.register_b_transport(this, &test_finisher::b_transport);
}

void test_finisher::b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& /*delay*/) {
  const unsigned size = payload.get_data_length();
  if (payload.get_address() >= window_size || size > 4) {
    payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    return;
  }
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
  if (payload.is_read()) {
    std::memset(payload.get_data_ptr(), 0, size);
    return;
  }
  std::uint32_t value = 0;
  std::memcpy(&value, payload.get_data_ptr(), size);
  if (payload.get_address() != 0 || !sink_) {
    return;
  }
  switch (value & 0xffff) {
    case pass:
      sink_({finish::kind::pass, 0});
      break;
    case fail:
      sink_({finish::kind::fail, value >> 16});
      break;
    case reset:
      sink_({finish::kind::reset, 0});
      break;
    default:
      break;
  }
}

}  // namespace sn::soc
