// All-to-all level by level, and exchanges that are done at once.
#pragma once

#include "workload/schedule.h"

namespace sn::workload {

/// Hands every block on, at each level, to the member that has the digit of its destination.
void append_all_to_all(const schedule_request& request, schedule& to);
/// all_to_all_v and send_receive: everyone sends to everyone it has something for.
void append_flat_exchange(const collective& what, schedule& to);

}  // namespace sn::workload
