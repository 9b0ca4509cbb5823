// From an encoding to the operation and its operands.
#pragma once

#include <cstdint>

#include "hart/isa.h"
#include "hart/operation.h"

namespace sn::hart {

/// One decoded instruction.
struct decoded {
  operation op = operation::illegal;
  std::uint8_t rd = 0;
  std::uint8_t rs1 = 0;        ///< also the 5-bit immediate of csrrwi and its kin
  std::uint8_t rs2 = 0;        ///< also the destination of floating-point loads
  std::uint8_t length = 4;     ///< in bytes: 2 or 4
  std::int64_t immediate = 0;  ///< sign-extended; a shift amount; for illegal, CSR and computing
                               ///< floating-point operations the encoding
};

/// Bytes of the instruction whose first 16 bits are `low`.
constexpr unsigned instruction_length(std::uint32_t low) {
  return (low & 3) == 3 ? 4 : 2;
}

/// Decodes a 16-bit encoding (upper half zero) or a 32-bit one.
decoded decode(std::uint32_t encoding, unsigned xlen, const extensions& with = {});

}  // namespace sn::hart
