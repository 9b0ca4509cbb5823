# Writes down, from 0x80008000 on, the number of every interrupt source that it claims. Claims are
# never completed, so each of the sources 1 to 9 shows up at most once.
  .section .text
  .globl _start
_start:
  li a0, 0x0c000000            # PLIC: priority 1 for the sources 1 to 9
  li t0, 9
  li t2, 1
1:
  slli t1, t0, 2
  add t1, t1, a0
  sw t2, 0(t1)
  addi t0, t0, -1
  bnez t0, 1b
  li t1, 0x0c002000            # enable them
  li t2, 0x3fe
  sw t2, 0(t1)
  li a1, 0x0c200000            # threshold; the claim register follows it
  sw zero, 0(a1)
  li a2, 0x80008000
  li t0, 1 << 11               # mie.MEIE: an interrupt ends WFI, but none is taken
  csrw mie, t0
2:
  wfi
  lw t1, 4(a1)
  beqz t1, 2b
  sw t1, 0(a2)
  addi a2, a2, 4
  j 2b
