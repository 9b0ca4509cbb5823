// Commands beyond GDB's own, typed as "monitor COMMAND".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gdb/target.h"

namespace sn::gdb {

/// Does what `command` says to `current`, GDB's current thread, and returns the
/// text to show. One that is not known is answered with the list of those that are.
std::string run_monitor_command(std::string_view command, const std::vector<named_target>& all,
                                const named_target& current);

}  // namespace sn::gdb
