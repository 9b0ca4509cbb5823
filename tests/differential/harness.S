# Enters a record's code in its mode with its registers, and brings every trap to on_trap().
# Offsets are those of struct record and struct context in harness.c.
#if __riscv_xlen == 64
#define LOAD ld
#define STORE sd
#define WIDTH 8
#else
#define LOAD lw
#define STORE sw
#define WIDTH 4
#endif
#define RECORD_X 88
#define RECORD_F 344
#define CONTEXT_F 256
#define CONTEXT_CAUSE 512
#define CONTEXT_EPC 520
#define CONTEXT_TVAL 528
#define CONTEXT_STATUS 536
#define CONTEXT_FCSR 544

  .option norelax
  .section .text.start, "ax"
  .globl _start
_start:
  la    sp, stack_top
  la    t0, on_entry
  csrw  mtvec, t0
  call  main
1:
  j     1b

# void enter(const struct record* a0, word a1): returns when on_trap() returns 0. a1 goes to mstatus.
  .globl enter
enter:
  addi  sp, sp, -16 * WIDTH
  STORE ra, 0(sp)
  .irp  n, 0,1,2,3,4,5,6,7,8,9,10,11
  STORE s\n, (\n + 1) * WIDTH(sp)
  .endr
  la    t0, harness_sp
  STORE sp, 0(t0)
  sc.w  zero, zero, (sp)  # no reservation of an earlier record
  la    t0, context
  csrw  mscratch, t0
#if WITH_FLOAT
  li    t0, 3 << 13
  csrs  mstatus, t0
  lw    t0, 8(a0)
  .irp  n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
  fld   f\n, RECORD_F + 8 * \n(a0)
  .endr
  fscsr t0
#endif
  csrw  mstatus, a1
  mv    x31, a0
  .irp  n, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
  LOAD  x\n, RECORD_X + 8 * \n(x31)
  .endr
  mret

# Where delegated traps go: on to machine mode.
  .align 2
  .globl on_supervisor
on_supervisor:
  ecall
  j     on_supervisor

  .align 2
on_entry:
  csrrw x31, mscratch, x31
  .irp  n, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30
  STORE x\n, 8 * \n(x31)
  .endr
  csrrw t0, mscratch, x31
  STORE t0, 8 * 31(x31)
  csrr  t0, mcause
  STORE t0, CONTEXT_CAUSE(x31)
  csrr  t0, mepc
  STORE t0, CONTEXT_EPC(x31)
  csrr  t0, mtval
  STORE t0, CONTEXT_TVAL(x31)
  csrr  t0, mstatus
  STORE t0, CONTEXT_STATUS(x31)
#if WITH_FLOAT
  li    t0, 3 << 13
  csrs  mstatus, t0
  frcsr t0
  STORE t0, CONTEXT_FCSR(x31)
  .irp  n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
  fsd   f\n, CONTEXT_F + 8 * \n(x31)
  .endr
#endif
  la    t0, harness_sp
  LOAD  sp, 0(t0)
  mv    a0, x31
  call  on_trap
  beqz  a0, leave
  sc.w  zero, zero, (sp)  # whether a trap ends a reservation is open
  la    x31, context
  LOAD  t0, CONTEXT_EPC(x31)
  csrw  mepc, t0
  LOAD  t0, CONTEXT_STATUS(x31)
  csrw  mstatus, t0
  .irp  n, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30
  LOAD  x\n, 8 * \n(x31)
  .endr
  LOAD  x31, 8 * 31(x31)
  mret
leave:
  LOAD  ra, 0(sp)
  .irp  n, 0,1,2,3,4,5,6,7,8,9,10,11
  LOAD  s\n, (\n + 1) * WIDTH(sp)
  .endr
  addi  sp, sp, 16 * WIDTH
  ret

  .section .data.records, "aw"
  .align 12
  .globl records
records:
  .incbin RECORDS
  .globl records_end
records_end:
