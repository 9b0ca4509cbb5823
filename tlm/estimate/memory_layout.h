// Where a job keeps things in the HBM of each GPU.
#pragma once

#include <cstdint>
#include <vector>

#include "base/units.h"
#include "gpu/configuration.h"
#include "workload/program.h"

namespace sn::estimate {

/// HBM addresses of one rank, ascending: weights from 0, then the KV cache, the data that messages
/// and reductions name, what other ranks write, the message tables, and the command rings.
struct memory_layout {
  base::bytes cache;                      ///< first address of the KV cache
  base::bytes data;                       ///< first address of the data
  base::bytes receive;                    ///< first address that others write to
  base::bytes messages;                   ///< first address of the message tables
  std::vector<base::bytes> rings;         ///< per queue
  std::vector<std::uint32_t> ring_sizes;  ///< per queue: entries, a power of two
  base::bytes end;                        ///< HBM that the job needs on this rank
};

/// Where messages land: each source has a slot of its own in every destination's receive area.
class receive_area {
 public:
  /// `planes` is the number of ALink planes: slots are laid out so that messages of different
  /// sources, and of one source to different destinations, begin on different planes.
  receive_area(const workload::program& program, unsigned planes);

  /// Size of the area of any rank; 0 for a program with data, which needs none.
  base::bytes size() const;
  /// Offset in the area of `destination` for messages of `source`.
  base::bytes slot(std::uint32_t source, std::uint32_t destination) const;

 private:
  std::uint64_t ranks_;
  std::uint64_t slot_regions_;
};

/// The layout of every rank of `program`.
std::vector<memory_layout> lay_out(const workload::program& program, const receive_area& area);

/// Throws base::run_error when a rank whose memory is laid out so needs more HBM or queues than its
/// GPU has.
void check_fit(const workload::program& program, std::uint32_t rank, const memory_layout& layout,
               const gpu::configuration& gpu);

}  // namespace sn::estimate
