// What software puts into the command queues of a GPU.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "alink/burst.h"
#include "base/element_sum.h"
#include "registers/generated/cpp/gpu.h"

namespace sn::gpu {

using opcode = registers::gpu::gpu_opcode;

/// Kinds of computation, each with its own efficiency.
enum class compute_class : std::uint8_t {
  gemm = 0,
  grouped_gemm = 1,
  attention = 2,
  elementwise = 3
};
inline constexpr unsigned compute_classes = 4;

/// Number format of the operands; it selects the peak rate.
enum class precision : std::uint8_t { fp8 = 0, bf16 = 1 };
inline constexpr unsigned precisions = 2;

/// What the elements of a reduction are.
using element = base::element;

/// Bits of command::flags.
namespace command_flag {
/// The messages of a transfer carry the bytes that HBM holds, and a reduction changes those at its
/// destination; without it only timing moves.
inline constexpr std::uint8_t functional = 1U << 0U;
}  // namespace command_flag

/// An entry of a queue's ring. Fields that the opcode does not name are ignored.
struct command {
  std::uint8_t operation = 0;       ///< opcode
  std::uint8_t kind = 0;            ///< compute: compute_class
  std::uint8_t format = 0;          ///< compute: precision
  std::uint8_t flags = 0;           ///< command_flag
  std::uint32_t tag = 0;            ///< transfer, wait: what arrivals are counted by
  std::uint64_t flops = 0;          ///< compute: a multiply-add counts as two
  std::uint64_t hbm_traffic = 0;    ///< compute: bytes read from and written to HBM
  std::uint64_t messages = 0;       ///< transfer: HBM address of the message table
  std::uint32_t message_count = 0;  ///< transfer: entries of the table
  std::uint8_t traffic_class = 0;   ///< transfer: 0 to 3
  std::uint8_t reserved_0[3] = {};
  std::uint64_t bytes = 0;  ///< wait: until so many bytes in all have arrived under the tag
  std::uint64_t label = 0;  ///< the writer's own; observers see it
  std::uint8_t reserved_1[8] = {};

  template <typename Archive>
  void fields(Archive& io) {
    io(operation, kind, format, flags, tag, flops, hbm_traffic, messages, message_count,
       traffic_class, bytes, label);
  }
};
static_assert(sizeof(command) == 64 && std::is_trivially_copyable_v<command>);

/// An entry of a ring whose opcode is `reduce`, as the device reads it: to the array at
/// `destination` it adds `operands` arrays at source, source + stride, and so on, in this order,
/// element by element. Every array is read once and the destination is written once; a result is
/// there when the command has ended.
struct reduction {
  std::uint8_t operation = 0;  ///< opcode
  std::uint8_t reserved_0 = 0;
  std::uint8_t format = 0;        ///< element
  std::uint8_t flags = 0;         ///< command_flag
  std::uint32_t operands = 0;     ///< arrays to add, at least 1
  std::uint64_t destination = 0;  ///< HBM address
  std::uint64_t source = 0;       ///< HBM address of the first array
  std::uint64_t stride = 0;       ///< from one array to the next
  std::uint8_t reserved_1[8] = {};
  std::uint64_t bytes = 0;  ///< of each array, whole elements
  std::uint64_t label = 0;  ///< as in command
  std::uint8_t reserved_2[8] = {};
};
static_assert(sizeof(reduction) == sizeof(command) && std::is_trivially_copyable_v<reduction>);
static_assert(offsetof(reduction, flags) == offsetof(command, flags) &&
              offsetof(reduction, label) == offsetof(command, label));

/// An entry of a message table: so many bytes of this GPU's HBM to an endpoint, or to a group of
/// which the GPU is a member. What comes of a contribution to a sum is written to `remote_address`
/// here and at all other members, or at one of them, and counted as an arrival under the transfer's
/// tag. The table is read when the transfer is issued.
struct message {
  std::uint32_t endpoint = 0;  ///< or the number of the group
  /// [7:0] alink::operation; of a contribution [15:8] base::element, and [31:16] who gets the sum:
  /// 0 for all members, or 1 + an endpoint.
  std::uint32_t kind = 0;
  std::uint64_t bytes = 0;           ///< up to 4 GiB - 1; 0: nothing is sent
  std::uint64_t remote_address = 0;  ///< at the endpoint
  std::uint64_t local_address = 0;   ///< in this GPU's HBM

  template <typename Archive>
  void fields(Archive& io) {
    io(endpoint, kind, bytes, remote_address, local_address);
  }
};
/// The kind of a message, and its parts.
constexpr std::uint32_t kind_of(alink::operation what, element format,
                                base::endpoint_id result_to = alink::all_members) {
  return static_cast<std::uint32_t>(what) | static_cast<std::uint32_t>(format) << 8U |
         (result_to + 1U) << 16U;
}
constexpr std::uint32_t operation_of(const message& item) {
  return item.kind & 0xffU;
}
constexpr std::uint32_t format_of(const message& item) {
  return item.kind >> 8U & 0xffU;
}
/// Who gets the sum; all_members if not one of them.
constexpr base::endpoint_id result_to(const message& item) {
  return static_cast<base::endpoint_id>((item.kind >> 16U) - 1U);
}
static_assert(sizeof(message) == 32 && std::is_trivially_copyable_v<message>);

}  // namespace sn::gpu
