# Ends by the test finisher: hart 0 fails with the number of harts that have arrived, as code.
.globl _start
_start:
  la       t0, arrived
  li       t1, 1
  amoadd.w zero, t1, (t0)
  csrr     t2, mhartid
  bnez     t2, wait
again:
  lw       t1, 0(t0)
  li       t3, HARTS
  bne      t1, t3, again
  slli     t1, t1, 16
  li       t3, 0x3333
  or       t1, t1, t3
  li       t0, 0x100000
  sw       t1, 0(t0)
wait:
  wfi
  j        wait

.balign 64
arrived:
  .dword 0
