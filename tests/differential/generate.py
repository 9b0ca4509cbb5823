"""Random records for harness.c: short programs of almost every instruction, and the registers that they begin with.

x2 and x8 point into the scratch memory and are never written; jumps go forward, over one instruction.
"""

import random
import struct

CODE_WORDS = 40
INSTRUCTIONS = 14
NOP = 0x00000013
ECALL = 0x00000073
SCRATCH = 0x80F0_0000
SCRATCH_VIRTUAL = 0xC000_0000
SCRATCH_SIZE = 8 * 4096
POINTERS = (2, 8)
MACHINE, SUPERVISOR, USER = 3, 1, 0
SV39, SV48, SV32 = 1, 2, 3
DELEGABLE = 0xB1FC  # all but fetch access faults and calls from supervisor and machine mode
SUPERVISOR_INTERRUPTS = 0x222

DOUBLES = [0.0, -0.0, 1.0, -1.0, 1.5, 2.0, 0.1, -2.5, 0.5, 1e308, -1e308, 5e-324, -5e-324, 2.2250738585072014e-308,
           2.225073858507201e-308, 2147483647.0, 2147483648.0, -2147483648.0, -2147483649.0, 4294967295.0, 4294967295.5,
           4294967296.0, 9.223372036854775e18, 9.223372036854776e18, -9.223372036854776e18, 1.8446744073709552e19,
           float("inf"), float("-inf"), 3.4028234663852886e38, 3.4028235677973366e38, 1.1754943508222875e-38,
           1.401298464324817e-45, 7.0e-46, 16777217.0, 9007199254740993.0, -0.5, -0.9, -1.1]
NANS_64 = [0x7FF8_0000_0000_0000, 0xFFF8_0000_0000_0000, 0x7FF0_0000_0000_0001, 0x7FFF_FFFF_FFFF_FFFF]
NANS_32 = [0x7FC0_0000, 0xFFC0_0000, 0x7F80_0001, 0x7FFF_FFFF]

# funct7 and rs2 (None: a register) of OP-FP for single precision; double precision adds 1 to funct7.
FLOAT = [(0x00, None), (0x04, None), (0x08, None), (0x0C, None), (0x10, None), (0x14, None), (0x2C, 0), (0x50, None),
         (0x60, 0), (0x60, 1), (0x60, 2), (0x60, 3), (0x68, 0), (0x68, 1), (0x68, 2), (0x68, 3), (0x70, 0), (0x78, 0),
         (0x20, 0), (0x20, 1)]
# funct7 of OP and OP-32 that some extension defines.
FUNCT7 = [0x00, 0x00, 0x01, 0x01, 0x20, 0x20, 0x04, 0x05, 0x10, 0x14, 0x24, 0x30, 0x34]
SUPERVISOR_CSRS = [0x104, 0x105, 0x106, 0x140, 0x141, 0x142, 0x143, 0x144, 0x180]
READABLE_CSRS = SUPERVISOR_CSRS + [0x001, 0x002, 0x003, 0x301, 0x302, 0x303, 0x304, 0x306, 0x310, 0x320, 0x3A0,
                                   0x3B0, 0xF11, 0xF14, 0x005, 0x123, 0x7C0, 0xC83, 0x5FF, 0x9AB]


class Generator:
    def __init__(self, seed, xlen, with_float):
        self.random = random.Random(seed)
        self.xlen = xlen
        self.with_float = with_float
        self.good_pointers = True  # of the record: mapped and aligned
        self.reservation_width = 2
        self.interrupts = 0  # which can be pending in the record: one of SUPERVISOR_INTERRUPTS
        self.protected = False  # by PMP
        self.paged = False

    # Values

    def integer(self):
        choice = self.random.randrange(8)
        if choice < 2:
            value = self.random.choice([0, 1, -1, 2, -2, 1 << 31, (1 << 31) - 1, -(1 << 31), 1 << 32, 1 << 63,
                                        (1 << 63) - 1, 0xFFFF_FFFF, 0x8000_0000_8000_0000])
        elif choice == 2:
            value = 1 << self.random.randrange(64)
        elif choice == 3:
            value = self.random.randrange(-64, 64)
        elif choice == 4:
            value = struct.unpack("<Q", struct.pack("<d", self.random.choice(DOUBLES)))[0]
        else:
            value = self.random.getrandbits(64) >> self.random.choice([0, 0, 17, 32, 48])
        return value & ((1 << self.xlen) - 1)

    def double(self):
        choice = self.random.randrange(10)
        if choice < 3:
            return struct.unpack("<Q", struct.pack("<d", self.random.choice(DOUBLES)))[0]
        if choice == 3:
            return self.random.choice(NANS_64)
        if choice < 7:  # not far from 1, so that sums and products are interesting
            exponent = 1023 + self.random.randrange(-60, 60)
            return self.random.getrandbits(1) << 63 | exponent << 52 | self.sparse(52)
        if choice == 7:  # the ends of the range
            exponent = self.random.choice([0, 0, 1, 2, 40, 2045, 2046])
            return self.random.getrandbits(1) << 63 | exponent << 52 | self.sparse(52)
        return self.random.getrandbits(64)

    def single(self):
        choice = self.random.randrange(10)
        if choice < 3:
            value = self.random.choice(DOUBLES)
            try:
                return struct.unpack("<I", struct.pack("<f", value))[0]
            except OverflowError:
                return 0x7F7F_FFFF
        if choice == 3:
            return self.random.choice(NANS_32)
        if choice < 7:
            return self.random.getrandbits(1) << 31 | (127 + self.random.randrange(-30, 70)) << 23 | self.sparse(23)
        if choice == 7:
            exponent = self.random.choice([0, 0, 1, 2, 20, 253, 254])
            return self.random.getrandbits(1) << 31 | exponent << 23 | self.sparse(23)
        return self.random.getrandbits(32)

    def sparse(self, bits):
        """A fraction; often one that has few ones or few zeros, which rounding cares about."""
        value = self.random.getrandbits(bits)
        choice = self.random.randrange(4)
        if choice == 0:
            value &= self.random.getrandbits(bits) & self.random.getrandbits(bits) & self.random.getrandbits(bits)
        elif choice == 1:
            value |= self.random.getrandbits(bits) | self.random.getrandbits(bits) | self.random.getrandbits(bits)
        elif choice == 2:
            value = 0
        return value

    def float_registers(self):
        values = []
        for _ in range(32):
            choice = self.random.randrange(20)
            if choice < 10:
                values.append(self.double())
            elif choice < 19:
                values.append(0xFFFF_FFFF_0000_0000 | self.single())
            else:
                values.append(self.random.getrandbits(32) << 32 | self.single())  # not boxed
        return values

    # Instructions

    def register(self):
        return self.random.randrange(32)

    def destination(self):
        while True:
            rd = self.random.randrange(32)
            if rd not in POINTERS:
                return rd

    def r_type(self, funct7, rs2, rs1, funct3, rd, opcode):
        return funct7 << 25 | rs2 << 20 | rs1 << 15 | funct3 << 12 | rd << 7 | opcode

    def funct7(self):
        return self.random.choice(FUNCT7) if self.random.randrange(16) else self.random.getrandbits(7)

    def funct3(self):
        return self.random.randrange(8)

    def operation(self):
        opcode = self.random.choice([0x33, 0x33, 0x3B])
        return self.r_type(self.funct7(), self.register(), self.register(), self.funct3(), self.destination(), opcode)

    def operation_immediate(self):
        opcode = self.random.choice([0x13, 0x13, 0x1B])
        funct3 = self.funct3()
        upper = self.random.getrandbits(7)
        if funct3 in (1, 5) and self.random.randrange(16):
            upper = self.random.choice([0x00, 0x20, 0x14, 0x24, 0x30, 0x34, 0x04]) | self.random.choice([0, 0, 1])
        rs2 = self.random.choice([self.register(), self.random.choice([0, 1, 2, 4, 5, 7, 24])])
        if funct3 == 5 and not self.random.randrange(4):  # orc.b and rev8
            upper, rs2 = self.random.choice([(0x14, 7), (0x35, 24), (0x34, 24)])
        if (opcode, funct3, upper, rs2) == (0x1B, 1, 0x30, 1):
            rs2 = 0  # ctzw of a zero word: QEMU 7.2 looks at the upper word
        return self.r_type(upper, rs2, self.register(), funct3, self.destination(), opcode)

    def upper_immediate(self):
        return self.random.getrandbits(20) << 12 | self.destination() << 7 | self.random.choice([0x37, 0x17])

    def offset(self):
        return self.random.randrange(-1024, 1024) & (0xFF8 if self.protected else 0xFFF)

    def load(self):
        return self.offset() << 20 | self.random.choice(POINTERS) << 15 | \
            self.funct3() << 12 | self.destination() << 7 | self.random.choice([0x03] * 3 + [0x07])

    def store(self):
        offset = self.offset()
        return offset >> 5 << 25 | self.register() << 20 | self.random.choice(POINTERS) << 15 | \
            self.random.choice([0, 1, 2, 3, 2, 3, self.funct3()]) << 12 | (offset & 31) << 7 | \
            self.random.choice([0x23] * 3 + [0x27])

    def atomic(self):
        # Whether SC without a reservation looks at its address is open: SC only where every address is good.
        funct5 = self.random.choice([0, 1, 2, 3, 2, 3, 4, 8, 0xC, 0x10, 0x14, 0x18, 0x1C, self.random.getrandbits(5)])
        # QEMU 7.2 looks whether an AMO may read before it looks for the right to write the page: not both at once.
        if (funct5 == 3 and (self.protected or not self.good_pointers)) or (self.protected and self.paged):
            funct5 = 2
        rs2 = 0 if funct5 == 2 and self.random.randrange(8) else self.register()
        if funct5 in (2, 3):  # QEMU 7.2 stores and reports failure when SC.W follows LR.D
            return self.r_type(funct5 << 2 | self.random.getrandbits(2), rs2, self.random.choice(POINTERS),
                               self.reservation_width, self.destination(), 0x2F)
        return self.r_type(funct5 << 2 | self.random.getrandbits(2), rs2, self.random.choice(POINTERS),
                           self.random.choice([2, 3, 2, 3, self.funct3()]), self.destination(), 0x2F)

    def float_operation(self):
        double = self.random.getrandbits(1)
        funct7, rs2 = self.random.choice(FLOAT)
        if rs2 is None:
            rs2 = self.register()
        if funct7 == 0x20:
            rs2 = 1 - double  # fcvt.d.s and fcvt.s.d
        if self.random.randrange(50) == 0:
            return self.r_type(self.random.getrandbits(7), self.register(), self.register(), self.funct3(),
                               self.destination(), 0x53)
        funct3 = self.random.choice([7, 7, self.funct3()])
        if funct7 in (0x10, 0x14, 0x50, 0x70, 0x78):
            funct3 = self.random.choice([0, 0, 1, 1, 2, self.funct3()]) if funct7 not in (0x70, 0x78) else \
                self.random.choice([0, 0, 1])
        return self.r_type(funct7 | double, rs2, self.register(), funct3, self.destination(), 0x53)

    def fused(self):
        return self.register() << 27 | self.random.choice([0, 1, 0, 1, 0, 1, 2, 3]) << 25 | self.register() << 20 | \
            self.register() << 15 | self.random.choice([7, 7, self.funct3()]) << 12 | self.register() << 7 | \
            self.random.choice([0x43, 0x47, 0x4B, 0x4F])

    def csr(self):
        if self.random.randrange(3) == 0:  # fflags, frm, fcsr
            return self.random.choice([1, 2, 3]) << 20 | self.register() << 15 | \
                self.random.choice([1, 2, 3, 5, 6, 7]) << 12 | self.destination() << 7 | 0x73
        if self.random.randrange(4) == 0:
            number = self.random.choice([0x140, 0x142, 0x143])
            return number << 20 | self.register() << 15 | self.random.choice([1, 2, 3]) << 12 | \
                self.destination() << 7 | 0x73
        # QEMU reads FS as clean after changes of fflags alone, so not mstatus and sstatus with floating point.
        readable = READABLE_CSRS + ([] if self.with_float else [0x100, 0x300])
        return self.random.choice(readable) << 20 | 2 << 12 | self.destination() << 7 | 0x73

    def interrupt_csr(self, mode):
        """Makes an interrupt pending, or enables some, or no more."""
        mask = self.interrupts
        if mode == SUPERVISOR and self.random.getrandbits(1):
            number, mask = self.random.choice([(0x100, 2), (0x144, mask & 2)])
        elif mode == MACHINE and self.random.getrandbits(1):
            number, mask = self.random.choice([(0x300, 8), (0x344, mask & 2)])
        else:
            # A register holds the mask now and then; bits that are not there are not kept.
            number = 0x104 if mode == SUPERVISOR else self.random.choice([0x304, 0x104])
            return struct.pack("<II", 0x00000013 | mask << 20 | 5 << 7,
                               number << 20 | 5 << 15 | self.random.choice([2, 3]) << 12 | 0x73)
        return struct.pack("<I", number << 20 | mask << 15 | self.random.choice([6, 6, 7]) << 12 | 0x73)

    def protection(self):
        """Four entries that cover parts of the scratch memory, as pmpcfg and addresses. What becomes of an access of
        which a part lies in an entry depends on how it is split: entries hold whole dwords, and accesses are
        aligned."""
        if not self.protected:
            return 0, [0] * 4
        configuration, addresses = 0, []
        for entry in range(4):
            place = SCRATCH + 8 * self.random.randrange(SCRATCH_SIZE // 8)
            # Off, TOR, NAPOT. The first of TOR would begin at 0 and hold code and page tables.
            kind = self.random.choice([0, 1, 1, 3, 3, 3] if entry > 0 else [0, 3])
            if kind == 1 and self.random.getrandbits(1):
                place &= ~0xFFF
            if kind == 3:
                size = 1 << self.random.choice([3, 4, 6, 11, 12, 12, 13, 14])
                place = place & -size | (size // 2 - 1)
            rights = self.random.choice([0, 1, 1, 3, 3, 4, 5, 7])
            configuration |= (kind << 3 | rights) << (8 * entry)
            addresses.append(place >> 2)
        return configuration, addresses

    def compressed(self):
        while True:
            c = self.random.getrandbits(16)
            if c & 3 != 3 and self.is_harmless(c):
                return c

    def is_harmless(self, c):
        """It writes neither pointer, and does not jump or use another pointer."""
        funct3, rd, rs2 = c >> 13, c >> 7 & 31, c >> 2 & 31
        low_destination, low_base = c >> 2 & 7, c >> 7 & 7  # 0 is x8
        if c & 3 == 0:
            if funct3 == 0:
                return low_destination != 0
            if funct3 in (1, 2, 3):
                return low_base == 0 and low_destination != 0
            return funct3 == 4 or low_base == 0
        if c & 3 == 1:
            if funct3 >= 5 or (funct3 == 1 and self.xlen == 32):
                return False
            return low_base != 0 if funct3 == 4 else rd not in POINTERS
        if funct3 == 4:
            return rd not in POINTERS if rs2 != 0 else rd == 0
        return funct3 >= 5 or rd not in POINTERS

    def trap(self, mode):
        choices = [ECALL, 0x00100073, 0xFFFFFFFF, 0x0000707F, 0x0000000F, 0x0000100F, 0x00200073, 0x7B200073]
        if mode == USER:
            choices += [0x30200073, 0x10200073, 0x12000073]
        if mode == SUPERVISOR:
            choices += [0x30200073, 0x12000073, 0x18002573]
        return self.random.choice(choices)

    def instruction(self, mode):
        """Bytes of one, or of a jump and the one that it may skip."""
        kinds = [self.operation] * 5 + [self.operation_immediate] * 4 + [self.upper_immediate] + [self.load] * 3 + \
            [self.store] * 2 + [self.atomic] * 2 + [self.csr]
        if self.with_float or self.random.randrange(20) == 0:
            kinds += [self.float_operation] * 7 + [self.fused] * 3
        choice = self.random.randrange(100)
        if self.interrupts and mode != USER and choice >= 95:
            return self.interrupt_csr(mode)
        if choice < 20:
            return struct.pack("<H", self.compressed())
        if choice < 23:
            return struct.pack("<I", self.trap(mode))
        if choice < 30:
            skipped = self.random.choice([struct.pack("<H", self.compressed()), struct.pack("<I", self.operation())])
            offset = 4 + len(skipped)
            if self.random.randrange(4) == 0:
                jump = offset << 20 | self.destination() << 7 | 0x6F
            else:
                jump = self.register() << 20 | self.register() << 15 | self.funct3() << 12 | offset << 7 | 0x63
            return struct.pack("<I", jump) + skipped
        return struct.pack("<I", self.random.choice(kinds)())

    def pointer(self, base):
        """Mostly aligned; now and then such that an access crosses a page."""
        offset = self.random.randrange(1, 7) * 4096 + self.random.choice([0, 2048, 8 * self.random.randrange(512)])
        if not self.good_pointers and not self.protected and self.random.randrange(3) == 0:
            offset += self.random.randrange(8)
        return base + offset

    def record(self):
        mode = self.random.choice([MACHINE, MACHINE, SUPERVISOR, USER])
        # In machine mode MPRV lets loads and stores be those of user mode, which MRET leaves in MPP.
        borrowed = mode == MACHINE and self.random.randrange(4) == 0
        paging = 0
        if mode != MACHINE or borrowed:
            paging = self.random.choice([0, SV39, SV39, SV48] if self.xlen == 64 else [0, SV32, SV32])
        self.reservation_width = self.random.choice([2, 3])
        self.good_pointers = not paging and self.random.getrandbits(1) == 1
        self.protected = self.random.randrange(3) == 0
        self.paged = paging != 0
        base = SCRATCH_VIRTUAL if paging else SCRATCH
        registers = [0] + [self.integer() for _ in range(31)]
        for pointer in POINTERS:
            registers[pointer] = self.pointer(base)
        # Delegated traps of user mode need a page that supervisor mode may execute.
        delegates = self.random.getrandbits(1) and not (paging and (mode == USER or borrowed))
        # QEMU 7.2 takes the interrupt with the lowest number first: one at a time.
        self.interrupts = 0
        if self.random.randrange(3) == 0 and (delegates or not paging):
            self.interrupts = self.random.choice([0x2, 0x20, 0x200])
        medeleg = mideleg = mie = mip = 0
        if delegates:
            medeleg = self.random.getrandbits(16) & DELEGABLE
            # QEMU 7.2 delegates some exceptions of AMOs as those of loads: both or none.
            medeleg |= (medeleg & 0x2030) << 2
            medeleg &= ~0x80C0 | (medeleg & 0x2030) << 2
            mideleg = self.random.getrandbits(16) & SUPERVISOR_INTERRUPTS
        if self.interrupts:
            mie = self.random.getrandbits(16) & SUPERVISOR_INTERRUPTS
            mip = self.random.choice([0, self.interrupts])
        pmpcfg, pmpaddr = self.protection()
        code = b"".join(self.instruction(mode) for _ in range(INSTRUCTIONS))
        if len(code) % 4:
            code += struct.pack("<H", 0x0001)
        code += struct.pack("<I", NOP) * (CODE_WORDS - 1 - len(code) // 4) + struct.pack("<I", ECALL)
        fcsr = self.random.getrandbits(5) * self.random.getrandbits(1) | self.random.choice([0, 1, 2, 3, 4, 0, 7]) << 5
        status = self.random.choice([1, 2, 3, 3, 1, 0]) << 13 if self.with_float else 0
        status |= (self.random.getrandbits(1) << 18 | self.random.getrandbits(1) << 19 |  # SUM, MXR
                   self.random.choice([0, 0, 0, 1]) << 20 | self.random.choice([0, 0, 1]) << 22)  # TVM, TSR
        status |= int(borrowed) << 17
        if self.interrupts:
            status |= self.random.choice([0, 1 << 1]) | self.random.choice([0, 1 << 7])  # SIE, MPIE
        return struct.pack("<IIQQQIIIIQ4Q32Q32Q", mode, paging, fcsr, status, self.random.getrandbits(64), medeleg,
                           mideleg, mie, mip, pmpcfg, *pmpaddr, *registers,
                           *self.float_registers()) + code
