// The console (NS16550, byte registers).
#ifndef DRIVERS_UART_H
#define DRIVERS_UART_H

// Writes so many characters; returns when the UART has taken them.
void uart_write(const char* text, unsigned length);

#endif  // DRIVERS_UART_H
