#include "alink/burst.h"

#include "base/error.h"

namespace sn::alink {

burst_extension& extension_of(tlm::tlm_generic_payload& payload) {
  auto* extension = payload.get_extension<burst_extension>();
  base::ensure(extension != nullptr, "a payload on ALink has no burst extension");
  return *extension;
}

}  // namespace sn::alink
