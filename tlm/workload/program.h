// What a workload asks of each accelerator: the graph of operations, before any machine is chosen.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/units.h"

namespace sn::workload {

/// The kinds of computation that a platform gives efficiencies for.
enum class compute_class : std::uint8_t {
  gemm,          ///< dense matrix multiplication
  grouped_gemm,  ///< expert matrix multiplications, many small ones
  attention,     ///< scores and values over the KV cache
  elementwise,   ///< norms, activations, gate selection, permutation
};

/// Number format of the operands; it selects the peak rate.
enum class precision : std::uint8_t { fp8, bf16 };

/// A computation on the compute engine.
struct compute_work {
  compute_class kind = compute_class::gemm;
  precision format = precision::bf16;
  std::uint64_t flops = 0;  ///< a multiply-add counts as two
  base::bytes hbm_traffic;  ///< bytes read from and written to HBM
};

/// Where a message goes.
enum class message_kind : std::uint8_t {
  unicast,    ///< to a rank
  reduce,     ///< float32 to the sum of a group of ranks, which they get at `to`
  multicast,  ///< to all other ranks of a group
};

/// Not one rank, but all of a group get a sum.
inline constexpr std::uint32_t all_of_group = 0xffff'ffff;

/// A message of a transfer: `size` bytes to rank `peer`. In a program with data it also says which
/// bytes: offsets in the data of the sender and of the receiver.
struct message {
  std::uint32_t peer = 0;
  base::bytes size;
  base::bytes from{0};
  base::bytes to{0};
  message_kind kind = message_kind::unicast;  ///< else `peer` is the number of a group
  std::uint32_t result_to = all_of_group;     ///< of a sum: the rank that gets it
};

/// Data sent by the copy engines: does not block the queue. Each message, when it has arrived, adds
/// its size to the arrival count of `tag` at its peer. A message to the rank itself is a copy in
/// HBM and counts as an arrival as well.
struct transfer_work {
  std::uint32_t tag = 0;
  std::uint8_t traffic_class = 0;
  std::vector<message> messages;  ///< in the order of issue
};

/// Blocks the queue until `size` bytes in all have arrived under `tag`.
struct wait_work {
  std::uint32_t tag = 0;
  base::bytes size;
};

/// An element-wise sum on the compute engine, over float32 in the data of the rank: adds to `size`
/// bytes at `destination` the same number of bytes at source, source + stride, ... of `operands`
/// arrays. Each operand and the destination are read once, the destination is written once.
struct reduce_work {
  base::bytes size;
  base::bytes destination;
  base::bytes source;
  base::bytes stride;
  std::uint32_t operands = 1;
};

/// What an operation is.
enum class operation_kind : std::uint8_t { compute, transfer, wait, reduce };

/// Which part of the step an operation belongs to, for the breakdown of a result; in the order of
/// the step.
enum class phase : std::uint8_t {
  embedding,
  attention,
  dense,
  gate,
  dispatch,
  shared_expert,
  expert,
  combine,
  head,
  collective,  ///< a collective on its own, outside any step
};

/// One operation. Only the member that `kind` names is meaningful.
struct operation {
  operation_kind kind = operation_kind::compute;
  phase part = phase::attention;
  std::uint16_t layer = 0;  ///< from 0
  std::string name;         ///< for people: "layer 3 dispatch"
  compute_work compute;
  transfer_work transfer;
  wait_work wait;
  reduce_work reduction;
};

/// Operations that run in order; queues of a rank run concurrently and share its engines.
struct queue {
  std::vector<operation> operations;
};

/// All that one rank does. Two micro-batches that overlap are two queues.
struct rank_program {
  std::vector<queue> queues;
  base::bytes weight_memory;  ///< parameters resident on this rank
  base::bytes cache_memory;   ///< KV cache resident on this rank at the end of the step
  base::bytes data_memory;    ///< data that messages and reductions name; 0: they name none
};

/// A whole job: ranks 0 .. ranks.size() - 1. Tags are unique in a program; the bytes that all ranks
/// send to a rank under a tag equal the bytes that it waits for.
struct program {
  std::vector<rank_program> ranks;

  /// Ranks in groups, by number, that switches reduce and multicast for. The data of all ranks then
  /// begin at one address.
  std::vector<std::vector<std::uint32_t>> groups{};

  /// Its messages say which bytes they carry. Else each source has a place of its own at every
  /// destination, and only sizes matter.
  bool has_data() const { return !ranks.empty() && ranks.front().data_memory.value != 0; }
};

}  // namespace sn::workload
