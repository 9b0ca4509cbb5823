// Which controllers of a platform a debugger sees.
#pragma once

#include <string>
#include <vector>

#include "platform/system.h"
#include "soc/soc.h"

namespace sn::gdb {

/// A controller and its name in the boot log: "cipu3", "switch0.5", "pool1".
struct named_controller {
  std::string name;
  unsigned xlen;
  soc::controller_soc* soc;
};

/// All controllers: CIPUs, switches, pools.
std::vector<named_controller> all_controllers(platform::system& system);

/// Those that `choice` names: names and groups ("cipus", "switches", "pools") separated by commas.
/// Throws base::configuration_error when it names one that does not exist, or harts of both widths:
/// GDB has one architecture per target.
std::vector<named_controller> choose(const std::vector<named_controller>& all,
                                     const std::string& choice);

}  // namespace sn::gdb
