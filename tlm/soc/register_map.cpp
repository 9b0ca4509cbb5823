#include "soc/register_map.h"

#include <cstring>

namespace sn::soc {

namespace {

tlm::tlm_response_status to_response(base::register_status status) {
  switch (status) {
    case base::register_status::ok:
      return tlm::TLM_OK_RESPONSE;
    case base::register_status::no_such_register:
      return tlm::TLM_ADDRESS_ERROR_RESPONSE;
    case base::register_status::misaligned:
      return tlm::TLM_BURST_ERROR_RESPONSE;
    case base::register_status::not_writable:
    case base::register_status::not_readable:
      return tlm::TLM_COMMAND_ERROR_RESPONSE;
  }
  return tlm::TLM_GENERIC_ERROR_RESPONSE;
}

}  // namespace

void register_map::add(std::uint64_t base, base::register_file& file, std::uint64_t size) {
  blocks_.push_back({base, size, &file});
}

void register_map::transport(tlm::tlm_generic_payload& payload) {
  if (payload.get_data_length() != 4 || payload.get_streaming_width() < 4) {
    payload.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
    return;
  }
  if (payload.get_byte_enable_ptr() != nullptr) {
    payload.set_response_status(tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
    return;
  }
  const std::uint64_t address = payload.get_address();
  for (const auto& candidate : blocks_) {
    if (address < candidate.base || address - candidate.base >= candidate.size) {
      continue;
    }
    const auto offset = static_cast<std::uint32_t>(address - candidate.base);
    std::uint32_t value = 0;
    if (payload.is_read()) {
      payload.set_response_status(to_response(candidate.file->read(offset, value)));
      std::memcpy(payload.get_data_ptr(), &value, 4);
    } else if (payload.is_write()) {
      std::memcpy(&value, payload.get_data_ptr(), 4);
      payload.set_response_status(to_response(candidate.file->write(offset, value)));
    } else {
      payload.set_response_status(tlm::TLM_COMMAND_ERROR_RESPONSE);
    }
    return;
  }
  payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
}

unsigned register_map::transport_debug(tlm::tlm_generic_payload& payload) {
  transport(payload);
  return payload.is_response_ok() ? 4 : 0;
}

}  // namespace sn::soc
