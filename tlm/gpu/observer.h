// How the estimator watches a GPU work.
#pragma once

#include "alink/status.h"
#include "base/units.h"
#include "gpu/command.h"

namespace sn::gpu {

/// Gets what happens in a GPU, in order of simulated time. Calls come from processes of the GPU and
/// must not call back into it.
class observer {
 public:
  observer() = default;
  observer(const observer&) = delete;
  observer& operator=(const observer&) = delete;
  virtual ~observer() = default;

  /// A command of `queue` begins: a computation when it gets the compute engine, any other command
  /// when it has been decoded.
  virtual void command_begun(unsigned gpu, unsigned queue, const command& work,
                             base::picoseconds begin) = 0;
  /// It has ended, and the queue goes on. A transfer ends for its queue at once.
  virtual void command_ended(unsigned gpu, unsigned queue, const command& work,
                             base::picoseconds begin, base::picoseconds end) = 0;
  /// All messages of a transfer have completed; `begin` is when its queue issued it. The status is
  /// that of the first message that failed, if any did.
  virtual void transfer_completed(unsigned gpu, unsigned queue, const command& work,
                                  base::picoseconds begin, base::picoseconds end,
                                  alink::status status, alink::cause why) = 0;
};

}  // namespace sn::gpu
