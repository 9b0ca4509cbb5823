// What is run on a platform: a model, how much work there is, and how it is spread over the GPUs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/yaml_reader.h"
#include "workload/model.h"
#include "workload/program.h"

namespace sn::workload {

/// Number formats of a scenario. Gate, embedding, head and attention are BF16 in any case, as in
/// DeepSeek-V3.
struct precisions {
  precision weights = precision::fp8;
  precision kv_cache = precision::bf16;
  precision dispatch = precision::fp8;
  precision combine = precision::bf16;
};

/// How tokens choose experts and how they travel to them.
struct routing_options {
  /// True: a token travels once to each GPU that has some of its experts; false: once per expert.
  bool one_copy_per_destination = true;
  /// The most popular experts are chosen up to 1 + skew times as often as the least popular ones.
  double skew = 0.0;
  /// Stream of the run's seed that the routing draws from.
  std::uint64_t stream = 0;
};

/// One decode step: each request of every GPU's batch gets one token.
struct scenario {
  std::string name;
  std::string model_file;
  model shape;
  std::uint32_t ranks = 0;    ///< GPUs; the experts of a layer are shared out evenly over them
  std::uint32_t batch = 0;    ///< requests per rank
  std::uint64_t context = 0;  ///< tokens that a new token attends to, itself included
  std::uint32_t micro_batches = 1;  ///< 2: two halves of the batch overlap
  precisions formats;
  routing_options routing;
  std::vector<base::yaml_value> values;  ///< all values of the file with their basis

  std::uint32_t experts_per_rank() const { return shape.router.experts / ranks; }
};

/// Reads a scenario and the model that it names (relative to the scenario's folder). Throws
/// base::configuration_error.
scenario load_scenario(const std::string& file);

}  // namespace sn::workload
