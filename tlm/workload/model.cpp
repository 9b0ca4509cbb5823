#include "workload/model.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"

namespace sn::workload {

namespace {

/// Largest dimension that any key may have: keeps products of three of them within 64 bits.
constexpr std::uint64_t dimension_limit = 1U << 20U;

/// The keys of one config.json.
class config {
 public:
  explicit config(const std::string& file) : file_(file) {
    const std::string text = base::file_content(file);
    try {
      root_ = nlohmann::json::parse(text);
    } catch (const nlohmann::json::parse_error& error) {
      const auto end =
          text.begin() + static_cast<std::ptrdiff_t>(std::min(error.byte, text.size()));
      throw base::configuration_error(file,
                                      1 + static_cast<int>(std::count(text.begin(), end, '\n')), "",
                                      std::string("expected valid JSON: ") + error.what());
    }
    if (!root_.is_object()) {
      fail("", "expected an object of keys at the top");
    }
  }

  [[noreturn]] void fail(const std::string& key, const std::string& message) const {
    throw base::configuration_error(file_, 0, key, message);
  }

  std::uint64_t integer(const std::string& key, std::uint64_t min,
                        std::uint64_t max = dimension_limit) const {
    return checked(key, find(root_, key, key, interval(min, max)), min, max);
  }

  std::string text(const std::string& key) const {
    const auto& value = find(root_, key, key, "a text");
    if (!value.is_string()) {
      fail(key, "expected a text, found " + value.dump());
    }
    return value.get<std::string>();
  }

  /// Elements per scale: the second entry of quantization_config.weight_block_size.
  std::uint64_t scale_group() const {
    const std::string key = "quantization_config.weight_block_size";
    const std::string expected = "a list of two block sizes such as [128, 128]";
    const auto& quantization =
        find(root_, "quantization_config", "quantization_config", "an object");
    if (!quantization.is_object()) {
      fail("quantization_config", "expected an object, found " + quantization.dump());
    }
    const auto& sizes = find(quantization, "weight_block_size", key, expected);
    if (!sizes.is_array() || sizes.size() != 2) {
      fail(key, "expected " + expected + ", found " + sizes.dump());
    }
    return checked(key, sizes[1], 1, dimension_limit);
  }

 private:
  static std::string interval(std::uint64_t min, std::uint64_t max) {
    return fmt::format("a whole number from {} to {}", min, max);
  }

  const nlohmann::json& find(const nlohmann::json& object, const std::string& name,
                             const std::string& key, const std::string& expected) const {
    const auto found = object.find(name);
    if (found == object.end()) {
      fail(key, "missing; expected " + expected);
    }
    return *found;
  }

  std::uint64_t checked(const std::string& key, const nlohmann::json& value, std::uint64_t min,
                        std::uint64_t max) const {
    if (!value.is_number_unsigned() || value.get<std::uint64_t>() < min ||
        value.get<std::uint64_t>() > max) {
      fail(key, fmt::format("expected {}, found {}", interval(min, max), value.dump()));
    }
    return value.get<std::uint64_t>();
  }

  std::string file_;
  nlohmann::json root_;
};

model read_deepseek_v3(const config& keys) {
  model shape;
  shape.name = "deepseek_v3";
  shape.layers = static_cast<std::uint32_t>(keys.integer("num_hidden_layers", 1, 1024));
  shape.dense_layers =
      static_cast<std::uint32_t>(keys.integer("first_k_dense_replace", 0, shape.layers));
  shape.hidden = keys.integer("hidden_size", 1);
  shape.vocabulary = keys.integer("vocab_size", 1);
  shape.scale_group = keys.scale_group();
  if (shape.hidden % shape.scale_group != 0) {
    keys.fail("hidden_size", fmt::format("expected a multiple of the block of {} that shares a "
                                         "scale (quantization_config.weight_block_size), found {}",
                                         shape.scale_group, shape.hidden));
  }
  if (keys.integer("moe_layer_freq", 1) != 1) {
    keys.fail("moe_layer_freq", "expected 1: every layer after the dense ones has experts");
  }

  shape.attention.heads = keys.integer("num_attention_heads", 1);
  shape.attention.q_lora_rank = keys.integer("q_lora_rank", 1);
  shape.attention.kv_lora_rank = keys.integer("kv_lora_rank", 1);
  shape.attention.qk_nope_dim = keys.integer("qk_nope_head_dim", 1);
  shape.attention.qk_rope_dim = keys.integer("qk_rope_head_dim", 1);
  shape.attention.v_dim = keys.integer("v_head_dim", 1);

  shape.dense = {shape.hidden, keys.integer("intermediate_size", 1)};
  shape.expert = {shape.hidden, keys.integer("moe_intermediate_size", 1)};
  shape.shared_experts = static_cast<std::uint32_t>(keys.integer("n_shared_experts", 0, 256));

  router_shape& router = shape.router;
  router.experts = static_cast<std::uint32_t>(keys.integer("n_routed_experts", 1, 4096));
  router.groups = static_cast<std::uint32_t>(keys.integer("n_group", 1, router.experts));
  if (router.experts % router.groups != 0) {
    keys.fail("n_group", fmt::format("expected a divisor of n_routed_experts = {}, found {}",
                                     router.experts, router.groups));
  }
  router.groups_per_token =
      static_cast<std::uint32_t>(keys.integer("topk_group", 1, router.groups));
  const std::uint32_t choice = router.groups_per_token * router.experts_per_group();
  router.per_token = static_cast<std::uint32_t>(keys.integer("num_experts_per_tok", 1, choice));
  return shape;
}

}  // namespace

std::uint64_t model::attention_parameters() const {
  return parameters(attention.input_projections(hidden)) +
         parameters(attention.output_projections(hidden));
}

std::uint64_t model::total_parameters() const {
  const std::uint64_t moe =
      gate().parameters() + (router.experts + shared_experts) * expert.parameters();
  return layers * attention_parameters() + dense_layers * dense.parameters() + moe_layers() * moe +
         embedding_parameters() + head().parameters();
}

std::uint64_t model::active_parameters() const {
  const std::uint64_t idle = router.experts - router.per_token;
  return total_parameters() - moe_layers() * idle * expert.parameters();
}

model load_model(const std::string& file) {
  const config keys(file);
  const std::string type = keys.text("model_type");
  if (type != "deepseek_v3") {
    keys.fail("model_type", fmt::format("expected deepseek_v3, found '{}'", type));
  }
  return read_deepseek_v3(keys);
}

}  // namespace sn::workload
