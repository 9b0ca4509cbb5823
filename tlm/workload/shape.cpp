#include "workload/shape.h"

namespace sn::workload {

std::uint64_t parameters(const std::vector<linear>& parts) {
  std::uint64_t sum = 0;
  for (const auto& part : parts) {
    sum += part.parameters();
  }
  return sum;
}

std::vector<linear> mla_shape::input_projections(std::uint64_t hidden) const {
  return {
      // Query and key/value down-projections share their input and are one matrix.
      {"query and cache down", hidden, q_lora_rank + kv_lora_rank + qk_rope_dim},
      {"query up", q_lora_rank, heads * (qk_nope_dim + qk_rope_dim)},
      {"key absorption", qk_nope_dim, kv_lora_rank, heads},
  };
}

std::vector<linear> mla_shape::output_projections(std::uint64_t hidden) const {
  return {
      {"value expansion", kv_lora_rank, v_dim, heads},
      {"output", heads * v_dim, hidden},
  };
}

std::uint64_t mla_shape::absorbed_flops_per_context_token() const {
  const std::uint64_t score = kv_lora_rank + qk_rope_dim;
  const std::uint64_t value = kv_lora_rank;
  return 2 * heads * (score + value);
}

std::uint64_t mla_shape::naive_flops_per_context_token() const {
  const std::uint64_t score = qk_nope_dim + qk_rope_dim;
  return 2 * heads * (score + v_dim);
}

}  // namespace sn::workload
