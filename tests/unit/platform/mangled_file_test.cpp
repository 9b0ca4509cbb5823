// Whatever stands in a platform file, the loader either gives a machine that can be shown or
// refuses the file with its name and a line of it.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/error.h"
#include "base/random.h"
#include "platform/loader.h"
#include "platform/show.h"
#include "unit/platform/edited_file.h"

namespace sn::platform {
namespace {

/// True if `text` is accepted; anything but a machine or a proper refusal fails the test.
bool accepted(const std::string& text) {
  try {
    EXPECT_FALSE(show(parse(text, "mangled.yaml")).empty());
    return true;
  } catch (const base::configuration_error& error) {
    EXPECT_EQ(error.file(), "mangled.yaml");
    EXPECT_GE(error.line(), 0);
    EXPECT_GT(std::string(error.what()).size(), std::string("mangled.yaml: ").size());
  }
  return false;
}

TEST(mangled_file, without_any_one_line_that_says_something_it_is_refused) {
  const auto lines = edited_file().lines();
  for (std::size_t missing = 0; missing < lines.size(); ++missing) {
    std::string text;
    for (std::size_t i = 0; i < lines.size(); ++i) {
      text += i == missing ? "" : lines[i] + "\n";
    }
    const std::size_t first = lines[missing].find_first_not_of(' ');
    const bool says_something = first != std::string::npos && lines[missing][first] != '#';
    EXPECT_EQ(accepted(text), !says_something) << lines[missing];
  }
}

TEST(mangled_file, with_any_value_replaced_it_is_refused_or_can_be_shown) {
  const edited_file original;
  const description machine = parse(original.text(), "al128.yaml");
  const std::vector<std::string> values{"",
                                        "0",
                                        "1",
                                        "-1",
                                        "7",
                                        "1.5",
                                        "nan",
                                        "inf",
                                        "1e308",
                                        "1e-308",
                                        "true",
                                        "~",
                                        "[]",
                                        "[[1]]",
                                        "{}",
                                        "'",
                                        "\"",
                                        "*x",
                                        "&x",
                                        "18446744073709551615",
                                        "64",
                                        "1024",
                                        "1 B",
                                        "1 B/s",
                                        "1 Hz",
                                        "1 ps",
                                        "1 mW",
                                        "1 GFLOPS",
                                        "18446744073709551615 B",
                                        "18446744073709551615 B/s",
                                        "18446744073709551615 ps",
                                        "18446744073709551615 mW",
                                        "18446744073709551615 Hz",
                                        "18446 PFLOPS",
                                        "1 s",
                                        "64 TiB"};
  int refused = 0;
  int shown = 0;
  for (const auto& known : machine.values) {
    if (known.basis == base::value_basis::unstated) {
      continue;
    }
    for (const auto& value : values) {
      edited_file file = original;
      ++(accepted(file.set(known.key, value).text()) ? shown : refused);
    }
  }
  EXPECT_GT(refused, 1'000);
  EXPECT_GT(shown, 100) << "many of these values are possible; none may crash";
}

TEST(mangled_file, with_random_damage_it_is_refused_or_can_be_shown) {
  const std::string original = edited_file().text();
  const std::string characters = "0123456789abc:{}[],-\"'#&*!|>%@ \n\t.\x7f\xff";
  base::random_generator random(20'251'114);
  int refused = 0;
  for (int round = 0; round < 500; ++round) {
    std::string text = original;
    const std::uint64_t edits = 1 + random.below(3);
    for (std::uint64_t edit = 0; edit < edits; ++edit) {
      const auto at = static_cast<std::size_t>(random.below(text.size()));
      const char c = characters[static_cast<std::size_t>(random.below(characters.size()))];
      switch (random.below(4)) {
        case 0:
          text[at] = c;
          break;
        case 1:
          text.insert(at, 1, c);
          break;
        case 2:
          text.erase(at, 1 + static_cast<std::size_t>(random.below(20)));
          break;
        default:
          text.resize(at + 1);
          break;
      }
    }
    refused += accepted(text) ? 0 : 1;
  }
  EXPECT_GT(refused, 100);
}

}  // namespace
}  // namespace sn::platform
