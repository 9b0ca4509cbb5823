#include "workload/model.h"

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

const std::string deepseek_file = SN_SOURCE_DIR "/workloads/models/deepseek_v3.json";

model deepseek() {
  return load_model(deepseek_file);
}

TEST(deepseek_v3, has_671_billion_parameters) {
  // Attention of a layer: 7168x1536 + 1536x128x192 + 7168x576 + 512x128x(128+128) + 128x128x7168
  //   = 187,105,280.
  EXPECT_EQ(deepseek().attention_parameters(), 187'105'280U);
  // An expert: 3 x 7168 x 2048.
  EXPECT_EQ(deepseek().expert.parameters(), 44'040'192U);
  // 61 x 187,105,280 + 3 x (3 x 7168 x 18432) + 58 x (257 x 44,040,192 + 7168 x 256)
  //   + 2 x 129280 x 7168; published as 671 B.
  EXPECT_EQ(deepseek().total_parameters(), 671'025'397'760U);
}

TEST(deepseek_v3, activates_37_billion_parameters_per_token) {
  // The same with 9 instead of 257 experts per layer; published as 37 B.
  EXPECT_EQ(deepseek().active_parameters(), 37'551'276'032U);
  // Less the embedding, a look-up of 129280 x 7168.
  EXPECT_EQ(deepseek().active_matmul_parameters(), 36'624'596'992U);
  EXPECT_EQ(deepseek().matmul_flops_per_token(), 73'249'193'984U);
}

TEST(deepseek_v3, attention_costs_more_flops_absorbed_than_naive) {
  // 61 layers x 128 heads x 2 x (512 + 64 for the score + 512 for the value).
  EXPECT_EQ(deepseek().absorbed_attention_flops(), 16'990'208U);
  // 61 x 128 x 2 x (128 + 64 + 128).
  EXPECT_EQ(deepseek().naive_attention_flops(), 4'997'120U);
}

TEST(deepseek_v3, keeps_70272_bytes_of_cache_per_token) {
  // 61 x (512 + 64) x 2.
  EXPECT_EQ(deepseek().cache_bytes_per_token(precision::bf16).value, 70'272U);
  EXPECT_EQ(deepseek().cache_bytes_per_token(precision::fp8).value, 35'136U);
}

TEST(deepseek_v3, a_token_on_the_wire_takes_7392_bytes_in_fp8_and_14336_in_bf16) {
  // 7168 x 1 + 7168 / 128 scales x 4.
  EXPECT_EQ(deepseek().token_bytes(precision::fp8).value, 7'392U);
  EXPECT_EQ(deepseek().token_bytes(precision::bf16).value, 14'336U);
}

TEST(deepseek_v3, has_experts_in_58_of_its_61_layers) {
  const model shape = deepseek();
  EXPECT_EQ(shape.moe_layers(), 58U);
  EXPECT_FALSE(shape.is_moe(2));
  EXPECT_TRUE(shape.is_moe(3));
  EXPECT_EQ(shape.router.experts_per_group(), 32U);
}

/// The shipped configuration with one piece of text replaced, and the error that it gives.
std::string error_with(const std::string& original, const std::string& replacement) {
  std::ifstream stream(deepseek_file);
  std::string text{std::istreambuf_iterator<char>(stream), {}};
  const auto at = text.find(original);
  EXPECT_NE(at, std::string::npos) << original;
  text.replace(at, original.size(), replacement);
  const temporary_folder folder;
  const std::string file = folder.write("config.json", text);
  try {
    load_model(file);
  } catch (const base::configuration_error& error) {
    EXPECT_EQ(error.file(), file);
    return error.what();
  }
  ADD_FAILURE() << "no configuration_error was thrown";
  return {};
}

TEST(model_file, a_missing_key_is_named_with_what_was_expected) {
  EXPECT_THAT(error_with("\"hidden_size\"", "\"hidden_siz\""),
              HasSubstr("hidden_size: missing; expected a whole number"));
  EXPECT_THAT(error_with("\"weight_block_size\"", "\"block\""),
              HasSubstr("quantization_config.weight_block_size: missing"));
}

TEST(model_file, impossible_values_are_errors) {
  EXPECT_THAT(error_with("\"n_group\": 8", "\"n_group\": 7"),
              HasSubstr("n_group: expected a divisor of n_routed_experts = 256, found 7"));
  EXPECT_THAT(error_with("\"hidden_size\": 7168", "\"hidden_size\": \"7168\""),
              HasSubstr("found \"7168\""));
  EXPECT_THAT(error_with("\"hidden_size\": 7168", "\"hidden_size\": 7200"),
              HasSubstr("expected a multiple of the block of 128"));
  EXPECT_THAT(error_with("\"topk_group\": 4", "\"topk_group\": 9"),
              HasSubstr("topk_group: expected a whole number from 1 to 8"));
  // Four groups of 32 hold 128 experts.
  EXPECT_THAT(error_with("\"num_experts_per_tok\": 8", "\"num_experts_per_tok\": 129"),
              HasSubstr("num_experts_per_tok: expected a whole number from 1 to 128"));
  EXPECT_THAT(error_with("\"first_k_dense_replace\": 3", "\"first_k_dense_replace\": -3"),
              HasSubstr("found -3"));
  EXPECT_THAT(error_with("\"model_type\": \"deepseek_v3\"", "\"model_type\": \"llama\""),
              HasSubstr("model_type: expected deepseek_v3, found 'llama'"));
}

TEST(model_file, broken_json_is_an_error_with_its_line) {
  EXPECT_THAT(error_with("\"first_k_dense_replace\": 3,", "\"first_k_dense_replace\": ,"),
              HasSubstr("config.json:4: expected valid JSON"));
  EXPECT_THROW(load_model("/nonexistent/config.json"), base::configuration_error);
}

}  // namespace
}  // namespace sn::workload
