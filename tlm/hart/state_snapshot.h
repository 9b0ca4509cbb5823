// The state of a hart in a snapshot.
#pragma once

#include "base/snapshot.h"
#include "hart/hart.h"

namespace sn::hart {

/// Writes a state into the present section.
void save_state(const hart_state& state, base::snapshot_writer& to);
/// Reads it back. Throws base::configuration_error when no hart can be in such a state.
hart_state restore_state(base::snapshot_reader& from);

}  // namespace sn::hart
