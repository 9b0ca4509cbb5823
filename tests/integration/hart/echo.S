# Prints ">", then answers each character with the next of the alphabet; "q" ends it.
.globl _start
_start:
  li    t0, 0x10000000
  li    t2, '>'
  sb    t2, 0(t0)
1:
  lbu   t1, 5(t0)           # LSR: data ready
  andi  t1, t1, 1
  beqz  t1, 1b
  lbu   t2, 0(t0)
  li    t3, 'q'
  beq   t2, t3, 2f
  addi  t2, t2, 1
  sb    t2, 0(t0)
  j     1b
2:
  li    t2, '!'
  sb    t2, 0(t0)
  li    t0, 0x100000
  li    t1, 0x5555
  sw    t1, 0(t0)
3:
  j     3b
