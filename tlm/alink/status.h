// How a burst on ALink ended, and why.
#pragma once

#include <cstdint>

namespace sn::alink {

/// Completion status, with the codes of UALink 200G 1.0.
enum class status : std::uint8_t {
  ok = 0,
  target_abort = 1,
  decode_error = 2,
  protection_violation = 3,
  completion_timeout = 4,
  isolate = 5,
};

/// Why a burst did not reach its target.
enum class cause : std::uint8_t {
  none = 0,
  no_plane = 1,               ///< the source has no plane enabled
  source_port_down = 2,       ///< the link from the source is not trained
  no_route = 3,               ///< the switch has no route to the destination
  destination_port_down = 4,  ///< the link to the destination is not trained
  foreign_pod = 5,            ///< source and destination are not of one virtual pod
  target_refused = 6,         ///< the target answered with an error
  plane_lost = 7,             ///< a plane that carried a part of it was lost
  link_lost = 8,              ///< a link that carried a part of it, or was to, has failed
  no_group = 9,               ///< the switch has no such group, or the source is no member
  group_mismatch = 10,        ///< members of a group do not contribute the same in turn
  planes_differ = 11,         ///< members of a group may not use the same planes
};

/// The burst did not reach its target because of the planes that it took: by others it may.
bool was_lost(cause why);
/// The completion status that a cause gives on the wire.
status status_of(cause why);
/// A sentence for people: "the switch has no route to the destination".
const char* to_text(cause why);
const char* to_text(status code);

}  // namespace sn::alink
