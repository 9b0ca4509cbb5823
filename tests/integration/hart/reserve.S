# Hart 0 reserves a location and waits until hart 1 has said that it is done, which then has changed the
# location and changed it back (CHANGE = 1), or has changed nothing (0: it sleeps).
# The code of failure is 2 if SC fails, 1 if it succeeds.
.globl _start
_start:
  la    t0, location
  la    t1, turn
  csrr  t2, mhartid
  bnez  t2, other
.ifeq CHANGE
  li    t4, 100000          # until hart 1 sleeps
0:
  addi  t4, t4, -1
  bnez  t4, 0b
.endif
  lr.w  a0, (t0)
  li    t3, 1
  sw    t3, 0(t1)
.if CHANGE
1:
  lw    t4, 0(t1)
  beq   t4, t3, 1b
.else
  li    t4, 100000          # several quanta of 10 us
1:
  addi  t4, t4, -1
  bnez  t4, 1b
.endif
  sc.w  a1, a0, (t0)
  addi  a1, a1, 1
  slli  a1, a1, 16
  li    t3, 0x3333
  or    a1, a1, t3
  li    t0, 0x100000
  sw    a1, 0(t0)
other:
.if CHANGE
2:
  lw    t4, 0(t1)
  beqz  t4, 2b
  li    t3, 7
  sw    t3, 0(t0)
  sw    zero, 0(t0)
  li    t3, 2
  sw    t3, 0(t1)
.endif
3:
  wfi
  j     3b

.balign 64
location:
  .dword 0
.balign 64
turn:
  .dword 0
