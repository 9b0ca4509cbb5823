# How long interrupts take, in ticks of the time CSR. Hart 1 interrupts hart 0 1000 times by software,
# at times that follow no rule; hart 0 is busy, and has a timer too. Each handler notes how late it is:
# counts, sums and maxima lie at `results`. Then the test finisher ends the run.
  .option norelax
  .section .text.start, "ax"
  .globl _start
_start:
  csrr s0, mhartid
  la   s1, shared
  bnez s0, sender

# Hart 0: work without end.
  la   t0, handler
  csrw mtvec, t0
  la   s2, results
  li   s3, 0x02000000       # CLINT: msip of hart 0
  li   s4, 0x02004000       # mtimecmp of hart 0
  li   s7, 12345            # numbers without a rule
  rdtime t0
  li   t1, 20000
  add  s5, t0, t1           # when the timer is due
  sd   s5, 0(s4)
  li   t0, 0x88             # MTIE and MSIE
  csrw mie, t0
  csrsi mstatus, 8
1:
  addi a0, a0, 1
  mul  a1, a0, a0
  xor  a2, a2, a1
  j    1b

  .balign 4
handler:
  rdtime t3
  csrr t4, mcause
  andi t4, t4, 7
  li   t5, 3
  bne  t4, t5, timer
  ld   t6, 0(s1)            # when it was sent
  sub  t3, t3, t6
  mv   t5, s2
  call note
  sw   zero, 0(s3)
  ld   t0, 8(s1)            # answered
  addi t0, t0, 1
  fence
  sd   t0, 8(s1)
  li   t1, 1000
  bne  t0, t1, 2f
  li   t0, 0x100000
  li   t1, 0x5555
  sw   t1, 0(t0)
2:
  mret
timer:
  sub  t3, t3, s5
  addi t5, s2, 24
  call note
  call number
  rdtime t0
  add  s5, t0, t1
  sd   s5, 0(s4)
  mret

# Adds t3 to count, sum and maximum at t5.
note:
  ld   t0, 0(t5)
  addi t0, t0, 1
  sd   t0, 0(t5)
  ld   t0, 8(t5)
  add  t0, t0, t3
  sd   t0, 8(t5)
  ld   t0, 16(t5)
  bgeu t0, t3, 3f
  sd   t3, 16(t5)
3:
  ret

# A number from 20000 on, below 85536, in t1; s7 is the state.
number:
  li   t1, 1103515245
  mul  s7, s7, t1
  li   t1, 12345
  add  s7, s7, t1
  slli t1, s7, 33
  srli t1, t1, 48
  li   t2, 20000
  add  t1, t1, t2
  ret

sender:
  li   s3, 0x02000000
  li   s7, 54321
  li   s8, 0                # sent
4:
  call number
5:
  addi t1, t1, -1
  bnez t1, 5b
  rdtime t0
  sd   t0, 0(s1)
  fence
  li   t0, 1
  sw   t0, 0(s3)
  addi s8, s8, 1
6:
  ld   t0, 8(s1)
  bne  t0, s8, 6b
  j    4b

  .section .data
  .balign 64
shared:
  .dword 0, 0
  .globl results
  .balign 64
results:
  .dword 0, 0, 0, 0, 0, 0
