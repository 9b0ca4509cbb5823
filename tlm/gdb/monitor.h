// Commands beyond GDB's own, typed as "monitor COMMAND".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gdb/choice.h"

namespace sn::gdb {

/// Does what `command` says to `current`, the controller of GDB's current thread, and returns the
/// text to show. One that is not known is answered with the list of those that are.
std::string run_monitor_command(std::string_view command, const std::vector<named_controller>& all,
                                const named_controller& current);

}  // namespace sn::gdb
