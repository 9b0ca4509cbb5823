#include "alink/burst_sender.h"

#include <algorithm>
#include <utility>

#include "alink/sim_time.h"
#include "base/state.h"

namespace sn::alink {
namespace {

/// Beyond this a burst has failed, whatever planes seem to be left.
constexpr unsigned most_times_again = 64;

/// What a burst goes to: groups come behind endpoints.
base::endpoint_id target_of(const burst_extension& extension) {
  return static_cast<base::endpoint_id>(
      extension.destination + (extension.what == operation::plain ? 0 : base::endpoint_limit));
}

}  // namespace

burst_sender::burst_sender(const sc_core::sc_module_name& name, base::picoseconds forget_after,
                           plane_source usable_planes, burst_initiator::completion on_complete,
                           kernel::turns* order)
    : forget_after_(forget_after),
      usable_planes_(std::move(usable_planes)),
      on_complete_(std::move(on_complete)),
      initiator_(
          name, [this](tlm::tlm_generic_payload& burst) { completed(burst); }, order) {}

void burst_sender::issue(tlm::tlm_generic_payload& burst, const sc_core::sc_time& delay) {
  if (!avoided_.empty()) {
    burst_extension& extension = extension_of(burst);
    const std::uint16_t planes = planes_to(target_of(extension), extension.plane_mask);
    if (planes != 0) {
      choose(extension, extension.plane_mask, planes);
    }
  }
  initiator_.issue(burst, delay);
}

/// Of the planes that may be used, `open` have lost nothing of late. The members of a group must
/// take the same: there it is for the fabric to choose.
void burst_sender::choose(burst_extension& extension, std::uint16_t usable, std::uint16_t open) {
  const bool plain = extension.what == operation::plain;
  extension.plane_mask = plain ? open : usable;
  extension.avoided_planes = plain ? std::uint16_t{0} : static_cast<std::uint16_t>(usable & ~open);
}

void burst_sender::completed(tlm::tlm_generic_payload& burst) {
  if (!burst.is_response_ok() && was_lost(extension_of(burst).why) && send_again(burst)) {
    return;
  }
  if (burst.is_response_ok() && extension_of(burst).times_again != 0) {
    resends_.last = now();
  }
  on_complete_(burst);
}

/// False: there is no plane to try.
bool burst_sender::send_again(tlm::tlm_generic_payload& burst) {
  burst_extension& extension = extension_of(burst);
  avoid(target_of(extension), extension.lost_planes);
  const std::uint16_t usable = usable_planes_();
  const std::uint16_t open = planes_to(target_of(extension), usable);
  if (open == 0 || extension.times_again == most_times_again) {
    return false;
  }
  if (extension.times_again++ == 0) {
    ++resends_.bursts;
    resends_.size += base::bytes(burst.get_data_length());
  }
  choose(extension, usable, open);
  burst.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  // The payload is still in the response of its error: the request follows in the next delta.
  initiator_.issue(burst, sc_core::SC_ZERO_TIME);
  return true;
}

void burst_sender::avoid(base::endpoint_id destination, std::uint16_t planes) {
  for (unsigned bits = planes; bits != 0; bits &= bits - 1) {
    const auto plane = static_cast<std::uint16_t>(bits & ~(bits - 1));
    const auto known = std::find_if(avoided_.begin(), avoided_.end(), [&](const avoided& one) {
      return one.destination == destination && one.plane == plane;
    });
    if (known == avoided_.end()) {
      avoided_.push_back({destination, plane, now() + forget_after_});
    } else {
      known->until = now() + forget_after_;
    }
  }
}

std::uint16_t burst_sender::planes_to(base::endpoint_id destination, std::uint16_t of) {
  avoided_.erase(std::remove_if(avoided_.begin(), avoided_.end(),
                                [](const avoided& one) { return one.until <= now(); }),
                 avoided_.end());
  for (const avoided& one : avoided_) {
    if (one.destination == destination) {
      of = static_cast<std::uint16_t>(of & ~one.plane);
    }
  }
  return of;
}

template <typename Archive>
void burst_sender::state(Archive& io, const kernel::payload_names& names) {
  io(avoided_, resends_);
  io.part(initiator_, names);
}

void burst_sender::save(base::snapshot_writer& to, const kernel::payload_names& names) const {
  base::state_saver io(to);
  const_cast<burst_sender&>(*this).state(io, names);
}

void burst_sender::restore(base::snapshot_reader& from, const kernel::payload_names& names) {
  base::state_restorer io(from);
  state(io, names);
}

}  // namespace sn::alink
