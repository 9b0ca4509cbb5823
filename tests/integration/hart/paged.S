# Supervisor mode behind Sv39: the first gigabyte of RAM also lies at 0x40000000, where the code runs
# for ever and counts in `counter`. Every hart has a counter of its own.
.globl _start
_start:
  csrr s0, mhartid
  # Physical memory protection: everything, for all modes.
  li t0, -1
  csrw pmpaddr0, t0
  li t0, 0x1f
  csrw pmpcfg0, t0
  # Gigapages: 1 and 2 both are physical 0x80000000. V, R, W, X, A, D.
  la t0, table
  li t1, 0x200000cf
  sd t1, 8(t0)
  sd t1, 16(t0)
  srli t0, t0, 12
  li t1, 8
  slli t1, t1, 60
  or t0, t0, t1
  csrw satp, t0
  sfence.vma
  # To supervisor mode, at the virtual address.
  li t0, 0x800
  csrw mstatus, t0
  la t0, virtual
  li t1, 0x40000000
  sub t0, t0, t1
  csrw mepc, t0
  mret

.globl virtual
virtual:
  la s1, counter
  slli t0, s0, 3
  add s1, s1, t0
again:
  ld t1, 0(s1)
  addi t1, t1, 1
.globl count_store
count_store:
  sd t1, 0(s1)
  j again

.balign 4096
table:
  .zero 4096
.globl counter
counter:
  .zero 64
