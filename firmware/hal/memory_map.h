// Where a controller finds things; every controller of the platform has the same map.
#ifndef HAL_MEMORY_MAP_H
#define HAL_MEMORY_MAP_H

#include <stdint.h>

// The hart's surroundings.
#define CLINT_BASE ((uintptr_t)0x02000000)
#define PLIC_BASE ((uintptr_t)0x0c000000)
#define UART_BASE ((uintptr_t)0x10000000)

// The device's own registers. A switch and a pool have their mailbox first, then their block; a
// CIPU has its block first, then the mailbox of its host.
#define LOCAL_BASE ((uintptr_t)0x20000000)
#define SWITCH_MAILBOX_BASE (LOCAL_BASE)
#define SWITCH_BASE (LOCAL_BASE + 0x10000)
#define SWITCH_ARBITER_BASE (LOCAL_BASE + 0x20000)
#define POOL_MAILBOX_BASE (LOCAL_BASE)
#define POOL_BASE (LOCAL_BASE + 0x10000)
#define CIPU_BASE (LOCAL_BASE)
#define HOST_MAILBOX_BASE (LOCAL_BASE + 0x10000)

// The management network, seen by a CIPU only: one window per device. A window that holds a pool
// has the pool's mailbox first, then its block.
#if UINTPTR_MAX > 0xffffffffu
#define MANAGEMENT_BASE ((uintptr_t)0x4000000000)
#define MANAGEMENT_WINDOW_SIZE ((uintptr_t)0x100000)
#define MANAGEMENT_POOL_OFFSET ((uintptr_t)0x10000)
#endif

// Sources of the interrupt controller.
enum switch_interrupt { switch_interrupt_mailbox = 1, switch_interrupt_port_change = 2 };
enum pool_interrupt { pool_interrupt_mailbox = 1 };
enum cipu_interrupt {
  cipu_interrupt_host = 1,
  cipu_interrupt_dma = 2,
  cipu_interrupt_alert = 3,
  cipu_interrupt_answer = 4,
  cipu_interrupt_nic = 5,
};

#endif  // HAL_MEMORY_MAP_H
