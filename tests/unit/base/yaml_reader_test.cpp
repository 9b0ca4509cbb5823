#include "base/yaml_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "base/error.h"

namespace sn::base {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

yaml_reader read(const std::string& text) {
  return yaml_reader::parse(text, "machine.yaml");
}

/// The configuration_error that `action` throws, as its parts.
struct caught {
  int line = -1;
  std::string key;
  std::string what;
};

caught error_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const configuration_error& error) {
    EXPECT_EQ(error.file(), "machine.yaml");
    return {error.line(), error.key(), error.what()};
  }
  ADD_FAILURE() << "no configuration_error was thrown";
  return {};
}

TEST(yaml_reader, reads_every_quantity_in_its_base_unit) {
  auto root = read(
      "capacity: 144 GiB\n"
      "latency: 150 ns\n"
      "rate: 896 GB/s\n"
      "clock: 1.3 GHz\n"
      "power: 2 kW\n"
      "peak: 500 TFLOPS\n"
      "planes: 8\n"
      "base: 0x80000000\n"
      "choices: [8, 16, 32]\n"
      "efficiency: 0.85\n"
      "optical: true\n"
      "name: al128\n");
  EXPECT_EQ(root.get_bytes("capacity").value, 144ULL << 30U);
  EXPECT_EQ(root.get_time("latency").value, 150'000U);
  EXPECT_EQ(root.get_bandwidth("rate").value, 896'000'000'000U);
  EXPECT_EQ(root.get_frequency("clock").value, 1'300'000'000U);
  EXPECT_EQ(root.get_power("power").value, 2'000'000U);
  EXPECT_EQ(root.get_compute_rate("peak").value, 500'000'000'000'000U);
  EXPECT_EQ(root.get_integer("planes"), 8U);
  EXPECT_EQ(root.get_integer("base"), 0x8000'0000U);
  EXPECT_THAT(root.get_integers("choices"), ElementsAre(8U, 16U, 32U));
  EXPECT_DOUBLE_EQ(root.get_number("efficiency"), 0.85);
  EXPECT_TRUE(root.get_bool("optical"));
  EXPECT_EQ(root.get_string("name"), "al128");
  EXPECT_NO_THROW(root.finish());
}

TEST(yaml_reader, keeps_basis_source_and_line_of_every_value_in_file_order) {
  auto root = read(
      "gpu:\n"
      "  hbm: {value: 144 GiB, basis: assumed, source: equals the M890}\n"
      "  lanes: 64\n"
      "tray:\n"
      "  sizes: {value: [8, 16], basis: published, source: vendor page}\n");
  auto tray = root.child("tray");
  EXPECT_THAT(tray.get_integers("sizes"), ElementsAre(8U, 16U));
  auto gpu = root.child("gpu");
  EXPECT_EQ(gpu.get_integer("lanes"), 64U);
  EXPECT_EQ(gpu.get_bytes("hbm").value, 144ULL << 30U);
  root.finish();

  const auto values = root.values();
  ASSERT_EQ(values.size(), 3U);
  EXPECT_EQ(values[0].key, "gpu.hbm");
  EXPECT_EQ(values[0].text, "144 GiB");
  EXPECT_EQ(values[0].basis, value_basis::assumed);
  EXPECT_EQ(values[0].source, "equals the M890");
  EXPECT_EQ(values[0].line, 2);
  EXPECT_EQ(values[1].key, "gpu.lanes");
  EXPECT_EQ(values[1].basis, value_basis::unstated);
  EXPECT_EQ(values[2].key, "tray.sizes");
  EXPECT_EQ(values[2].text, "8, 16");
  EXPECT_EQ(values[2].basis, value_basis::published);
}

TEST(yaml_reader, reading_a_key_twice_records_it_once) {
  auto root = read("planes: 8\n");
  root.get_integer("planes");
  root.get_integer("planes");
  EXPECT_EQ(root.values().size(), 1U);
}

TEST(yaml_reader, an_unknown_key_names_its_place_and_the_known_ones) {
  auto root = read(
      "gpu:\n"
      "  lanes: 64\n"
      "  lane_rate: 112 Gbit/s\n"
      "colour: red\n");
  auto gpu = root.child("gpu");
  gpu.get_integer("lanes");
  EXPECT_FALSE(gpu.has("clock"));
  const auto error = error_of([&] { root.finish(); });
  EXPECT_EQ(error.line, 3);
  EXPECT_EQ(error.key, "gpu.lane_rate");
  EXPECT_THAT(error.what, HasSubstr("machine.yaml:3: gpu.lane_rate: unknown key"));
  EXPECT_THAT(error.what, HasSubstr("clock, lanes"));
}

TEST(yaml_reader, a_missing_key_says_what_was_expected_and_which_keys_are_there) {
  auto root = read("name: x\ngpu:\n  lanez: 64\n");
  auto gpu = root.child("gpu");
  const auto error = error_of([&] { gpu.get_integer("lanes"); });
  EXPECT_EQ(error.key, "gpu.lanes");
  EXPECT_EQ(error.line, 3);
  EXPECT_THAT(error.what, HasSubstr("missing; expected a whole number"));
  EXPECT_THAT(error.what, HasSubstr("lanez"));
}

TEST(yaml_reader, a_value_outside_its_range_is_an_error) {
  auto root = read("ports: 0\nlatency: 2 s\nshare: 1.5\nsizes: [8, 7]\n");
  const auto ports = error_of([&] { root.get_integer("ports", 1, 128); });
  EXPECT_THAT(ports.what,
              HasSubstr("machine.yaml:1: ports: expected a whole number from 1 to 128"));
  EXPECT_THAT(ports.what, HasSubstr("found '0'"));
  const auto latency =
      error_of([&] { root.get_time("latency", picoseconds(1), picoseconds(1'000'000)); });
  EXPECT_THAT(latency.what, HasSubstr("expected at most 1 us, found '2 s'"));
  const auto share = error_of([&] { root.get_number("share", 0.0, 1.0); });
  EXPECT_THAT(share.what, HasSubstr("of at least 0 and at most 1, found '1.5'"));
  const auto sizes = error_of([&] { root.get_integers("sizes", 8, 32); });
  EXPECT_EQ(sizes.key, "sizes[1]");
}

TEST(yaml_reader, a_value_of_another_kind_is_an_error) {
  auto root = read(
      "latency: 150 GB\n"
      "ports: many\n"
      "negative: -1\n"
      "half: 0.5\n"
      "flag: maybe\n"
      "format: fp7\n"
      "list: 3\n"
      "empty:\n"
      "nan: .nan\n"
      "text: \"\"\n");
  EXPECT_THAT(error_of([&] { root.get_time("latency"); }).what, HasSubstr("a time"));
  EXPECT_THAT(error_of([&] { root.get_integer("ports"); }).what, HasSubstr("found 'many'"));
  EXPECT_THAT(error_of([&] { root.get_integer("negative"); }).what, HasSubstr("found '-1'"));
  EXPECT_THAT(error_of([&] { root.get_integer("half"); }).what, HasSubstr("found '0.5'"));
  EXPECT_THAT(error_of([&] { root.get_bool("flag"); }).what, HasSubstr("true or false"));
  EXPECT_THAT(error_of([&] {
                root.get_choice<int>("format", {{"fp8", 8}, {"bf16", 16}});
              }).what,
              HasSubstr("expected fp8 or bf16, found 'fp7'"));
  EXPECT_THAT(error_of([&] { root.get_integers("list"); }).what,
              HasSubstr("expected a list of whole numbers, found '3'"));
  EXPECT_THAT(error_of([&] { root.get_integer("empty"); }).what, HasSubstr("found nothing"));
  EXPECT_THAT(error_of([&] { root.get_number("nan"); }).what, HasSubstr("found '.nan'"));
  EXPECT_THAT(error_of([&] { root.get_string("text"); }).what, HasSubstr("not empty"));
  EXPECT_THAT(error_of([&] { root.child("ports"); }).what, HasSubstr("expected a map"));
}

TEST(yaml_reader, the_long_form_needs_value_basis_and_source_and_nothing_else) {
  auto root = read(
      "a: {basis: assumed, source: s}\n"
      "b: {value: 1, source: s}\n"
      "c: {value: 1, basis: guessed, source: s}\n"
      "d: {value: 1, basis: assumed}\n"
      "e: {value: 1, basis: assumed, source: s, note: n}\n"
      "f: {value: 1, basis: assumed, source: \"\"}\n");
  EXPECT_THAT(error_of([&] { root.get_integer("a"); }).what, HasSubstr("value is missing"));
  EXPECT_THAT(error_of([&] { root.get_integer("b"); }).what, HasSubstr("basis is missing"));
  EXPECT_THAT(error_of([&] { root.get_integer("c"); }).what,
              HasSubstr("expected published, derived or assumed, found 'guessed'"));
  EXPECT_THAT(error_of([&] { root.get_integer("d"); }).what, HasSubstr("source is missing"));
  EXPECT_EQ(error_of([&] { root.get_integer("e"); }).key, "e.note");
  EXPECT_THAT(error_of([&] { root.get_integer("f"); }).what, HasSubstr("not empty"));
}

TEST(yaml_reader, a_key_that_stands_twice_is_an_error) {
  const auto error = error_of([] { read("ports: 1\nname: x\nports: 2\n"); });
  EXPECT_EQ(error.line, 3);
  EXPECT_THAT(error.what, HasSubstr("already in line 1"));
}

TEST(yaml_reader, children_of_a_list_are_strict_maps_with_their_index_in_the_path) {
  auto root = read(
      "pools:\n"
      "  - latency: 250 ns\n"
      "  - latency: 300 ns\n"
      "    speed: 9\n");
  auto pools = root.children("pools");
  ASSERT_EQ(pools.size(), 2U);
  EXPECT_EQ(pools[1].get_time("latency").value, 300'000U);
  const auto error = error_of([&] { root.finish(); });
  EXPECT_EQ(error.key, "pools[0].latency");
  pools[0].get_time("latency");
  EXPECT_EQ(error_of([&] { root.finish(); }).key, "pools[1].speed");
}

TEST(yaml_reader, keys_come_in_the_order_of_the_file) {
  EXPECT_THAT(read("zeta: 1\nalpha: 2\nmid: 3\n").keys(), ElementsAre("zeta", "alpha", "mid"));
}

TEST(yaml_reader, fail_reports_the_line_of_the_key) {
  auto root = read("a: 1\nb: 2\n");
  const auto error = error_of([&] { root.fail("b", "expected an even number of planes"); });
  EXPECT_EQ(error.what, "machine.yaml:2: b: expected an even number of planes");
}

TEST(yaml_reader, broken_yaml_a_missing_file_and_a_list_at_the_top_are_errors) {
  EXPECT_EQ(error_of([] { read("a: 1\nb: [1, 2\n"); }).line, 3);
  EXPECT_THAT(error_of([] { read("- 1\n- 2\n"); }).what, HasSubstr("a map of keys at the top"));
  EXPECT_THROW(yaml_reader::open("/nonexistent/machine.yaml"), configuration_error);
}

}  // namespace
}  // namespace sn::base
