# What traces show, instruction by instruction: RAM only, no compressed instructions. The load has no
# memory behind it; its handler leaves the end to the program's.
.globl _start
_start:
  li    a0, 5
  lla   t0, trap
  csrw  mtvec, t0
  lw    a1, 0(zero)
end:
  li    t1, 1
  lla   t0, tohost
  sw    t1, 0(t0)
  wfi
  j     end
.align 2
trap:
  csrr  t2, mepc
  addi  t2, t2, 4
  csrw  mepc, t2
  mret
.align 3
.globl tohost
tohost:
  .dword 0
