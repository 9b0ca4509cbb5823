// Which controllers of a platform a debugger sees.
#pragma once

#include <string>
#include <vector>

#include "gdb/target.h"
#include "platform/system.h"
#include "soc/soc.h"

namespace sn::gdb {

/// All controllers: CIPUs, switches, pools.
std::vector<named_target> all_controllers(platform::system& system);

/// The controller with one of their names.
soc::controller_soc& controller_of(platform::system& system, const std::string& name);

/// Those that `choice` names: names and groups ("cipus", "switches", "pools") separated by commas.
/// Throws base::configuration_error when it names one that does not exist, or harts of both widths:
/// GDB has one architecture per target.
std::vector<named_target> choose(const std::vector<named_target>& all, const std::string& choice);

}  // namespace sn::gdb
