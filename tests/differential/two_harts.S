# Both harts begin here, each with a stack of its own.
  .option norelax
  .section .text.start, "ax"
  .globl _start
_start:
  csrr  a0, mhartid
  li    t0, 2
1:
  bgeu  a0, t0, 1b
  la    sp, stack_top
  slli  t1, a0, 14
  sub   sp, sp, t1
  call  main_of_hart
1:
  j     1b
