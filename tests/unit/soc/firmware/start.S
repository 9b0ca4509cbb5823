# Entry of the test programs: a0 (hart id) and a1 (argument) become main's parameters. Traps go to
# trap(mcause, mepc, mtval), which returns where to go on. When main returns the hart sleeps.
  .option norelax
  .section .text.start, "ax"
  .globl _start
_start:
  la   sp, stack_top
  la   t0, trap_entry
  csrw mtvec, t0
  call main
1:
  wfi
  j    1b

  .section .text, "ax"
#if __riscv_xlen == 64
#define STORE sd
#define LOAD ld
#define WORD 8
#else
#define STORE sw
#define LOAD lw
#define WORD 4
#endif
  .balign 4
trap_entry:
  addi sp, sp, -16 * WORD
  STORE ra, 0 * WORD(sp)
  STORE t0, 1 * WORD(sp)
  STORE t1, 2 * WORD(sp)
  STORE t2, 3 * WORD(sp)
  STORE a0, 4 * WORD(sp)
  STORE a1, 5 * WORD(sp)
  STORE a2, 6 * WORD(sp)
  STORE a3, 7 * WORD(sp)
  STORE a4, 8 * WORD(sp)
  STORE a5, 9 * WORD(sp)
  STORE a6, 10 * WORD(sp)
  STORE a7, 11 * WORD(sp)
  STORE t3, 12 * WORD(sp)
  STORE t4, 13 * WORD(sp)
  STORE t5, 14 * WORD(sp)
  STORE t6, 15 * WORD(sp)
  csrr a0, mcause
  csrr a1, mepc
  csrr a2, mtval
  call trap
  csrw mepc, a0
  LOAD ra, 0 * WORD(sp)
  LOAD t0, 1 * WORD(sp)
  LOAD t1, 2 * WORD(sp)
  LOAD t2, 3 * WORD(sp)
  LOAD a0, 4 * WORD(sp)
  LOAD a1, 5 * WORD(sp)
  LOAD a2, 6 * WORD(sp)
  LOAD a3, 7 * WORD(sp)
  LOAD a4, 8 * WORD(sp)
  LOAD a5, 9 * WORD(sp)
  LOAD a6, 10 * WORD(sp)
  LOAD a7, 11 * WORD(sp)
  LOAD t3, 12 * WORD(sp)
  LOAD t4, 13 * WORD(sp)
  LOAD t5, 14 * WORD(sp)
  LOAD t6, 15 * WORD(sp)
  addi sp, sp, 16 * WORD
  mret
