// The C extension: each 16-bit encoding abbreviates a 32-bit one.
#pragma once

#include <cstdint>

namespace sn::hart {

/// The 32-bit encoding that the 16-bit `encoding` abbreviates, or 0 (an illegal instruction) if it
/// is reserved or belongs to an extension that the hart lacks.
std::uint32_t expand_compressed(std::uint32_t encoding, unsigned xlen);

}  // namespace sn::hart
