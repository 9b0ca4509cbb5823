// Identifiers that travel through the platform.
#pragma once

#include <cstdint>

namespace sn::base {

/// An endpoint on ALink: a GPU, a CIPU or a memory pool. 10 bits, as UALink's accelerator ID.
using endpoint_id = std::uint16_t;
/// Largest number of endpoints that an ALink fabric can name.
inline constexpr unsigned endpoint_limit = 1024;

/// A port of a switch, from 0.
using port_id = std::uint16_t;
/// Largest number of ports of a switch (and of its arbiter).
inline constexpr unsigned port_limit = 128;
/// Largest number of iterations that an arbiter does in a slot.
inline constexpr unsigned iteration_limit = 4;

/// A virtual pod: the set of endpoints that may reach each other. 0 means none.
using pod_id = std::uint16_t;

}  // namespace sn::base
