// Encodings beyond IMAC.
#pragma once

#include <cstdint>

#include "hart/decode.h"

namespace sn::hart {

/// A 32-bit encoding of F and D; sets the immediate and registers of `d` that its format has.
operation decode_float(std::uint32_t encoding, const extensions& with, decoded& d);

/// One of Zba, Zbb and Zbs.
operation decode_bits(std::uint32_t encoding, unsigned xlen, const extensions& with, decoded& d);

}  // namespace sn::hart
