// The boot log: lines on the UART, each with the time since power-on.
#ifndef LIB_LOG_H
#define LIB_LOG_H

// Prints "[seconds] text" and a newline; a line longer than the buffer is cut.
__attribute__((format(printf, 1, 2))) void log_line(const char* format, ...);

#endif  // LIB_LOG_H
