#include "platform/host.h"

#include <cstring>

#include "base/error.h"

namespace sn::platform {

namespace regs = registers::mailbox;

namespace {

constexpr std::array<std::uint32_t, 4> arguments{regs::channel_argument_0, regs::channel_argument_1,
                                                 regs::channel_argument_2,
                                                 regs::channel_argument_3};
constexpr std::array<std::uint32_t, 4> values{regs::channel_value_0, regs::channel_value_1,
                                              regs::channel_value_2, regs::channel_value_3};

}  // namespace

host::host(const sc_core::sc_module_name& name) : sc_module(name), socket("socket") {}

bool host::firmware_ready() {
  return regs::firmware_status_field::ready.get(read(regs::firmware_status)) != 0;
}

void host::post(command code, const words& argument) {
  write(regs::channel_command, static_cast<std::uint32_t>(code));
  for (std::size_t i = 0; i < argument.size(); ++i) {
    write(arguments[i], argument[i]);
  }
  write(regs::channel_doorbell, 1);
}

std::optional<host::answer> host::poll() {
  if (regs::channel_status_field::done.get(read(regs::channel_status)) == 0) {
    return std::nullopt;
  }
  answer reply;
  reply.code =
      static_cast<result>(regs::channel_result_field::code.get(read(regs::channel_result)));
  for (std::size_t i = 0; i < reply.value.size(); ++i) {
    reply.value[i] = read(values[i]);
  }
  write(regs::channel_status, regs::channel_status_field::done.mask());
  return reply;
}

std::uint32_t host::read(std::uint32_t offset) {
  std::uint32_t value = 0;
  access(tlm::TLM_READ_COMMAND, offset, value);
  return value;
}

void host::write(std::uint32_t offset, std::uint32_t value) {
  access(tlm::TLM_WRITE_COMMAND, offset, value);
}

void host::access(tlm::tlm_command direction, std::uint32_t offset, std::uint32_t& value) {
  tlm::tlm_generic_payload payload;
  payload.set_command(direction);
  payload.set_address(offset);
  payload.set_data_ptr(reinterpret_cast<unsigned char*>(&value));
  payload.set_data_length(sizeof(value));
  payload.set_streaming_width(sizeof(value));
  payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  sc_core::sc_time delay;
  socket->b_transport(payload, delay);
  base::ensure(payload.is_response_ok(), "host: the CIPU's mailbox refused an access");
}

}  // namespace sn::platform
