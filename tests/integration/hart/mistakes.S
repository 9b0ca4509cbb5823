# Twelve times an illegal instruction, a store where nothing is, and a read of a CSR that does not exist.
.globl _start
_start:
  lla   t0, trap
  csrw  mtvec, t0
  li    t1, 12
  li    t2, 16
.balign 4
again:
  .word 0xffffffff
  sw    t1, 0(t2)
  csrr  t3, 0x7c0
  addi  t1, t1, -1
  bnez  t1, again
  li    t1, 1
  lla   t0, tohost
  sw    t1, 0(t0)
end:
  wfi
  j     end
.balign 4
trap:
  csrr  t3, mepc
  addi  t3, t3, 4
  csrw  mepc, t3
  mret
.balign 8
.globl tohost
tohost:
  .dword 0
