#include "drivers/mailbox_client.h"

#include <stddef.h>

#include "hal/field.h"
#include "hal/mmio.h"
#include "registers/generated/c/enumerations.h"
#include "registers/generated/c/mailbox.h"

// How many arguments and values a command has: an access across the management network takes long,
// so none is made in vain.
struct command_shape {
  uint8_t command;
  uint8_t arguments;
  uint8_t values;
};

static struct command_shape shape_of(uint32_t command) {
  static const struct command_shape shapes[] = {
      {mailbox_command_ping, 1, 1},          {mailbox_command_port_count, 0, 1},
      {mailbox_command_train_ports, 4, 2},   {mailbox_command_set_pod, 2, 0},
      {mailbox_command_set_route, 2, 0},     {mailbox_command_clear_route, 1, 0},
      {mailbox_command_pool_capacity, 0, 3}, {mailbox_command_pool_allocate, 2, 4},
      {mailbox_command_pool_release, 1, 0},
  };
  for (unsigned i = 0; i < sizeof shapes / sizeof shapes[0]; ++i) {
    if (shapes[i].command == command) {
      return shapes[i];
    }
  }
  return (struct command_shape){(uint8_t)command, 4, 4};
}

bool mailbox_ready(uintptr_t base) {
  return FIELD_GET(MAILBOX__FIRMWARE_STATUS__READY,
                   mmio_read32(base + offsetof(mailbox_t, firmware_status))) != 0;
}

void mailbox_post(uintptr_t base, unsigned channel, const struct mailbox_request* request) {
  const struct command_shape shape = shape_of(request->command);
  mmio_write32(base + offsetof(mailbox_t, channel[channel].command), request->command);
  for (unsigned i = 0; i < shape.arguments; ++i) {
    mmio_write32(base + offsetof(mailbox_t, channel[channel].argument[i]), request->argument[i]);
  }
  mmio_write32(base + offsetof(mailbox_t, channel[channel].doorbell),
               FIELD_SET(MAILBOX__CHANNELX__DOORBELL__RING, 1));
}

bool mailbox_answered(uintptr_t base, unsigned channel) {
  return FIELD_GET(MAILBOX__CHANNELX__STATUS__DONE,
                   mmio_read32(base + offsetof(mailbox_t, channel[channel].status))) != 0;
}

struct mailbox_answer mailbox_collect(uintptr_t base, unsigned channel,
                                      const struct mailbox_request* request) {
  const struct command_shape shape = shape_of(request->command);
  struct mailbox_answer answer = {0};
  answer.result = FIELD_GET(MAILBOX__CHANNELX__RESULT__CODE,
                            mmio_read32(base + offsetof(mailbox_t, channel[channel].result)));
  for (unsigned i = 0; i < shape.values; ++i) {
    answer.value[i] = mmio_read32(base + offsetof(mailbox_t, channel[channel].value[i]));
  }
  mmio_write32(base + offsetof(mailbox_t, channel[channel].status),
               FIELD_SET(MAILBOX__CHANNELX__STATUS__DONE, 1));
  return answer;
}

const char* mailbox_result_text(uint32_t result) {
  static const char* const texts[] = {
      [mailbox_result_ok] = "ok",
      [mailbox_result_unknown_command] = "unknown command",
      [mailbox_result_bad_argument] = "bad argument",
      [mailbox_result_not_owner] = "owned by another partition",
      [mailbox_result_no_capacity] = "no capacity left",
      [mailbox_result_failed] = "failed",
  };
  return result < sizeof texts / sizeof texts[0] ? texts[result] : "unknown result";
}
