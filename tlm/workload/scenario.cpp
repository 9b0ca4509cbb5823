#include "workload/scenario.h"

#include <fmt/format.h>

#include <filesystem>

namespace sn::workload {

namespace {

constexpr std::uint64_t rank_limit = 1024;  // ALink names at most that many endpoints
constexpr std::uint64_t batch_limit = 65'536;
constexpr std::uint64_t context_limit = 16'777'216;
constexpr double skew_limit = 100.0;

precision read_precision(base::yaml_reader& map, const std::string& key) {
  return map.get_choice<precision>(key, {{"fp8", precision::fp8}, {"bf16", precision::bf16}});
}

precisions read_precisions(base::yaml_reader map) {
  precisions formats;
  formats.weights = read_precision(map, "weights");
  formats.kv_cache = read_precision(map, "kv_cache");
  formats.dispatch = read_precision(map, "dispatch");
  formats.combine = read_precision(map, "combine");
  return formats;
}

routing_options read_routing(base::yaml_reader map) {
  routing_options routing;
  routing.one_copy_per_destination = map.get_bool("one_copy_per_destination");
  routing.skew = map.get_number("skew", 0.0, skew_limit);
  routing.stream = map.get_integer("stream", 0, 65'535);
  return routing;
}

}  // namespace

scenario load_scenario(const std::string& file) {
  auto root = base::yaml_reader::open(file);
  scenario result;
  result.name = root.get_string("name");
  root.get_choice<bool>("mode", {{"decode", true}});
  const std::filesystem::path model_path = root.get_string("model");
  result.model_file =
      (std::filesystem::path(file).parent_path() / model_path).lexically_normal().string();
  if (!std::filesystem::is_regular_file(result.model_file)) {
    root.fail("model",
              fmt::format("expected the file of a model, found none at '{}'", result.model_file));
  }
  result.ranks = static_cast<std::uint32_t>(root.get_integer("ranks", 1, rank_limit));
  result.batch = static_cast<std::uint32_t>(root.get_integer("batch_per_gpu", 1, batch_limit));
  result.context = root.get_integer("context_per_request", 1, context_limit);
  result.micro_batches = static_cast<std::uint32_t>(root.get_integer("micro_batches", 1, 2));
  result.formats = read_precisions(root.child("precision"));
  result.routing = read_routing(root.child("routing"));
  root.finish();

  if (result.batch % result.micro_batches != 0) {
    root.fail("batch_per_gpu", fmt::format("expected a multiple of micro_batches = {}, found {}",
                                           result.micro_batches, result.batch));
  }
  result.shape = load_model(result.model_file);
  if (result.shape.router.experts % result.ranks != 0) {
    root.fail("ranks", fmt::format("expected a divisor of the model's {} routed experts, found {}",
                                   result.shape.router.experts, result.ranks));
  }
  result.values = root.values();
  return result;
}

}  // namespace sn::workload
