// Requests to many switches at once: each switch works through its own list, and the CIPU sleeps
// while all of them are busy.
#ifndef CIPU_REQUESTS_H
#define CIPU_REQUESTS_H

#include <stdbool.h>
#include <stdint.h>

#include "cipu/partition.h"
#include "drivers/mailbox_client.h"

#define MAX_REQUESTS 256u

struct request_list {
  const struct switch_unit* unit;
  unsigned count;
  unsigned sent;
  bool waiting;
  struct mailbox_request request[MAX_REQUESTS];
};

struct requests {
  struct request_list list[MAX_SWITCHES];
  unsigned lists;
};

// Called for every answer. False: this answer means that the whole has failed.
typedef bool (*answer_handler)(struct partition* partition, const struct switch_unit* unit,
                               const struct mailbox_request* request,
                               const struct mailbox_answer* answer);

// The one set of lists, emptied.
struct requests* requests_begin(void);

// Appends a request for a switch. False if the list is full.
bool requests_add(struct requests* requests, const struct switch_unit* unit,
                  const struct mailbox_request* request);

// Sends all requests and handles all answers. False if a handler said so or if a switch did not
// answer in time (which is logged).
bool requests_run(struct partition* partition, struct requests* requests, answer_handler handle,
                  uint32_t timeout_us);

// One request to one mailbox. False if there was no answer in time (which is logged).
bool request_call(struct partition* partition, uintptr_t base, unsigned window,
                  const struct mailbox_request* request, struct mailbox_answer* answer,
                  uint32_t timeout_us);

#endif  // CIPU_REQUESTS_H
