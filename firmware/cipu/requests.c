#include "cipu/requests.h"

#include "cipu/wait.h"
#include "cipu/windows.h"
#include "hal/interrupts.h"
#include "hal/timer.h"
#include "lib/log.h"

struct requests* requests_begin(void) {
  static struct requests requests;
  requests.lists = 0;
  return &requests;
}

bool requests_add(struct requests* requests, const struct switch_unit* unit,
                  const struct mailbox_request* request) {
  unsigned i = 0;
  while (i < requests->lists && requests->list[i].unit != unit) {
    ++i;
  }
  if (i == MAX_SWITCHES) {
    return false;
  }
  struct request_list* list = &requests->list[i];
  if (i == requests->lists) {
    ++requests->lists;
    list->unit = unit;
    list->count = 0;
    list->sent = 0;
    list->waiting = false;
  }
  if (list->count == MAX_REQUESTS) {
    return false;
  }
  list->request[list->count++] = *request;
  return true;
}

// Takes the answer that a switch has given and sends its next request. True if it has more to do.
static bool advance(const struct partition* partition, struct request_list* list) {
  if (list->sent == list->count) {
    list->waiting = false;
    return false;
  }
  mailbox_post(list->unit->base, partition->channel, &list->request[list->sent++]);
  list->waiting = true;
  return true;
}

bool requests_run(struct partition* partition, struct requests* requests, answer_handler handle,
                  uint32_t timeout_us) {
  const uint64_t deadline = timer_after_us(timeout_us);
  bool good = true;
  unsigned busy = 0;
  for (unsigned i = 0; i < requests->lists; ++i) {
    busy += advance(partition, &requests->list[i]);
  }
  uint32_t sources = 0;
  while (busy > 0 && timer_now() < deadline) {
    bool progress = false;
    for (unsigned i = 0; i < requests->lists; ++i) {
      struct request_list* list = &requests->list[i];
      if (!list->waiting || !window_raised(list->unit->window)) {
        continue;
      }
      progress = true;
      const struct mailbox_request* request = &list->request[list->sent - 1];
      const struct mailbox_answer answer =
          mailbox_collect(list->unit->base, partition->channel, request);
      good = handle(partition, list->unit, request, &answer) && good;
      busy -= !advance(partition, list);
    }
    interrupts_done(sources);
    sources = progress ? 0 : cipu_wait(partition, deadline);
  }
  interrupts_done(sources);
  for (unsigned i = 0; i < requests->lists; ++i) {
    if (requests->list[i].waiting) {
      log_line("switch of plane %u does not answer", requests->list[i].unit->plane);
      good = false;
    }
  }
  return good;
}

bool request_call(struct partition* partition, uintptr_t base, unsigned window,
                  const struct mailbox_request* request, struct mailbox_answer* answer,
                  uint32_t timeout_us) {
  const uint64_t deadline = timer_after_us(timeout_us);
  mailbox_post(base, partition->channel, request);
  uint32_t sources = 0;
  while (!window_raised(window)) {
    interrupts_done(sources);
    if (timer_now() >= deadline) {
      log_line("the device in window %u does not answer", window);
      return false;
    }
    sources = cipu_wait(partition, deadline);
  }
  *answer = mailbox_collect(base, partition->channel, request);
  interrupts_done(sources);
  return true;
}
