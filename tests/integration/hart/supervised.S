# Drops to supervisor mode for one instruction, a call back, whose handler ends the run.
.globl _start
_start:
  lla   t0, trap
  csrw  mtvec, t0
  li    t0, -1
  csrw  pmpaddr0, t0
  li    t0, 15              # everything, for all modes
  csrw  pmpcfg0, t0
  li    t0, 0x800           # MPP: supervisor
  csrs  mstatus, t0
  lla   t0, inside
  csrw  mepc, t0
  mret
inside:
  ecall
.align 2
trap:
  li    t1, 1
  lla   t0, tohost
  sw    t1, 0(t0)
1:
  wfi
  j     1b
.align 3
.globl tohost
tohost:
  .dword 0
