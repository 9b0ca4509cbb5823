#include "alink/burst_pool.h"

#include "base/error.h"

namespace sn::alink {

burst_pool::~burst_pool() = default;

tlm::tlm_generic_payload& burst_pool::acquire() {
  if (free_.empty()) {
    all_.push_back(std::make_unique<tlm::tlm_generic_payload>(this));
    all_.back()->set_extension(new burst_extension());
    free_.push_back(all_.back().get());
    free_.reserve(all_.size());
  }
  tlm::tlm_generic_payload& payload = *free_.back();
  free_.pop_back();
  payload.acquire();
  return payload;
}

void burst_pool::free(tlm::tlm_generic_payload* payload) {
  base::ensure(payload->get_ref_count() == 0, "a burst is freed while it is referenced");
  payload->set_command(tlm::TLM_IGNORE_COMMAND);
  payload->set_address(0);
  payload->set_data_ptr(nullptr);
  payload->set_data_length(0);
  payload->set_byte_enable_ptr(nullptr);
  payload->set_byte_enable_length(0);
  payload->set_streaming_width(0);
  payload->set_dmi_allowed(false);
  payload->set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  payload->set_gp_option(tlm::TLM_MIN_PAYLOAD);
  extension_of(*payload) = burst_extension();
  free_.push_back(payload);
}

}  // namespace sn::alink
