#include "platform/show_parts.h"

#include <fmt/format.h>

#include <algorithm>

namespace sn::platform {

namespace {

std::string values_table(const std::vector<base::yaml_value>& values) {
  std::size_t key_width = 0;
  std::size_t text_width = 0;
  for (const auto& value : values) {
    key_width = std::max(key_width, value.key.size());
    text_width = std::max(text_width, value.text.size());
  }
  std::string text = "Every value and how it is known\n";
  for (const auto& value : values) {
    if (value.basis != base::value_basis::unstated) {
      text += fmt::format("  {:<{}}  {:<{}}  {}\n", value.key, key_width, value.text, text_width,
                          base::to_text(value.basis));
    } else {
      text += fmt::format("  {:<{}}  {}\n", value.key, key_width, value.text);
    }
  }
  return text;
}

std::string assumptions_table(const std::vector<base::yaml_value>& values) {
  const auto assumed = assumptions(values);
  std::string text = fmt::format("Assumed values: {} of {}\n", assumed.size(), values.size());
  for (const auto& value : assumed) {
    text += fmt::format("  {} = {}\n      {}\n", value.key, value.text, value.source);
  }
  return text;
}

}  // namespace

void table::add(const std::string& label, const std::string& content) {
  text_ += fmt::format("  {:<26}{}\n", label, content);
}

std::string petaflops(base::flops_per_second each, unsigned count) {
  return fmt::format("{:.4g} PFLOPS", static_cast<double>(each.value) * 1e-15 * count);
}

std::string show_heading(const std::string& name, const std::string& title,
                         validation_status status) {
  return fmt::format(
      "{}: {}\n{}", name, title,
      status == validation_status::prediction_only
          ? "Figures of this machine are predictions: no measurement is reproduced.\n"
          : "Public measurements of this machine exist.\n");
}

std::string show_values(const std::vector<base::yaml_value>& values) {
  return values_table(values) + "\n" + assumptions_table(values);
}

}  // namespace sn::platform
