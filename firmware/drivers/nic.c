#include "drivers/nic.h"

#include <stddef.h>

#include "hal/field.h"
#include "hal/memory_map.h"
#include "hal/mmio.h"
#include "registers/generated/c/cipu.h"

void nic_enable(void) {
  mmio_write32(
      CIPU_BASE + offsetof(cipu_t, nic.control),
      FIELD_SET(CIPU__NIC__CONTROL__ENABLE, 1u << nic_port_scale_out | 1u << nic_port_dcn));
}

bool nic_link_up(unsigned port) {
  return (FIELD_GET(CIPU__NIC__STATUS__UP, mmio_read32(CIPU_BASE + offsetof(cipu_t, nic.status))) >>
              port &
          1u) != 0;
}

void nic_send(unsigned port, unsigned destination, const uint32_t* words, unsigned bytes) {
  for (unsigned i = 0; i < (bytes + 3) / 4; ++i) {
    mmio_write32(CIPU_BASE + offsetof(cipu_t, nic.send_data[i]), words[i]);
  }
  mmio_write32(CIPU_BASE + offsetof(cipu_t, nic.send_header),
               FIELD_SET(CIPU__NIC__SEND_HEADER__DESTINATION, destination) |
                   FIELD_SET(CIPU__NIC__SEND_HEADER__LENGTH, bytes) |
                   FIELD_SET(CIPU__NIC__SEND_HEADER__PORT, port));
  mmio_write32(CIPU_BASE + offsetof(cipu_t, nic.send), FIELD_SET(CIPU__NIC__SEND__GO, 1));
}

bool nic_receive(struct nic_frame* frame) {
  const uint32_t status = mmio_read32(CIPU_BASE + offsetof(cipu_t, nic.receive_status));
  if (FIELD_GET(CIPU__NIC__RECEIVE_STATUS__FRAMES, status) == 0) {
    return false;
  }
  const uint32_t header = mmio_read32(CIPU_BASE + offsetof(cipu_t, nic.receive_header));
  frame->source = FIELD_GET(CIPU__NIC__RECEIVE_HEADER__SOURCE, header);
  frame->port = FIELD_GET(CIPU__NIC__RECEIVE_HEADER__PORT, header);
  frame->bytes = FIELD_GET(CIPU__NIC__RECEIVE_HEADER__LENGTH, header);
  if (frame->bytes > NIC_FRAME_WORDS * 4) {
    frame->bytes = NIC_FRAME_WORDS * 4;
  }
  for (unsigned i = 0; i < (frame->bytes + 3) / 4; ++i) {
    frame->word[i] = mmio_read32(CIPU_BASE + offsetof(cipu_t, nic.receive_data[i]));
  }
  mmio_write32(CIPU_BASE + offsetof(cipu_t, nic.receive_next),
               FIELD_SET(CIPU__NIC__RECEIVE_NEXT__GO, 1));
  return true;
}
