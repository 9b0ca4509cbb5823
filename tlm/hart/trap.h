// Causes of traps and privilege modes, as numbered by the RISC-V privileged specification.
#pragma once

namespace sn::hart {

/// Synchronous exceptions (xcause without its top bit).
enum class exception : unsigned {
  instruction_access_fault = 1,
  illegal_instruction = 2,
  breakpoint = 3,
  load_address_misaligned = 4,
  load_access_fault = 5,
  store_address_misaligned = 6,  ///< also AMO
  store_access_fault = 7,        ///< also AMO
  environment_call_from_user = 8,
  environment_call_from_supervisor = 9,
  environment_call_from_machine = 11,
  instruction_page_fault = 12,
  load_page_fault = 13,
  store_page_fault = 15,  ///< also AMO
};

/// Interrupts: bits of mip and mie, and xcause with its top bit set. The first six are driven from
/// outside; the supervisor's can be set by machine mode too.
enum class interrupt : unsigned {
  supervisor_software = 1,
  software = 3,
  supervisor_timer = 5,
  timer = 7,
  supervisor_external = 9,
  external = 11,
};

/// What a hart may do at the moment.
enum class privilege : unsigned { user = 0, supervisor = 1, machine = 3 };

/// What an access to memory is for.
enum class access_kind { fetch, load, store };

}  // namespace sn::hart
