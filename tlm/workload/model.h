// A language model as its shapes, read from the config.json that models are published with.
#pragma once

#include <cstdint>
#include <string>

#include "base/units.h"
#include "workload/program.h"
#include "workload/shape.h"

namespace sn::workload {

/// Bytes of one element.
constexpr std::uint64_t element_bytes(precision format) {
  return format == precision::fp8 ? 1 : 2;
}

/// The shapes of a model. Counts of parameters are those of its matrices: norms and biases, a few
/// millionths of the whole, are left out, as in published counts.
struct model {
  std::string name;
  std::uint32_t layers = 0;
  std::uint32_t dense_layers = 0;  ///< the first ones, without experts
  std::uint64_t hidden = 0;
  std::uint64_t vocabulary = 0;
  std::uint64_t scale_group = 0;  ///< elements that share a 4-byte scale in FP8
  mla_shape attention;
  mlp_shape dense;   ///< feed-forward block of a dense layer
  mlp_shape expert;  ///< of each expert
  std::uint32_t shared_experts = 0;
  router_shape router;

  std::uint32_t moe_layers() const { return layers - dense_layers; }
  bool is_moe(std::uint32_t layer) const { return layer >= dense_layers; }

  /// The shared experts of a layer as the one block that they are computed as.
  mlp_shape shared_expert() const { return {expert.hidden, expert.intermediate * shared_experts}; }
  linear gate() const { return {"gate", hidden, router.experts}; }
  linear head() const { return {"head", hidden, vocabulary}; }
  std::uint64_t embedding_parameters() const { return vocabulary * hidden; }
  std::uint64_t attention_parameters() const;  ///< of one layer

  /// All parameters, and those that one token uses; the look-up of the embedding is no matrix
  /// product.
  std::uint64_t total_parameters() const;
  std::uint64_t active_parameters() const;
  std::uint64_t active_matmul_parameters() const {
    return active_parameters() - embedding_parameters();
  }

  /// FLOPs per token of all matrix products, without attention over the context.
  std::uint64_t matmul_flops_per_token() const { return 2 * active_matmul_parameters(); }
  /// FLOPs per token and token of context in all layers.
  std::uint64_t absorbed_attention_flops() const {
    return layers * attention.absorbed_flops_per_context_token();
  }
  std::uint64_t naive_attention_flops() const {
    return layers * attention.naive_flops_per_context_token();
  }

  /// Bytes of cache per token of context in all layers.
  base::bytes cache_bytes_per_token(precision format) const {
    return base::bytes(layers * attention.cached_elements_per_token() * element_bytes(format));
  }
  /// Bytes of one token's hidden vector on the wire; in FP8 with its scales.
  base::bytes token_bytes(precision format) const {
    const std::uint64_t scales = format == precision::fp8 ? hidden / scale_group * 4 : 0;
    return base::bytes(hidden * element_bytes(format) + scales);
  }
};

/// Reads a config.json with the keys of Hugging Face. Today's only architecture is deepseek_v3;
/// keys that do not bear on shapes are ignored. Throws base::configuration_error with the file, the
/// key and what was expected.
model load_model(const std::string& file);

}  // namespace sn::workload
