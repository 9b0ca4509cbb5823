// What every kind of platform shows alike.
#pragma once

#include <string>
#include <vector>

#include "base/units.h"
#include "base/yaml_reader.h"
#include "platform/description.h"

namespace sn::platform {

/// Rows under a heading, with a label each.
class table {
 public:
  explicit table(const std::string& heading) : text_(heading + "\n") {}

  void add(const std::string& label, const std::string& content);
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

/// "12.5 PFLOPS": of `count` accelerators.
std::string petaflops(base::flops_per_second each, unsigned count);

/// Name and title, and what stands behind figures of the machine.
std::string show_heading(const std::string& name, const std::string& title,
                         validation_status status);

/// Every value with its basis, and the assumed ones with the reason for each.
std::string show_values(const std::vector<base::yaml_value>& values);

}  // namespace sn::platform
