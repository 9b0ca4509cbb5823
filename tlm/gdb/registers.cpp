#include "gdb/registers.h"

#include <fmt/format.h>

#include <array>

#include "hart/csr.h"

namespace sn::gdb {
namespace {

namespace csr = hart::csr;

constexpr std::array<const char*, 32> names{"zero", "ra", "sp",  "gp",  "tp", "t0", "t1", "t2",
                                            "fp",   "s1", "a0",  "a1",  "a2", "a3", "a4", "a5",
                                            "a6",   "a7", "s2",  "s3",  "s4", "s5", "s6", "s7",
                                            "s8",   "s9", "s10", "s11", "t3", "t4", "t5", "t6"};

struct named_csr {
  const char* name;
  unsigned number;
};

constexpr std::array<named_csr, 20> csrs{{{"mstatus", csr::mstatus},
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
                                          {"mconfigptr", csr::mconfigptr}}};

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

std::string target_description(unsigned xlen) {
  std::string text = fmt::format(
      "<?xml version=\"1.0\"?>\n<!DOCTYPE target SYSTEM \"gdb-target.dtd\">\n<target>\n"
      "<architecture>riscv:rv{}</architecture>\n"
      "<feature name=\"org.gnu.gdb.riscv.cpu\">\n",
      xlen);
  for (unsigned i = 0; i < names.size(); ++i) {
    text += describe(names.at(i), xlen, type_of(i), i);
  }
  text += describe("pc", xlen, "code_ptr", pc_number);
  text += "</feature>\n<feature name=\"org.gnu.gdb.riscv.csr\">\n";
  for (const named_csr& each : csrs) {
    text += describe(each.name, xlen, "int", first_csr_number + each.number);
  }
  if (xlen == 32) {
    for (const named_csr& each : csrs_of_rv32) {
      text += describe(each.name, xlen, "int", first_csr_number + each.number);
    }
  }
  return text + "</feature>\n</target>\n";
}

std::optional<std::uint64_t> read_register(const hart::hart& hart, std::uint64_t number) {
  if (number < pc_number) {
    return hart.read_register(static_cast<unsigned>(number));
  }
  if (number == pc_number) {
    return hart.pc();
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
  constexpr unsigned csr_count = 0x1000;
  return number >= first_csr_number && number < first_csr_number + csr_count &&
         hart.write_csr(static_cast<unsigned>(number) - first_csr_number, value);
}

}  // namespace sn::gdb
