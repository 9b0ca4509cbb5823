// A fabric for one device: keeps every burst that the device sends for a fixed time, and delivers
// bursts to it.
#pragma once

#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <cstdint>
#include <cstring>
#include <deque>
#include <stdexcept>
#include <systemc>
#include <tlm>
#include <vector>

#include "alink/burst.h"
#include "register_port.h"

namespace sn::test {

/// Accepts bursts at once and completes each `flight` later, with `completion`, `why` and
/// `lost_planes`. A read with data gets bytes of value `read_data`.
class delaying_fabric : public sc_core::sc_module {
 public:
  struct sent {
    std::uint64_t at;  ///< ps, when the burst begins
    tlm::tlm_command command;
    std::uint64_t address;
    unsigned bytes;
    std::vector<unsigned char> data;
    alink::burst_extension extension;
  };

  explicit delaying_fabric(const sc_core::sc_module_name& name) : sc_module(name) {
    SC_HAS_PROCESS(delaying_fabric);
    from_device.register_nb_transport_fw(this, &delaying_fabric::forward);
    SC_METHOD(complete);
    sensitive << next_;
    dont_initialize();
  }

  tlm_utils::simple_target_socket<delaying_fabric> from_device{"from_device"};
  tlm_utils::simple_initiator_socket<delaying_fabric> to_device{"to_device"};

  sc_core::sc_time flight{10, sc_core::SC_US};
  alink::status completion = alink::status::ok;
  alink::cause why = alink::cause::none;
  std::uint16_t lost_planes = 0;  ///< that completions name
  unsigned char read_data = 0;
  std::vector<sent> bursts;

  /// Delivers a burst to the device now; the delay that the device adds, in ps.
  std::uint64_t deliver(tlm::tlm_command command, std::uint64_t address, unsigned char* data,
                        unsigned size, alink::burst_extension extension,
                        tlm::tlm_response_status expected = tlm::TLM_OK_RESPONSE) {
    elaborate();
    tlm::tlm_generic_payload payload;
    payload.set_command(command);
    payload.set_address(address);
    payload.set_data_ptr(data);
    payload.set_data_length(size);
    payload.set_streaming_width(size);
    payload.set_extension(&extension);
    sc_core::sc_time delay;
    to_device->b_transport(payload, delay);
    payload.clear_extension(&extension);
    if (payload.get_response_status() != expected) {
      throw std::runtime_error("a burst ended with another response than expected");
    }
    return delay.value();
  }

 private:
  struct flying {
    tlm::tlm_generic_payload* burst;
    sc_core::sc_time end;
  };

  tlm::tlm_sync_enum forward(tlm::tlm_generic_payload& burst, tlm::tlm_phase& phase,
                             sc_core::sc_time& delay) {
    if (phase != tlm::BEGIN_REQ) {
      return tlm::TLM_ACCEPTED;
    }
    const sc_core::sc_time begin = sc_core::sc_time_stamp() + delay;
    sent record{begin.value(),
                burst.get_command(),
                burst.get_address(),
                burst.get_data_length(),
                {},
                alink::extension_of(burst)};
    if (burst.get_data_ptr() != nullptr && burst.is_write()) {
      record.data.assign(burst.get_data_ptr(), burst.get_data_ptr() + burst.get_data_length());
    }
    bursts.push_back(record);
    burst.acquire();
    under_way_.push_back({&burst, begin + flight});
    next_.notify(under_way_.front().end - sc_core::sc_time_stamp());
    phase = tlm::END_REQ;
    return tlm::TLM_UPDATED;
  }

  void complete() {
    while (!under_way_.empty() && under_way_.front().end <= sc_core::sc_time_stamp()) {
      tlm::tlm_generic_payload& burst = *under_way_.front().burst;
      under_way_.pop_front();
      const bool ok = completion == alink::status::ok;
      alink::extension_of(burst).completion = completion;
      alink::extension_of(burst).why = why;
      alink::extension_of(burst).lost_planes = lost_planes;
      burst.set_response_status(ok ? tlm::TLM_OK_RESPONSE : tlm::TLM_GENERIC_ERROR_RESPONSE);
      if (ok && burst.is_read() && burst.get_data_ptr() != nullptr) {
        std::memset(burst.get_data_ptr(), read_data, burst.get_data_length());
      }
      tlm::tlm_phase phase = tlm::BEGIN_RESP;
      sc_core::sc_time delay;
      from_device->nb_transport_bw(burst, phase, delay);
      burst.release();
    }
    if (!under_way_.empty()) {
      next_.notify(under_way_.front().end - sc_core::sc_time_stamp());
    }
  }

  std::deque<flying> under_way_;
  sc_core::sc_event next_;
};

}  // namespace sn::test
