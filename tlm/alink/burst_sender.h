// Sends bursts, and sends again by other planes what a plane or a link has lost.
#pragma once

#include <cstdint>
#include <functional>
#include <systemc>
#include <tlm>
#include <vector>

#include "alink/burst.h"
#include "alink/burst_initiator.h"
#include "base/ids.h"
#include "base/units.h"

namespace sn::alink {

/// Bursts that were sent again.
struct resend_statistics {
  std::uint64_t bursts = 0;
  base::bytes size;        ///< of these bursts, each counted once
  base::picoseconds last;  ///< when the latest of them completed well

  template <typename Archive>
  void fields(Archive& io) {
    io(bursts, size, last);
  }
};

/// The sending side of a device, for bursts that may take several planes.
///
/// A burst that completes with an error because a plane or a link was lost (was_lost()) is sent
/// again as soon as the error comes, by those planes that may be used and that have not lost
/// anything to its destination of late. So a sender learns of a link that has failed at the other
/// side of the switch: it avoids that plane to that destination for `forget_after` from the latest
/// such error, then tries it anew, as the link may have been trained again. A burst for which no
/// plane is left, or that was sent again too often, has failed. What goes to a group names the
/// planes that it would rather not use, and leaves the choice to the fabric.
class burst_sender {
 public:
  /// Gives the planes that bursts may take now: one bit each.
  using plane_source = std::function<std::uint16_t()>;

  /// Completions as of burst_initiator, without those of bursts that are sent again. `order` is
  /// what it takes turns with, if with anything.
  burst_sender(const sc_core::sc_module_name& name, base::picoseconds forget_after,
               plane_source usable_planes, burst_initiator::completion on_complete,
               kernel::turns* order = nullptr);
  burst_sender(const burst_sender&) = delete;
  burst_sender& operator=(const burst_sender&) = delete;

  /// Sends `burst`, which starts `delay` from now, by the planes of its mask that have lost nothing
  /// to its destination of late; by all of them if none is left.
  void issue(tlm::tlm_generic_payload& burst, const sc_core::sc_time& delay);

  const resend_statistics& sent_again() const { return resends_; }

  /// As part of the section of the owner, between two times.
  void save(base::snapshot_writer& to, const kernel::payload_names& names) const;
  void restore(base::snapshot_reader& from, const kernel::payload_names& names);

  tlm_utils::simple_initiator_socket<burst_initiator>& socket() { return initiator_.socket; }

 private:
  template <typename Archive>
  void state(Archive& io, const kernel::payload_names& names);

  /// A plane that has lost something on the way to a destination.
  struct avoided {
    base::endpoint_id destination;  ///< or a group
    std::uint16_t plane;            ///< one bit
    base::picoseconds until;

    template <typename Archive>
    void fields(Archive& io) {
      io(destination, plane, until);
    }
  };

  static void choose(burst_extension& extension, std::uint16_t usable, std::uint16_t open);
  void completed(tlm::tlm_generic_payload& burst);
  bool send_again(tlm::tlm_generic_payload& burst);
  void avoid(base::endpoint_id destination, std::uint16_t planes);
  std::uint16_t planes_to(base::endpoint_id destination, std::uint16_t of);

  base::picoseconds forget_after_;
  plane_source usable_planes_;
  burst_initiator::completion on_complete_;
  std::vector<avoided> avoided_;  ///< empty while nothing fails
  resend_statistics resends_;
  burst_initiator initiator_;
};

}  // namespace sn::alink
