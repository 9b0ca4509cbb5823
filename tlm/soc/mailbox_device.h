// The management mailbox: requests of up to 16 callers to a controller's firmware.
#pragma once

#include <cstdint>
#include <functional>

#include "base/ids.h"
#include "base/register_file.h"
#include "registers/generated/cpp/mailbox.h"

namespace sn::soc {

/// What identifies the device that a mailbox belongs to.
struct mailbox_configuration {
  registers::device_type type = registers::device_type::none;
  unsigned index = 0;         ///< of the unit in its domain; of a switch: its plane
  unsigned domain = 0;        ///< scale-up domain
  bool has_endpoint = false;  ///< the device is an endpoint on ALink
  base::endpoint_id endpoint = 0;
};

/// The block of registers/mailbox.rdl. Callers and controller see the same registers; what a write
/// does is the same from both sides.
class mailbox_device {
 public:
  /// Drives the controller's interrupt: some enabled channel has a request.
  using pending_callback = std::function<void(bool level)>;
  /// Drives the line to the caller of a channel: its answer is there.
  using answer_callback = std::function<void(unsigned channel, bool level)>;

  explicit mailbox_device(const mailbox_configuration& configuration);
  mailbox_device(const mailbox_device&) = delete;
  mailbox_device& operator=(const mailbox_device&) = delete;

  void on_pending(pending_callback callback) { on_pending_ = std::move(callback); }
  void on_answer(answer_callback callback) { on_answer_ = std::move(callback); }

  base::register_file& registers() { return registers_; }
  const base::register_file& registers() const { return registers_; }
  /// The firmware has said that it answers.
  bool firmware_ready() const;

 private:
  void ring(unsigned channel, std::uint32_t value);
  void complete(unsigned channel, std::uint32_t value);
  void drive_pending();
  void drive_answer(unsigned channel, bool level);

  base::register_file registers_;
  pending_callback on_pending_;
  answer_callback on_answer_;
};

}  // namespace sn::soc
