// The management windows, and which of them want attention.
#ifndef CIPU_WINDOWS_H
#define CIPU_WINDOWS_H

#include <stdbool.h>
#include <stdint.h>

#define MAX_WINDOWS 128u

// Address of a window.
uintptr_t window_base(unsigned window);

// The device in the window raises its alert, or has answered this CIPU's mailbox channel.
bool window_raised(unsigned window);

#endif  // CIPU_WINDOWS_H
