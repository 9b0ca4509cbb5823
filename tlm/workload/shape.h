// Shapes of the parts of a transformer layer and what they cost: parameters, FLOPs, bytes.
#pragma once

#include <cstdint>
#include <vector>

namespace sn::workload {

/// `copies` independent matrices of inputs x outputs, each multiplied with its own part of the
/// activations of a token (one per head, for instance).
struct linear {
  const char* name;
  std::uint64_t inputs;
  std::uint64_t outputs;
  std::uint64_t copies = 1;

  constexpr std::uint64_t parameters() const { return inputs * outputs * copies; }
  /// A multiply-add counts as two.
  constexpr std::uint64_t flops_per_token() const { return 2 * parameters(); }
  /// Activations read and written per token, in elements.
  constexpr std::uint64_t inputs_per_token() const { return inputs * copies; }
  constexpr std::uint64_t outputs_per_token() const { return outputs * copies; }
};

/// Parameters of all of them.
std::uint64_t parameters(const std::vector<linear>& parts);

/// Multi-head latent attention: keys and values of all heads are kept as one compressed vector.
struct mla_shape {
  std::uint64_t heads = 0;
  std::uint64_t q_lora_rank = 0;
  std::uint64_t kv_lora_rank = 0;
  std::uint64_t qk_nope_dim = 0;  ///< per head, without position
  std::uint64_t qk_rope_dim = 0;  ///< per head for queries, one for all heads for keys
  std::uint64_t v_dim = 0;        ///< per head

  /// The matrices applied before the scores. The expansion of the keys is absorbed into the query
  /// (the last one), so that scores and values work on the compressed cache.
  std::vector<linear> input_projections(std::uint64_t hidden) const;
  /// The matrices applied after the values: expansion per head, then output.
  std::vector<linear> output_projections(std::uint64_t hidden) const;

  /// FLOPs of scores and values per new token and token of context, in one layer, on the compressed
  /// cache (absorbed) or on expanded keys and values (naive).
  std::uint64_t absorbed_flops_per_context_token() const;
  std::uint64_t naive_flops_per_context_token() const;

  /// Elements that the cache keeps per token, in one layer.
  std::uint64_t cached_elements_per_token() const { return kv_lora_rank + qk_rope_dim; }
  /// Elements of the query and of the result of the absorbed attention, per token.
  std::uint64_t query_elements() const { return heads * (kv_lora_rank + qk_rope_dim); }
  std::uint64_t result_elements() const { return heads * kv_lora_rank; }
};

/// A gated feed-forward block: down(silu(gate(x)) * up(x)).
struct mlp_shape {
  std::uint64_t hidden = 0;
  std::uint64_t intermediate = 0;

  /// Gate and up as one matrix, then down.
  linear gate_up() const { return {"gate and up", hidden, 2 * intermediate}; }
  linear down() const { return {"down", intermediate, hidden}; }
  std::uint64_t parameters() const { return gate_up().parameters() + down().parameters(); }
};

/// How tokens choose their experts: the best `per_token` experts of the best `groups_per_token`
/// groups. A model without groups has one.
struct router_shape {
  std::uint32_t experts = 0;
  std::uint32_t per_token = 0;
  std::uint32_t groups = 1;
  std::uint32_t groups_per_token = 1;

  std::uint32_t experts_per_group() const { return experts / groups; }
};

}  // namespace sn::workload
