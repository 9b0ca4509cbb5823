// The harts of a virt machine as a debugger's targets.
#pragma once

#include <vector>

#include "gdb/target.h"
#include "soc/virt_machine.h"

namespace sn::gdb {

/// All of them: "hart0", "hart1", ... `machine` must outlive them.
std::vector<named_target> harts_of(soc::virt_machine& machine);

}  // namespace sn::gdb
