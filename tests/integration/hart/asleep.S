# Waits for an interrupt that never comes.
.globl _start
_start:
  wfi
  j _start
