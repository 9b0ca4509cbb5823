# Made as the programs of public test suites are: optional registers are tried with a handler that
# skips, PMP opens all memory, the test runs in user mode, its number is in gp, and a call of the
# environment ends it by a word at tohost, written in two halves. Before that it prints by the
# requests of HTIF. Test FAILS (0: none) fails.
#if __riscv_xlen == 64
# define STORE sd
# define LOAD ld
# define WORD .dword
#else
# define STORE sw
# define LOAD lw
# define WORD .word
#endif
#define mstatus_mpp 0x1800

.section .text.init
.globl _start
_start:
  j     reset

.align 2
handler:
  # Anything else than a call from user mode is test 1337.
  csrr  t5, mcause
  li    t6, 8
  beq   t5, t6, end
  ori   gp, gp, 1337
end:
  la    t5, tohost
  sw    gp, 0(t5)
  sw    zero, 4(t5)
  j     end

reset:
  csrr  a0, mhartid
1:
  bnez  a0, 1b
  # There is no resumable NMI: this skips.
  la    t0, 1f
  csrw  mtvec, t0
  csrwi 0x744, 8
.align 2
1:
  la    t0, 1f
  csrw  mtvec, t0
  csrwi satp, 0
.align 2
1:
  la    t0, 1f
  csrw  mtvec, t0
  li    t0, (1 << (31 + (__riscv_xlen / 64) * 22)) - 1
  csrw  pmpaddr0, t0
  li    t0, 0x1f
  csrw  pmpcfg0, t0
.align 2
1:
  csrwi mie, 0
  la    t0, 1f
  csrw  mtvec, t0
  csrwi medeleg, 0
  csrwi mideleg, 0
.align 2
1:
  la    t0, handler
  csrw  mtvec, t0
  # Writes of misa change nothing and trap not; no trigger matches.
  csrwi misa, 0
  csrwi tselect, 0
  csrr  t0, tdata1
  bnez  t0, wrong
  # Unless there are none, bits of FS and VS may be set.
  li    t0, 0x6600
  csrs  mstatus, t0
  la    t0, test
  csrw  mepc, t0
  li    t0, mstatus_mpp
  csrc  mstatus, t0
  li    gp, 2
  mret
wrong:
  li    gp, (99 << 1) | 1
  j     end

test:
  # write(1, text, 6) by the memory that tohost points to; the answer is its result.
  la    s0, request
  la    s1, tohost
  la    s2, fromhost
  la    t0, text
  STORE t0, 16(s0)
  fence
  STORE s0, 0(s1)
#if __riscv_xlen == 32
  sw    zero, 4(s1)
#endif
1:
  LOAD  t0, 0(s2)
  beqz  t0, 1b
  STORE zero, 0(s2)
  LOAD  t0, 0(s0)
  li    gp, 3
  li    t1, 6
  bne   t0, t1, failed
#if __riscv_xlen == 64
  # A character by the console of HTIF: device 1, command 1.
  li    t0, 0x0101000000000000 | '!'
  sd    t0, 0(s1)
1:
  ld    t0, 0(s2)
  beqz  t0, 1b
  sd    zero, 0(s2)
#endif
  la    s0, begin_signature
  li    t0, 0x11223344
  sw    t0, 0(s0)
  li    t0, 0x55667788
  sw    t0, 8(s0)
  li    gp, FAILS
  bnez  gp, failed
  li    gp, 1
  ecall
failed:
  slli  gp, gp, 1
  ori   gp, gp, 1
  ecall

.section .tohost, "aw", @progbits
.align 6
.globl tohost
tohost:
  .dword 0
.align 6
.globl fromhost
fromhost:
  .dword 0

.data
text:
  .ascii "hello\n"
.align 6
request:  # number, and three arguments
  .dword 64, 1, 0, 6
.align 4
.globl begin_signature
begin_signature:
  .word 0xdeadbeef, 0xdeadbeef, 0xdeadbeef
.globl end_signature
end_signature:
