#include "gdb/registers.h"

#include <fmt/format.h>

#include <array>

#include "hart/csr.h"

namespace sn::gdb {
namespace {

namespace csr = hart::csr;

constexpr std::array<const char*, 32> abi_names{"zero", "ra", "sp",  "gp",  "tp", "t0", "t1", "t2",
                                                "fp",   "s1", "a0",  "a1",  "a2", "a3", "a4", "a5",
                                                "a6",   "a7", "s2",  "s3",  "s4", "s5", "s6", "s7",
                                                "s8",   "s9", "s10", "s11", "t3", "t4", "t5", "t6"};

struct named_csr {
  const char* name;
  unsigned number;
};

constexpr std::array<const char*, 32> float_names{
    "ft0", "ft1", "ft2", "ft3", "ft4",  "ft5",  "ft6", "ft7", "fs0",  "fs1", "fa0",
    "fa1", "fa2", "fa3", "fa4", "fa5",  "fa6",  "fa7", "fs2", "fs3",  "fs4", "fs5",
    "fs6", "fs7", "fs8", "fs9", "fs10", "fs11", "ft8", "ft9", "ft10", "ft11"};

/// In the order of the description, which leaves out what a hart does not have.
constexpr std::array<named_csr, 43> csrs{{
    {"mstatus", csr::mstatus},
    {"misa", csr::misa},
    {"mie", csr::mie},
    {"mtvec", csr::mtvec},
    {"mcountinhibit", csr::mcountinhibit},
    {"mscratch", csr::mscratch},
    {"mepc", csr::mepc},
    {"mcause", csr::mcause},
    {"mtval", csr::mtval},
    {"mip", csr::mip},
    {"mcycle", csr::mcycle},
    {"minstret", csr::minstret},
    {"cycle", csr::cycle},
    {"time", csr::time},
    {"instret", csr::instret},
    {"mvendorid", csr::mvendorid},
    {"marchid", csr::marchid},
    {"mimpid", csr::mimpid},
    {"mhartid", csr::mhartid},
    {"mconfigptr", csr::mconfigptr},
    {"medeleg", csr::medeleg},
    {"mideleg", csr::mideleg},
    {"mcounteren", csr::mcounteren},
    {"menvcfg", csr::menvcfg},
    {"sstatus", csr::sstatus},
    {"sie", csr::sie},
    {"stvec", csr::stvec},
    {"scounteren", csr::scounteren},
    {"senvcfg", csr::senvcfg},
    {"sscratch", csr::sscratch},
    {"sepc", csr::sepc},
    {"scause", csr::scause},
    {"stval", csr::stval},
    {"sip", csr::sip},
    {"satp", csr::satp},
    {"pmpcfg0", csr::pmpcfg0},
    {"pmpcfg2", csr::pmpcfg0 + 2},
    {"pmpaddr0", csr::pmpaddr0},
    {"pmpaddr1", csr::pmpaddr0 + 1},
    {"pmpaddr2", csr::pmpaddr0 + 2},
    {"pmpaddr3", csr::pmpaddr0 + 3},
    {"pmpaddr4", csr::pmpaddr0 + 4},
    {"pmpaddr5", csr::pmpaddr0 + 5},
}};

constexpr std::array<named_csr, 6> csrs_of_rv32{{{"mstatush", csr::mstatush},
                                                 {"mcycleh", csr::mcycle + csr::high_half},
                                                 {"minstreth", csr::minstret + csr::high_half},
                                                 {"cycleh", csr::cycle + csr::high_half},
                                                 {"timeh", csr::time + csr::high_half},
                                                 {"instreth", csr::instret + csr::high_half}}};

std::string describe(const char* name, unsigned xlen, const char* type, unsigned number) {
  return fmt::format("<reg name=\"{}\" bitsize=\"{}\" type=\"{}\" regnum=\"{}\"/>\n", name, xlen,
                     type, number);
}

constexpr unsigned float_bits = 64;

/// misa says D, without which there is no F here either.
bool has_float(const hart::hart& hart) {
  constexpr unsigned letter_d = 3;
  return (hart.read_csr(csr::misa).value_or(0) >> letter_d & 1U) != 0;
}

const char* type_of(unsigned index) {
  constexpr unsigned ra = 1;
  constexpr unsigned sp = 2;
  constexpr unsigned tp = 4;
  if (index == ra) {
    return "code_ptr";
  }
  return index >= sp && index <= tp ? "data_ptr" : "int";
}

}  // namespace

std::string target_description(const hart::hart& hart) {
  const unsigned xlen = hart.xlen();
  std::string text = fmt::format(
      "<?xml version=\"1.0\"?>\n<!DOCTYPE target SYSTEM \"gdb-target.dtd\">\n<target>\n"
      "<architecture>riscv:rv{}</architecture>\n"
      "<feature name=\"org.gnu.gdb.riscv.cpu\">\n",
      xlen);
  for (unsigned i = 0; i < abi_names.size(); ++i) {
    text += describe(abi_names.at(i), xlen, type_of(i), i);
  }
  text += describe("pc", xlen, "code_ptr", pc_number);
  text += "</feature>\n";
  if (has_float(hart)) {
    text += "<feature name=\"org.gnu.gdb.riscv.fpu\">\n";
    for (unsigned i = 0; i < float_names.size(); ++i) {
      text += describe(float_names.at(i), float_bits, "ieee_double", first_float_number + i);
    }
    text += describe("fflags", xlen, "int", first_csr_number + csr::fflags) +
            describe("frm", xlen, "int", first_csr_number + csr::frm) +
            describe("fcsr", xlen, "int", first_csr_number + csr::fcsr) + "</feature>\n";
  }
  text += "<feature name=\"org.gnu.gdb.riscv.virtual\">\n" +
          describe("priv", xlen, "int", mode_number) +
          "</feature>\n<feature name=\"org.gnu.gdb.riscv.csr\">\n";
  const auto add = [&](const named_csr& each) {
    if (hart.read_csr(each.number).has_value()) {
      text += describe(each.name, xlen, "int", first_csr_number + each.number);
    }
  };
  for (const named_csr& each : csrs) {
    add(each);
  }
  if (xlen == 32) {
    for (const named_csr& each : csrs_of_rv32) {
      add(each);
    }
  }
  return text + "</feature>\n</target>\n";
}

unsigned register_bytes(unsigned xlen, std::uint64_t number) {
  const bool is_float = number >= first_float_number && number < first_csr_number;
  return (is_float ? float_bits : xlen) / 8;
}

std::optional<std::uint64_t> read_register(const hart::hart& hart, std::uint64_t number) {
  if (number < pc_number) {
    return hart.read_register(static_cast<unsigned>(number));
  }
  if (number == pc_number) {
    return hart.pc();
  }
  if (number >= first_float_number && number < first_csr_number && has_float(hart)) {
    return hart.save().f.at(number - first_float_number);
  }
  if (number == mode_number) {
    return static_cast<std::uint64_t>(hart.mode());
  }
  constexpr unsigned csr_count = 0x1000;
  if (number >= first_csr_number && number < first_csr_number + csr_count) {
    return hart.read_csr(static_cast<unsigned>(number) - first_csr_number);
  }
  return std::nullopt;
}

bool write_register(hart::hart& hart, std::uint64_t number, std::uint64_t value) {
  if (number < pc_number) {
    hart.write_register(static_cast<unsigned>(number), value);
    return true;
  }
  if (number == pc_number) {
    hart.set_pc(value);
    return true;
  }
  if (number >= first_float_number && number < first_csr_number && has_float(hart)) {
    hart::hart_state state = hart.save();
    state.f.at(number - first_float_number) = value;
    hart.restore(state);
    return true;
  }
  constexpr unsigned csr_count = 0x1000;
  return number >= first_csr_number && number < first_csr_number + csr_count &&
         hart.write_csr(static_cast<unsigned>(number) - first_csr_number, value);
}

}  // namespace sn::gdb
