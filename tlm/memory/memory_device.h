// A memory: what it holds and how fast it gives it.
#pragma once

#include "memory/bandwidth_server.h"
#include "memory/sparse_memory.h"

namespace sn::memory {

/// An HBM stack, a DDR module or a CXL memory device. Content and timing are separate, so that a
/// transfer may have one without the other.
struct memory_device {
  memory_device(base::bytes capacity, base::bytes_per_second rate, base::picoseconds latency)
      : content(capacity), port(rate, latency) {}

  template <typename Archive>
  void fields(Archive& io) {
    io(content, port);
  }

  sparse_memory content;
  bandwidth_server port;
};

}  // namespace sn::memory
