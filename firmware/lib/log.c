#include "lib/log.h"

#include <stdarg.h>
#include <stdio.h>

#include "drivers/uart.h"
#include "hal/timer.h"

void log_line(const char* format, ...) {
  char text[160];
  const uint64_t microseconds = timer_now() / TIMER_TICKS_PER_US;
  const int stamp =
      snprintf(text, sizeof text, "[%5lu.%06lu] ", (unsigned long)(microseconds / 1000000u),
               (unsigned long)(microseconds % 1000000u));
  va_list arguments;
  va_start(arguments, format);
  int length = stamp + vsnprintf(text + stamp, sizeof text - (size_t)stamp, format, arguments);
  va_end(arguments);
  if (length > (int)sizeof text - 1) {
    length = (int)sizeof text - 1;
  }
  text[length] = '\n';
  uart_write(text, (unsigned)length + 1);
}
