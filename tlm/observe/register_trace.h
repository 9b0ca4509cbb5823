// Every access of a hart to chosen addresses.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "hart/function_table.h"
#include "hart/observer.h"
#include "observe/observed_hart.h"

namespace sn::observe {

/// Writes a line per access, also to memory that the hart reaches by host pointers:
///
///     0.000000021000 hart0 80000014 <put+8> writes 1 byte uart+0 (10000000): 41
class register_trace final : public hart::access_observer {
 public:
  /// `chosen` holds, with commas, names of devices (with * and ?) and ranges FIRST-LAST of physical
  /// addresses. Throws base::configuration_error when a part is neither, or names nothing.
  register_trace(const observed_hart& hart, const std::string& chosen, std::ostream& out);

  void on_access(const hart::done_access& done) override;

 private:
  const std::string name_;
  soc::hart_module& module_;
  std::ostream& out_;
  hart::function_table functions_;
  const std::vector<soc::address_window> devices_;
};

}  // namespace sn::observe
