#include "workload/scenario.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "base/error.h"
#include "unit/workload/temporary_folder.h"

namespace sn::workload {
namespace {

using testing::HasSubstr;

const std::string models = SN_SOURCE_DIR "/workloads/models/";
const std::string decode_file = SN_SOURCE_DIR "/workloads/scenarios/deepseek_v3_decode.yaml";

std::string plain_scenario() {
  return "name: small\n"
         "model: " +
         models +
         "deepseek_v3.json\n"
         "mode: decode\n"
         "ranks: 64\n"
         "batch_per_gpu: 8\n"
         "context_per_request: 100\n"
         "precision: {weights: bf16, kv_cache: fp8, dispatch: bf16, combine: bf16}\n"
         "routing: {one_copy_per_destination: false, skew: 0, stream: 3}\n"
         "micro_batches: 2\n";
}

scenario load(const std::string& text) {
  const temporary_folder folder;
  return load_scenario(folder.write("scenario.yaml", text));
}

std::string error_with(const std::string& original, const std::string& replacement) {
  std::string text = plain_scenario();
  const auto at = text.find(original);
  EXPECT_NE(at, std::string::npos) << original;
  text.replace(at, original.size(), replacement);
  try {
    load(text);
  } catch (const base::configuration_error& error) {
    return error.what();
  }
  ADD_FAILURE() << "no configuration_error was thrown";
  return {};
}

TEST(scenario, the_shipped_decode_step_loads) {
  const scenario run = load_scenario(decode_file);
  EXPECT_EQ(run.name, "deepseek_v3_decode");
  EXPECT_EQ(run.ranks, 64U);
  EXPECT_EQ(run.batch, 128U);
  EXPECT_EQ(run.context, 4096U);
  EXPECT_EQ(run.experts_per_rank(), 4U);
  EXPECT_EQ(run.formats.weights, precision::fp8);
  EXPECT_EQ(run.formats.combine, precision::bf16);
  EXPECT_TRUE(run.routing.one_copy_per_destination);
  EXPECT_EQ(run.shape.layers, 61U);
}

TEST(scenario, assumed_values_of_the_shipped_step_are_listed_with_their_reason) {
  bool found = false;
  for (const auto& value : load_scenario(decode_file).values) {
    if (value.key == "routing.skew") {
      found = true;
      EXPECT_EQ(value.basis, base::value_basis::assumed);
      EXPECT_FALSE(value.source.empty());
    }
  }
  EXPECT_TRUE(found);
}

TEST(scenario, plain_values_are_read) {
  const scenario run = load(plain_scenario());
  EXPECT_EQ(run.micro_batches, 2U);
  EXPECT_EQ(run.formats.weights, precision::bf16);
  EXPECT_EQ(run.formats.kv_cache, precision::fp8);
  EXPECT_FALSE(run.routing.one_copy_per_destination);
  EXPECT_EQ(run.routing.stream, 3U);
}

TEST(scenario, unknown_keys_are_errors) {
  EXPECT_THAT(error_with("ranks: 64\n", "ranks: 64\nrank: 64\n"),
              HasSubstr("scenario.yaml:5: rank: unknown key"));
  EXPECT_THAT(error_with("skew: 0", "skew: 0, imbalance: 2"),
              HasSubstr("scenario.yaml:8: routing.imbalance: unknown key"));
}

TEST(scenario, impossible_values_are_errors) {
  EXPECT_THAT(error_with("ranks: 64", "ranks: 60"),
              HasSubstr("scenario.yaml:4: ranks: expected a divisor of the model's 256 routed "
                        "experts, found 60"));
  EXPECT_THAT(
      error_with("batch_per_gpu: 8", "batch_per_gpu: 7"),
      HasSubstr("scenario.yaml:5: batch_per_gpu: expected a multiple of micro_batches = 2"));
  EXPECT_THAT(error_with("ranks: 64", "ranks: 0"), HasSubstr("from 1 to 1024, found '0'"));
  EXPECT_THAT(error_with("mode: decode", "mode: prefill"),
              HasSubstr("mode: expected decode, found 'prefill'"));
  EXPECT_THAT(error_with("micro_batches: 2", "micro_batches: 3"), HasSubstr("from 1 to 2"));
  EXPECT_THAT(error_with("weights: bf16", "weights: int4"),
              HasSubstr("precision.weights: expected fp8 or bf16, found 'int4'"));
  EXPECT_THAT(error_with("deepseek_v3.json", "nothing.json"),
              HasSubstr("scenario.yaml:2: model: expected the file of a model"));
}

}  // namespace
}  // namespace sn::workload
