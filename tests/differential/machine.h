/* What the programs of this folder use of the machine that runs them. */
#pragma once

#include <stdint.h>

typedef unsigned long word;

#define PAGE 4096u

#define UART (*(volatile uint8_t*)0x10000000)
#define FINISHER (*(volatile uint32_t*)0x100000)

#define GET(csr)                                      \
  ({                                                  \
    word value;                                       \
    __asm__ volatile("csrr %0, " #csr : "=r"(value)); \
    value;                                            \
  })
#define SET(csr, value) __asm__ volatile("csrw " #csr ", %0" ::"r"((word)(value)) : "memory")

static inline void put(const char* text) {
  while (*text) {
    UART = (uint8_t)*text++;
  }
}

static inline void put_hex(const char* name, uint64_t value) {
  put(name);
  int shift = 60;
  while (shift > 0 && value >> shift == 0) {
    shift -= 4;
  }
  for (; shift >= 0; shift -= 4) {
    UART = (uint8_t) "0123456789abcdef"[value >> shift & 15];
  }
}
