/* What the test programs share: the map of the controller, CSR access and a console. */
#ifndef BOARD_H
#define BOARD_H

#include <stdint.h>

#define REG8(address) (*(volatile uint8_t*)(uintptr_t)(address))
#define REG32(address) (*(volatile uint32_t*)(uintptr_t)(address))
#define REG64(address) (*(volatile uint64_t*)(uintptr_t)(address))

#define CLINT 0x02000000u
#define MTIMECMP (CLINT + 0x4000u)
#define MTIME (CLINT + 0xbff8u)
#define PLIC 0x0c000000u
#define PLIC_ENABLE (PLIC + 0x2000u)
#define PLIC_THRESHOLD (PLIC + 0x200000u)
#define PLIC_CLAIM (PLIC + 0x200004u)
#define UART 0x10000000u
#define LOCAL 0x20000000u

#define MIE_TIMER (1u << 7)
#define MIE_EXTERNAL (1u << 11)
#define MSTATUS_MIE (1u << 3)

#define READ_CSR(name)                             \
  ({                                               \
    uintptr_t v;                                   \
    __asm__ volatile("csrr %0, " #name : "=r"(v)); \
    v;                                             \
  })
#define WRITE_CSR(name, value) __asm__ volatile("csrw " #name ", %0" ::"r"((uintptr_t)(value)))
#define SET_CSR(name, value) __asm__ volatile("csrs " #name ", %0" ::"r"((uintptr_t)(value)))
#define WFI() __asm__ volatile("wfi" ::: "memory")

static inline void put(const char* text) {
  while (*text) {
    REG8(UART) = (uint8_t)*text++;
  }
}

static inline void put_hex(uint64_t value) {
  char digits[17];
  for (int i = 15; i >= 0; --i) {
    digits[i] = "0123456789abcdef"[value & 15];
    value >>= 4;
  }
  digits[16] = 0;
  const char* first = digits;
  while (first[0] == '0' && first[1] != 0) {
    ++first;
  }
  put(first);
}

static inline void put_line(const char* name, uint64_t value) {
  put(name);
  put(" ");
  put_hex(value);
  put("\n");
}

static inline uint64_t mtime(void) {
  uint32_t high;
  uint32_t low;
  do {
    high = REG32(MTIME + 4);
    low = REG32(MTIME);
  } while (REG32(MTIME + 4) != high);
  return (uint64_t)high << 32 | low;
}

static inline void set_mtimecmp(uint64_t value) {
  REG32(MTIMECMP + 4) = 0xffffffffu;
  REG32(MTIMECMP) = (uint32_t)value;
  REG32(MTIMECMP + 4) = (uint32_t)(value >> 32);
}

#endif
