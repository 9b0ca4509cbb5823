// A fault of a fabric, as a user asks for it.
#pragma once

#include <cstdint>

#include "base/ids.h"

namespace sn::platform {

/// What goes wrong. What was to cross and has not fails and is sent again by other planes.
struct fabric_fault {
  enum class kind : std::uint8_t {
    plane,  ///< the switch dies for good, and all its links with it
    link,   ///< a link breaks for good
    lanes,  ///< a link loses lanes, trains anew and goes on with less
  };
  kind what = kind::plane;
  unsigned domain = 0;  ///< of the plane
  unsigned plane = 0;
  base::endpoint_id endpoint = 0;  ///< whose link it is
  unsigned lanes = 0;              ///< that break

  template <typename Archive>
  void fields(Archive& io) {
    io(what, domain, plane, endpoint, lanes);
  }
};

}  // namespace sn::platform
