// "monitor trace on FILE" and "monitor trace off" of a debugger.
#pragma once

#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gdb/target.h"
#include "hart/elf.h"
#include "observe/instruction_trace.h"

namespace sn::cli {

/// Traces the instructions of harts into files, one for each hart, from one command of the debugger
/// to the next. What is repeated unseen is not written.
class debug_trace {
 public:
  using symbol_source = std::function<std::vector<hart::elf_symbol>(const std::string& name)>;

  /// `symbols` of the hart with a name; `silent` says whether the past is being repeated.
  debug_trace(symbol_source symbols, std::function<bool()> silent);

  /// What to answer to "on FILE" or "off" for this hart.
  std::string command(const gdb::named_target& target, std::string_view words);

 private:
  /// Passes on what is not silent.
  class gate;

  const symbol_source symbols_;
  const std::function<bool()> silent_;
  std::map<std::string, std::shared_ptr<gate>> traces_;  ///< by name of the hart
};

}  // namespace sn::cli
