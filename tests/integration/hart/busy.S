# Every hart at once: timer interrupts, software interrupts from hart to hart, LR/SC on a word that
# all share, floating point, and characters to the UART. After 100 timer interrupts of hart 0 the
# shared count is printed in hexadecimal and the run ends. Assembled with HARTS.
.globl _start
_start:
  csrr s0, mhartid
  la t0, trap
  csrw mtvec, t0
  li t0, 0x6000             # mstatus.FS
  csrs mstatus, t0
  fcvt.d.w fs0, s0
  li t0, 1
  fcvt.d.w fs1, t0
  # mtimecmp of this hart
  li s1, 0x02004000
  slli t0, s0, 3
  add s1, s1, t0
  li s2, 0x0200bff8         # mtime
  li s3, 0                  # timer interrupts so far
  li s4, 0                  # software interrupts so far
  ld t0, 0(s2)
  addi t0, t0, 37
  sd t0, 0(s1)
  li t0, 0x88               # mie: MTIE, MSIE
  csrw mie, t0
  csrsi mstatus, 8
  la s5, shared
1:
  lr.d t0, (s5)
  addi t0, t0, 1
  sc.d t1, t0, (s5)
  fadd.d fs0, fs0, fs1
  fdiv.d fs2, fs1, fs0
  andi t2, s3, 7
  bnez t2, 1b
  wfi                       # until the next interrupt of either kind
  j 1b

.align 2
trap:
  csrr t3, mcause
  slli t3, t3, 1
  srli t3, t3, 1
  li t4, 7
  bne t3, t4, software
  addi s3, s3, 1
  ld t3, 0(s2)
  addi t3, t3, 53           # 5.3 us
  sd t3, 0(s1)
  # A software interrupt for the next hart.
  addi t3, s0, 1
  li t4, HARTS
  remu t3, t3, t4
  slli t3, t3, 2
  li t4, 0x02000000
  add t3, t3, t4
  li t4, 1
  sw t4, 0(t3)
  # A character: hart and count.
  li t3, 0x10000000
  addi t4, s0, 65
  sb t4, 0(t3)
  bnez s0, 2f
  li t4, 100
  bne s3, t4, 2f
  ld t4, 0(s5)
  li t5, 16
3:
  srli t6, t4, 60
  slli t4, t4, 4
  addi t6, t6, 97           # a to p
  sb t6, 0(t3)
  addi t5, t5, -1
  bnez t5, 3b
  li t3, 0x00100000
  li t4, 0x5555
  sw t4, 0(t3)
2:
  mret
software:
  addi s4, s4, 1
  slli t3, s0, 2
  li t4, 0x02000000
  add t3, t3, t4
  sw zero, 0(t3)
  mret

.align 3
shared:
  .dword 0
