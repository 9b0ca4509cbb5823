// What a hart implements beyond IMAC in machine mode, and the names by which it is asked for.
#pragma once

#include <string>

namespace sn::hart {

/// Extensions that a hart may have or not. I, M, A, C, Zicsr, Zifencei, Zicntr and Zihpm are
/// always there.
struct extensions {
  bool f = false;
  bool d = false;  ///< with f only
  bool zba = false;
  bool zbb = false;
  bool zbs = false;
  /// Supervisor and user mode, physical memory protection, and Sv32 (RV32) or Sv39 and Sv48 (RV64).
  bool supervisor = false;
};

/// An instruction set: width and extensions.
struct isa {
  unsigned xlen = 64;
  extensions with;
};

/// Reads an ISA string such as "rv64gc", "rv32imac" or "rv64imafdc_zba_zbb_zbs_zicsr_zifencei" in
/// lower case. Supervisor and user mode are always there. Throws base::configuration_error that
/// names what is unknown, missing (M, A, C) or not implemented (F and D of RV32).
isa parse_isa(const std::string& text);

/// The canonical string of an instruction set, as a device tree names it.
std::string isa_string(const isa& what);

}  // namespace sn::hart
