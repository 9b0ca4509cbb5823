// The function that executes an operation.
#pragma once

#include "hart/block_cache.h"
#include "hart/operation.h"

namespace sn::hart {

/// Never null for operations that decode() returns for this width.
template <unsigned xlen>
typename step<xlen>::handler handler_of(operation op);

}  // namespace sn::hart
