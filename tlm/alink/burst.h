// A burst: one TLM-2.0 generic payload of any length, from one endpoint to another.
#pragma once

#include <cstdint>
#include <tlm>

#include "alink/status.h"
#include "base/element_sum.h"
#include "base/ids.h"
#include "base/port_set.h"

namespace sn::alink {

/// What a burst is beyond a plain read or write.
enum class operation : std::uint8_t {
  plain = 0,
  reduce = 1,     ///< a contribution: the switches add up those of a group, whose members get it
  multicast = 2,  ///< a write that the switches hand to all other members of a group
};

/// Not one, but all members of a group get a sum.
inline constexpr base::endpoint_id all_members = 0xffff;

/// The tag of bursts whose bytes no target counts.
inline constexpr std::uint32_t untagged = 0xffff'ffff;

/// What ALink needs to know of a burst beyond the generic payload. The command (read or write), the
/// address at the target, the length in bytes and the data pointer are the payload's own; a null
/// data pointer means that only timing moves.
///
/// The payload's response status is TLM_OK_RESPONSE when `completion` is ok, and an error response
/// otherwise; `why` then says what refused it.
struct burst_extension : tlm::tlm_extension<burst_extension> {
  base::endpoint_id source = 0;
  base::endpoint_id destination = 0;  ///< of a reduction or multicast: the number of its group
  operation what = operation::plain;
  base::element format = base::element::float32;  ///< of a reduction
  base::endpoint_id result_to = all_members;      ///< of a reduction: who gets the sum
  std::uint8_t traffic_class = 0;                 ///< 0 to 3; 0 is the lowest
  std::uint16_t plane_mask = 0;                   ///< bit p: the burst may use plane p
  /// To a group: planes of the mask that have lost something of late, to be used only when other
  /// members have chosen them.
  std::uint16_t avoided_planes = 0;
  std::uint8_t times_again = 0;  ///< how often its sender has sent it again
  std::uint32_t tag = untagged;  ///< the target counts arrived bytes by tag
  status completion = status::ok;
  cause why = cause::none;
  std::uint16_t lost_planes = 0;  ///< where, if a plane or a link has lost or refused it
  /// Of a contribution: its number among those of its sender to the group, which the fabric gives
  /// and which it keeps until it has ended well. 0: none yet.
  std::uint64_t turn = 0;
  base::port_set reached;  ///< of a multicast that was lost on its way to others: who has it
  /// Of what a fabric delivers of a reduction or multicast: the burst that it comes from.
  const tlm::tlm_generic_payload* original = nullptr;

  /// Of a reduction: the sender gets the sum, alone or with all others.
  bool gets_sum() const { return result_to == all_members || result_to == source; }

  template <typename Archive>
  void fields(Archive& io) {
    io(source, destination, what, format, traffic_class, times_again, plane_mask, tag, completion,
       why, lost_planes, avoided_planes, turn, reached, result_to);
  }

  tlm::tlm_extension_base* clone() const override { return new burst_extension(*this); }
  void copy_from(const tlm::tlm_extension_base& other) override {
    *this = static_cast<const burst_extension&>(other);
  }
};

/// The burst extension of a payload; it must have one.
burst_extension& extension_of(tlm::tlm_generic_payload& payload);

}  // namespace sn::alink
