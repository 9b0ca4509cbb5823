#include "drivers/mailbox_server.h"

#include <stddef.h>

#include "hal/field.h"
#include "hal/mmio.h"
#include "registers/generated/c/mailbox.h"

#define ALL_CHANNELS ((1u << MAILBOX_CHANNELS) - 1u)

static void enable_interrupts(const struct mailbox_server* server) {
  mmio_write32(server->base + offsetof(mailbox_t, interrupt_enable),
               FIELD_SET(MAILBOX__INTERRUPT_ENABLE__CHANNELS, ALL_CHANNELS & ~server->in_service));
}

void mailbox_server_start(struct mailbox_server* server, uintptr_t base) {
  server->base = base;
  server->in_service = 0;
  enable_interrupts(server);
  mmio_write32(base + offsetof(mailbox_t, firmware_status),
               FIELD_SET(MAILBOX__FIRMWARE_STATUS__READY, 1));
}

uint32_t mailbox_server_pending(const struct mailbox_server* server) {
  return FIELD_GET(MAILBOX__PENDING__CHANNELS,
                   mmio_read32(server->base + offsetof(mailbox_t, pending))) &
         ~server->in_service;
}

struct mailbox_request mailbox_server_take(struct mailbox_server* server, unsigned channel) {
  struct mailbox_request request = {0};
  request.command =
      FIELD_GET(MAILBOX__CHANNELX__COMMAND__CODE,
                mmio_read32(server->base + offsetof(mailbox_t, channel[channel].command)));
  for (unsigned i = 0; i < 4; ++i) {
    request.argument[i] =
        mmio_read32(server->base + offsetof(mailbox_t, channel[channel].argument[i]));
  }
  server->in_service |= 1u << channel;
  enable_interrupts(server);
  return request;
}

void mailbox_server_answer(struct mailbox_server* server, unsigned channel,
                           const struct mailbox_answer* answer) {
  const uintptr_t base = server->base;
  for (unsigned i = 0; i < 4; ++i) {
    mmio_write32(base + offsetof(mailbox_t, channel[channel].value[i]), answer->value[i]);
  }
  mmio_write32(base + offsetof(mailbox_t, channel[channel].result),
               FIELD_SET(MAILBOX__CHANNELX__RESULT__CODE, answer->result));
  mmio_write32(base + offsetof(mailbox_t, channel[channel].complete),
               FIELD_SET(MAILBOX__CHANNELX__COMPLETE__DONE, 1));
  server->in_service &= ~(1u << channel);
  enable_interrupts(server);
}
