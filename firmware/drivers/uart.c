#include "drivers/uart.h"

#include "hal/memory_map.h"
#include "hal/mmio.h"

#define UART_THR (UART_BASE + 0)
#define UART_FCR (UART_BASE + 2)
#define UART_LSR (UART_BASE + 5)

#define UART_FCR_ENABLE 0x01u
#define UART_LSR_THR_EMPTY 0x20u
#define UART_FIFO_DEPTH 16u

void uart_write(const char* text, unsigned length) {
  mmio_write8(UART_FCR, UART_FCR_ENABLE);
  for (unsigned i = 0; i < length; ++i) {
    if (i % UART_FIFO_DEPTH == 0) {
      while ((mmio_read8(UART_LSR) & UART_LSR_THR_EMPTY) == 0) {
      }
    }
    mmio_write8(UART_THR, (uint8_t)text[i]);
  }
}
