// The caller's side of a mailbox channel.
#ifndef DRIVERS_MAILBOX_CLIENT_H
#define DRIVERS_MAILBOX_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

struct mailbox_request {
  uint32_t command;  // enum mailbox_command
  uint32_t argument[4];
};

struct mailbox_answer {
  uint32_t result;  // enum mailbox_result
  uint32_t value[4];
};

// The firmware behind the mailbox at `base` answers.
bool mailbox_ready(uintptr_t base);

// Rings with a request; its answer must be collected before the next.
void mailbox_post(uintptr_t base, unsigned channel, const struct mailbox_request* request);

// The answer is there.
bool mailbox_answered(uintptr_t base, unsigned channel);

// Takes the answer and frees the channel.
struct mailbox_answer mailbox_collect(uintptr_t base, unsigned channel,
                                      const struct mailbox_request* request);

// A result in words.
const char* mailbox_result_text(uint32_t result);

#endif  // DRIVERS_MAILBOX_CLIENT_H
