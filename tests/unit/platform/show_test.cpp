#include "platform/show.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "platform/loader.h"
#include "unit/platform/edited_file.h"

namespace sn::platform {
namespace {

using testing::HasSubstr;
using testing::Not;

/// The line of `text` that starts with `label`, without the label and the blanks around it.
std::string row(const std::string& text, const std::string& label) {
  const std::size_t begin = text.find("\n  " + label + "  ");
  if (begin == std::string::npos) {
    return "no row " + label;
  }
  const std::size_t content = text.find_first_not_of(' ', begin + 3 + label.size());
  return text.substr(content, text.find('\n', content) - content);
}

// Derivations are in description_test.cpp; 32 x 800 GB/s cross the middle of a domain, 128 x 800
// GB/s leave the accelerators, 350 kW x 1.5 l/min/kW cool them.
TEST(show, prints_the_machine_and_its_derived_figures) {
  const std::string text = show(load(SN_SOURCE_DIR "/platforms/al128.yaml"));
  EXPECT_EQ(row(text, "accelerators"), "128 x generic_2kw, in 32 trays of 4");
  EXPECT_EQ(row(text, "scale-up"), "2 domains of 64, each with 8 switches (single_stage_planes)");
  EXPECT_EQ(row(text, "switch"), "80 ports: 64 accelerators, 8 CIPUs, 1 pool, 7 spare");
  EXPECT_EQ(row(text, "virtual pod 2"), "domain_1: partitions 8-15");
  EXPECT_EQ(row(text, "port"), "100 GB/s: 8 lanes of 100 Gbit/s");
  EXPECT_THAT(text, HasSubstr("800 GB/s: 8 planes, 64 lanes; raw 896 GB/s"));
  EXPECT_EQ(row(text, "accelerator payload"), "743.8 GB/s (595 B of each 640 B cell)");
  EXPECT_EQ(row(text, "bisection of a domain"), "25.6 TB/s");
  EXPECT_EQ(row(text, "scale-up in all"), "102.4 TB/s");
  EXPECT_EQ(row(text, "slot"), "6.4 ns");
  EXPECT_EQ(row(text, "endpoint to endpoint"), "280 ns idle, without serialisation");
  EXPECT_EQ(row(text, "credit round trip"), "44 slots; VOQs hold 64");
  EXPECT_EQ(row(text, "HBM in all"), "18.43 TB at 512 TB/s");
  EXPECT_EQ(row(text, "compute in all"), "64 PFLOPS BF16, 128 PFLOPS FP8");
  EXPECT_EQ(row(text, "pool of a domain"), "8192 GiB at 720 GB/s, of which CIPUs map 2048 GiB");
  EXPECT_EQ(row(text, "power"), "accelerators at most 256 kW of 350 kW; 94 kW for the rest");
  EXPECT_EQ(row(text, "coolant flow"), "525 l/min at full supply");
  EXPECT_EQ(row(text, "die temperature"), "44 C idle, 80 C at maximum");
  EXPECT_THAT(text, HasSubstr("no measurement is reproduced"));
}

TEST(show, prints_every_value_of_the_file) {
  const description machine = load(SN_SOURCE_DIR "/platforms/al128_m890.yaml");
  const std::string text = show(machine);
  for (const auto& value : machine.values) {
    EXPECT_THAT(row(text, value.key), testing::StartsWith(value.text)) << value.key;
  }
}

TEST(show, lists_every_assumed_value_with_its_reason) {
  const description machine = load(SN_SOURCE_DIR "/platforms/al128.yaml");
  const std::string text = show(machine);
  const std::string list = text.substr(text.find("\nAssumed values: "));
  for (const auto& value : assumptions(machine)) {
    EXPECT_THAT(list,
                HasSubstr("\n  " + value.key + " = " + value.text + "\n      " + value.source));
  }
  EXPECT_THAT(list, Not(HasSubstr("power.rack_supply"))) << "published";
}

TEST(show, says_when_there_are_measurements) {
  description machine = load(SN_SOURCE_DIR "/platforms/al128.yaml");
  machine.status = validation_status::measured_public;
  EXPECT_THAT(show(machine), HasSubstr("Public measurements of this machine exist."));
}

TEST(show, lists_scattered_partitions_one_by_one) {
  edited_file file;
  file.append("pods: [{name: a, partitions: [0, 2, 3]}, {name: b, partitions: [15]}]");
  const std::string text = show(parse(file.text(), "edited.yaml"));
  EXPECT_EQ(row(text, "virtual pod 1"), "a: partitions 0, 2, 3");
  EXPECT_EQ(row(text, "virtual pod 2"), "b: partitions 15");
}

}  // namespace
}  // namespace sn::platform
