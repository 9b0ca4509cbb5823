#include "hart/hart.h"

#include <stdexcept>

#include "hart/core.h"

namespace sn::hart {

std::unique_ptr<hart> make_hart(const configuration& configuration, bus& memory) {
  switch (configuration.xlen) {
    case 32:
      return std::make_unique<core<32>>(configuration, memory);
    case 64:
      return std::make_unique<core<64>>(configuration, memory);
    default:
      throw std::invalid_argument("a hart has an xlen of 32 or 64");
  }
}

}  // namespace sn::hart
