#include "workload/decode_step.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

namespace sn::workload {

namespace {

constexpr std::uint64_t bf16_bytes = element_bytes(precision::bf16);

/// Appends the operations of one queue: one micro-batch of one rank.
class queue_builder {
 public:
  queue_builder(const scenario& run, std::uint32_t rank, std::uint32_t micro_batch, queue& target)
      : run_(run),
        shape_(run.shape),
        rank_(rank),
        micro_batch_(micro_batch),
        tokens_(run.batch / run.micro_batches),
        target_(target) {}

  void embedding() {
    layer_ = 0;
    // A look-up reads one row per token and writes it as the first hidden vector.
    elementwise(phase::embedding, "embedding", 2 * hidden_bytes());
  }

  void attention(std::uint32_t layer) {
    layer_ = layer;
    norm(phase::attention, "attention norm");
    for (const auto& part : shape_.attention.input_projections(shape_.hidden)) {
      matmul(phase::attention, part, tokens_, run_.formats.weights);
    }
    attend();
    for (const auto& part : shape_.attention.output_projections(shape_.hidden)) {
      matmul(phase::attention, part, tokens_, run_.formats.weights);
    }
  }

  void dense_block() {
    norm(phase::dense, "dense norm");
    mlp(phase::dense, "dense block", shape_.dense, tokens_, 1, compute_class::gemm);
  }

  void expert_block(const expert_traffic& traffic) {
    norm(phase::gate, "gate norm");
    matmul(phase::gate, shape_.gate(), tokens_, precision::bf16);
    // Selection reads the scores of all experts in FP32.
    elementwise(phase::gate, "expert choice", tokens_ * shape_.router.experts * 4);
    dispatch(traffic);
    if (shape_.shared_experts > 0) {
      mlp(phase::shared_expert, "shared expert", shape_.shared_expert(), tokens_, 1,
          compute_class::gemm);
    }
    wait(phase::dispatch, "dispatch wait", tag(phase::dispatch),
         shape_.token_bytes(run_.formats.dispatch) * received(traffic));
    mlp(phase::expert, "experts", shape_.expert, traffic.tokens_computed(micro_batch_, rank_),
        traffic.experts_used(micro_batch_, rank_), compute_class::grouped_gemm);
    combine(traffic);
  }

  void head() {
    layer_ = shape_.layers - 1;
    norm(phase::head, "final norm");
    matmul(phase::head, shape_.head(), tokens_, precision::bf16);
    elementwise(phase::head, "choice of token", tokens_ * shape_.vocabulary * bf16_bytes);
  }

 private:
  std::uint64_t hidden_bytes() const { return tokens_ * shape_.hidden * bf16_bytes; }
  std::uint64_t sent(const expert_traffic& traffic) const {
    return traffic.copies_sent(micro_batch_, rank_);
  }
  std::uint64_t received(const expert_traffic& traffic) const {
    return traffic.copies_received(micro_batch_, rank_);
  }
  /// One tag per layer, micro-batch and direction.
  std::uint32_t tag(phase direction) const {
    const std::uint32_t transfer = layer_ * 2 + (direction == phase::combine ? 1 : 0);
    return transfer * run_.micro_batches + micro_batch_;
  }

  operation& append(operation_kind kind, phase part, const std::string& name) {
    operation& added = target_.operations.emplace_back();
    added.kind = kind;
    added.part = part;
    added.layer = static_cast<std::uint16_t>(layer_);
    added.name = fmt::format("layer {} {}", layer_, name);
    return added;
  }

  void compute(phase part, const std::string& name, const compute_work& work) {
    append(operation_kind::compute, part, name).compute = work;
  }

  void elementwise(phase part, const std::string& name, std::uint64_t traffic) {
    if (traffic > 0) {
      compute(part, name, {compute_class::elementwise, precision::bf16, 0, base::bytes(traffic)});
    }
  }

  /// RMS norm with the residual sum: two vectors in, two out.
  void norm(phase part, const std::string& name) { elementwise(part, name, 4 * hidden_bytes()); }

  /// `rows` tokens through `part`: weights once, activations in (in the weights' format) and out.
  void matmul(phase phase_of, const linear& part, std::uint64_t rows, precision format) {
    matmul(phase_of, part.name, part, rows, 1, format, compute_class::gemm);
  }
  void matmul(phase phase_of, const std::string& name, const linear& part, std::uint64_t rows,
              std::uint64_t weight_sets, precision format, compute_class kind) {
    const std::uint64_t traffic = weight_sets * part.parameters() * element_bytes(format) +
                                  rows * part.inputs_per_token() * element_bytes(format) +
                                  rows * part.outputs_per_token() * bf16_bytes;
    compute(phase_of, name, {kind, format, rows * part.flops_per_token(), base::bytes(traffic)});
  }

  /// A gated block over `rows` tokens that uses `weight_sets` experts' weights; nothing if none
  /// does.
  void mlp(phase part, const std::string& name, const mlp_shape& block, std::uint64_t rows,
           std::uint64_t weight_sets, compute_class kind) {
    if (rows == 0) {
      return;
    }
    const precision format = run_.formats.weights;
    matmul(part, name + " gate and up", block.gate_up(), rows, weight_sets, format, kind);
    elementwise(part, name + " activation",
                rows * block.intermediate * (2 * bf16_bytes + element_bytes(format)));
    matmul(part, name + " down", block.down(), rows, weight_sets, format, kind);
  }

  /// Scores and values of the absorbed attention: reads the whole cache once, appends one token.
  void attend() {
    const mla_shape& mla = shape_.attention;
    compute_work work;
    work.kind = compute_class::attention;
    work.format = precision::bf16;
    work.flops = tokens_ * run_.context * mla.absorbed_flops_per_context_token();
    work.hbm_traffic = base::bytes(
        tokens_ *
        (run_.context * mla.cached_elements_per_token() * element_bytes(run_.formats.kv_cache) +
         mla.cached_elements_per_token() * element_bytes(run_.formats.kv_cache) +
         (mla.query_elements() + mla.result_elements()) * bf16_bytes));
    compute(phase::attention, "attention", work);
  }

  void wait(phase part, const std::string& name, std::uint32_t of_tag, base::bytes size) {
    append(operation_kind::wait, part, name).wait = {of_tag, size};
  }

  /// The messages of a transfer, `bytes_to(peer)` to each.
  template <typename Size>
  void transfer(phase part, const std::string& name, const Size& bytes_to) {
    transfer_work work;
    work.tag = tag(part);
    for (std::uint32_t step = 1; step <= run_.ranks; ++step) {
      const std::uint32_t peer = (rank_ + step) % run_.ranks;
      const base::bytes size = bytes_to(peer);
      if (size.value > 0) {
        work.messages.push_back({peer, size});
      }
    }
    append(operation_kind::transfer, part, name).transfer = std::move(work);
  }

  void dispatch(const expert_traffic& traffic) {
    const base::bytes vector = shape_.token_bytes(run_.formats.dispatch);
    // Each token is quantised once; the copy engines read it as often as it is sent.
    elementwise(phase::dispatch, "dispatch pack", hidden_bytes() + tokens_ * vector.value);
    transfer(phase::dispatch, "dispatch", [&](std::uint32_t peer) {
      return vector * traffic.copies(micro_batch_, rank_, peer);
    });
  }

  void combine(const expert_traffic& traffic) {
    const base::bytes vector = shape_.token_bytes(run_.formats.combine);
    // Results of a token's experts on this rank are summed, if they travel as one, and packed.
    elementwise(phase::combine, "combine pack",
                traffic.tokens_computed(micro_batch_, rank_) * shape_.hidden * bf16_bytes +
                    received(traffic) * vector.value);
    transfer(phase::combine, "combine", [&](std::uint32_t peer) {
      return vector * traffic.copies(micro_batch_, peer, rank_);
    });
    wait(phase::combine, "combine wait", tag(phase::combine), vector * sent(traffic));
    // What came back and the shared expert's result are added up.
    const std::uint64_t shared = shape_.shared_experts > 0 ? hidden_bytes() : 0;
    elementwise(phase::combine, "combine sum",
                sent(traffic) * vector.value + shared + hidden_bytes());
  }

  const scenario& run_;
  const model& shape_;
  std::uint32_t rank_;
  std::uint32_t micro_batch_;
  std::uint64_t tokens_;
  queue& target_;
  std::uint32_t layer_ = 0;
};

/// Parameters resident on each rank: all but the routed experts are replicated.
base::bytes weights_per_rank(const scenario& run) {
  const model& shape = run.shape;
  const std::uint64_t experts = run.experts_per_rank() + shape.shared_experts;
  const std::uint64_t in_weight_format = shape.layers * shape.attention_parameters() +
                                         shape.dense_layers * shape.dense.parameters() +
                                         shape.moe_layers() * experts * shape.expert.parameters();
  const std::uint64_t in_bf16 = shape.moe_layers() * shape.gate().parameters() +
                                shape.embedding_parameters() + shape.head().parameters();
  return base::bytes(in_weight_format * element_bytes(run.formats.weights) + in_bf16 * bf16_bytes);
}

}  // namespace

decode_step build_decode_step(const scenario& run, std::uint64_t seed) {
  const model& shape = run.shape;
  decode_step step;
  step.work.ranks.resize(run.ranks);
  std::vector<queue_builder> builders;
  for (std::uint32_t rank = 0; rank < run.ranks; ++rank) {
    rank_program& target = step.work.ranks[rank];
    target.queues.resize(run.micro_batches);
    target.weight_memory = weights_per_rank(run);
    target.cache_memory =
        shape.cache_bytes_per_token(run.formats.kv_cache) * run.context * run.batch;
    for (std::uint32_t part = 0; part < run.micro_batches; ++part) {
      builders.emplace_back(run, rank, part, target.queues[part]);
    }
  }

  for (auto& builder : builders) {
    builder.embedding();
  }
  const std::size_t tokens = std::size_t{run.ranks} * run.batch;
  for (std::uint32_t layer = 0; layer < shape.layers; ++layer) {
    for (auto& builder : builders) {
      builder.attention(layer);
    }
    if (!shape.is_moe(layer)) {
      for (auto& builder : builders) {
        builder.dense_block();
      }
      continue;
    }
    const expert_traffic traffic(
        run, route_layer(shape.router, run.routing.skew, tokens, seed, run.routing.stream, layer));
    step.imbalance.push_back(imbalance_of(run, traffic, layer));
    for (auto& builder : builders) {
      builder.expert_block(traffic);
    }
  }
  for (auto& builder : builders) {
    builder.head();
  }
  return step;
}

}  // namespace sn::workload
