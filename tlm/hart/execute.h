// The functions that execute operations.
#pragma once

#include "hart/block_cache.h"
#include "hart/operation.h"

namespace sn::hart {

/// Null only for operations that this width does not have, and for auipc and jal, which traces
/// express otherwise.
template <unsigned xlen>
typename step<xlen>::handler handler_of(operation op);

/// The function that executes a step with operation `first` and the step after it with `second`;
/// null if there is none for this pair.
template <unsigned xlen>
typename step<xlen>::handler handler_of_pair(operation first, operation second);

}  // namespace sn::hart
