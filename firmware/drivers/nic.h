// The CIPU's NIC: frames to other CIPUs.
#ifndef DRIVERS_NIC_H
#define DRIVERS_NIC_H

#include <stdbool.h>
#include <stdint.h>

#define NIC_FRAME_WORDS 64u

enum nic_port { nic_port_scale_out = 0, nic_port_dcn = 1 };

// A received frame; words beyond its length are not valid.
struct nic_frame {
  unsigned source;  // index of the sender's partition
  unsigned port;    // enum nic_port
  unsigned bytes;
  uint32_t word[NIC_FRAME_WORDS];
};

void nic_enable(void);
bool nic_link_up(unsigned port);
void nic_send(unsigned port, unsigned destination, const uint32_t* words, unsigned bytes);
// Takes the first frame that waits, if one does.
bool nic_receive(struct nic_frame* frame);

#endif  // DRIVERS_NIC_H
