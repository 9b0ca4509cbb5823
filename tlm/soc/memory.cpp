#include "soc/memory.h"

#include <cstring>
#include <new>

#include "base/error.h"

namespace sn::soc {

memory::memory(const sc_core::sc_module_name& name, memory_kind kind, base::bytes size,
               const sc_core::sc_time& access_time)
    : sc_core::sc_module(name),
      socket("socket"),
      kind_(kind),
      size_(size),
      access_time_(access_time),
      // calloc: the pages of a large RAM cost nothing until they are touched.
      data_(static_cast<std::byte*>(std::calloc(size.value, 1))) {
  if (data_ == nullptr) {
    throw std::bad_alloc();
  }
  socket.register_b_transport(this, &memory::b_transport);
  socket.register_transport_dbg(this, &memory::transport_dbg);
  socket.register_get_direct_mem_ptr(this, &memory::get_direct_mem_ptr);
}

void memory::load(std::uint64_t offset, const void* bytes, std::size_t count) {
  base::ensure(contains(offset, count), "bytes are loaded inside the memory");
  if (count > 0) {  // a segment may hold no bytes of its own, and memcpy takes no null pointer
    std::memcpy(data_.get() + offset, bytes, count);
  }
}

void memory::clear(std::uint64_t offset, std::uint64_t count) {
  base::ensure(contains(offset, count), "bytes are cleared inside the memory");
  std::memset(data_.get() + offset, 0, count);
}

void memory::save(base::snapshot_writer& to) const {
  to.section(name());
  to.memory(data_.get(), size_.value);
}

void memory::restore(base::snapshot_reader& from) {
  from.section(name());
  from.memory(data_.get(), size_.value);
}

void memory::b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  const std::uint64_t offset = payload.get_address();
  const unsigned count = payload.get_data_length();
  if (!contains(offset, count)) {
    payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    return;
  }
  if (payload.get_byte_enable_ptr() != nullptr || payload.get_streaming_width() < count) {
    payload.set_response_status(tlm::TLM_GENERIC_ERROR_RESPONSE);
    return;
  }
  if (payload.is_write()) {
    if (kind_ == memory_kind::rom) {
      payload.set_response_status(tlm::TLM_COMMAND_ERROR_RESPONSE);
      return;
    }
    std::memcpy(data_.get() + offset, payload.get_data_ptr(), count);
  } else if (payload.is_read()) {
    std::memcpy(payload.get_data_ptr(), data_.get() + offset, count);
  }
  delay += access_time_;
  payload.set_dmi_allowed(true);
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
}

unsigned memory::transport_dbg(tlm::tlm_generic_payload& payload) {
  const std::uint64_t offset = payload.get_address();
  const unsigned count = payload.get_data_length();
  if (!contains(offset, count)) {
    return 0;
  }
  if (payload.is_write()) {
    std::memcpy(data_.get() + offset, payload.get_data_ptr(), count);
  } else {
    std::memcpy(payload.get_data_ptr(), data_.get() + offset, count);
  }
  return count;
}

bool memory::get_direct_mem_ptr(tlm::tlm_generic_payload& payload, tlm::tlm_dmi& dmi) {
  dmi.set_start_address(0);
  dmi.set_end_address(size_.value - 1);
  if (!contains(payload.get_address(), 1)) {
    dmi.allow_none();
    return false;
  }
  dmi.set_dmi_ptr(reinterpret_cast<unsigned char*>(data_.get()));
  if (kind_ == memory_kind::ram) {
    dmi.allow_read_write();
  } else {
    dmi.allow_read();
  }
  dmi.set_read_latency(access_time_);
  dmi.set_write_latency(access_time_);
  return true;
}

}  // namespace sn::soc
