// Causes of traps, as numbered by the RISC-V privileged specification.
#pragma once

namespace sn::hart {

/// Synchronous exceptions (mcause without its top bit).
enum class exception : unsigned {
  instruction_access_fault = 1,
  illegal_instruction = 2,
  breakpoint = 3,
  load_address_misaligned = 4,
  load_access_fault = 5,
  store_address_misaligned = 6,  ///< also AMO
  store_access_fault = 7,        ///< also AMO
  environment_call_from_machine = 11,
};

/// Interrupts of machine mode: bits of mip and mie, and mcause with its top bit set.
enum class interrupt : unsigned { software = 3, timer = 7, external = 11 };

}  // namespace sn::hart
