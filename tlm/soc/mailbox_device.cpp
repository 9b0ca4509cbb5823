#include "soc/mailbox_device.h"

#include <iterator>
#include <utility>

namespace sn::soc {

namespace block = registers::mailbox;

mailbox_device::mailbox_device(const mailbox_configuration& configuration)
    : registers_(block::table, std::size(block::table), block::block_size) {
  registers_.set(block::identity, block::identity_field::device_type,
                 static_cast<std::uint32_t>(configuration.type));
  if (configuration.has_endpoint) {
    registers_.set(block::endpoint, block::endpoint_field::valid, 1);
    registers_.set(block::endpoint, block::endpoint_field::id, configuration.endpoint);
  }
  registers_.set(block::endpoint, block::endpoint_field::domain, configuration.domain);
  registers_.set(block::unit, block::unit_field::index, configuration.index);
  registers_.set(block::unit, block::unit_field::domain, configuration.domain);

  registers_.on_write(block::channel_doorbell,
                      [this](std::uint32_t channel, std::uint32_t value) { ring(channel, value); });
  registers_.on_write(block::channel_complete, [this](std::uint32_t channel, std::uint32_t value) {
    complete(channel, value);
  });
  registers_.on_write(block::channel_status, [this](std::uint32_t channel, std::uint32_t value) {
    drive_answer(channel, block::channel_status_field::done.get(value) != 0);
  });
  registers_.on_write(block::interrupt_enable,
                      [this](std::uint32_t, std::uint32_t) { drive_pending(); });
}

bool mailbox_device::firmware_ready() const {
  return registers_.get(block::firmware_status, block::firmware_status_field::ready) != 0;
}

void mailbox_device::ring(unsigned channel, std::uint32_t value) {
  registers_.set(block::channel_doorbell, 0, channel);
  if (block::channel_doorbell_field::ring.get(value) == 0) {
    return;
  }
  // A new request takes back an answer that was never cleared.
  registers_.set(block::channel_status, block::channel_status_field::busy.set(0, 1), channel);
  drive_answer(channel, false);
  registers_.set(block::pending, registers_.get(block::pending) | (1U << channel));
  drive_pending();
}

void mailbox_device::complete(unsigned channel, std::uint32_t value) {
  registers_.set(block::channel_complete, 0, channel);
  const std::uint32_t pending = registers_.get(block::pending);
  if (block::channel_complete_field::done.get(value) == 0 || ((pending >> channel) & 1U) == 0) {
    return;
  }
  registers_.set(block::pending, pending & ~(1U << channel));
  registers_.set(block::channel_status, block::channel_status_field::done.set(0, 1), channel);
  drive_pending();
  drive_answer(channel, true);
}

void mailbox_device::drive_pending() {
  if (on_pending_) {
    on_pending_((registers_.get(block::pending) & registers_.get(block::interrupt_enable)) != 0);
  }
}

void mailbox_device::drive_answer(unsigned channel, bool level) {
  if (on_answer_) {
    on_answer_(channel, level);
  }
}

}  // namespace sn::soc
