# Three interrupts whose latencies are known, and accesses to a word of memory and to the UART.
.globl _start
_start:
  lla   t0, trap
  csrw  mtvec, t0
  li    t0, 0x88            # MTIE, MSIE
  csrw  mie, t0
  li    s0, 0x02000000      # CLINT
  li    s1, 0x02004000
  li    t1, 1
  # Masked for the eight instructions between the store and the one that opens.
  sw    t1, 0(s0)
  .rept 8
  nop
  .endr
  csrsi mstatus, 8
  # While it sleeps: at 5 us.
  li    t0, 50
  sd    t0, 0(s1)
  wfi
  # While it is busy: at 30 us.
  li    t0, 300
  sd    t0, 0(s1)
  li    s2, 1
1:
  bnez  s2, 1b
  lla   s3, word
  li    t0, 0x1234
  sw    t0, 0(s3)
load:
  lw    t1, 0(s3)
  li    t2, 2
  amoadd.w t3, t2, (s3)
  li    t4, 0x10000000      # UART
  li    t0, 65
  sb    t0, 0(t4)
  li    t0, 0x100000
  li    t1, 0x5555
  sw    t1, 0(t0)
2:
  wfi
  j     2b
.align 2
trap:
  csrr  t3, mcause
  andi  t3, t3, 15
  li    t4, 7
  beq   t3, t4, timer
  sw    zero, 0(s0)
  mret
timer:
  li    t3, -1
  sd    t3, 0(s1)
  addi  s2, s2, -1
  mret
.align 12
.globl word
word:
  .dword 0
