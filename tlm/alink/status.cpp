#include "alink/status.h"

namespace sn::alink {

bool was_lost(cause why) {
  return why == cause::plane_lost || why == cause::link_lost || why == cause::planes_differ;
}

status status_of(cause why) {
  switch (why) {
    case cause::none:
      return status::ok;
    case cause::no_plane:
    case cause::source_port_down:
    case cause::destination_port_down:
    case cause::plane_lost:
    case cause::link_lost:
    case cause::planes_differ:
      return status::isolate;
    case cause::no_route:
    case cause::no_group:
      return status::decode_error;
    case cause::foreign_pod:
      return status::protection_violation;
    case cause::target_refused:
    case cause::group_mismatch:
      return status::target_abort;
  }
  return status::target_abort;
}

const char* to_text(cause why) {
  switch (why) {
    case cause::none:
      return "nothing was refused";
    case cause::no_plane:
      return "the source has no plane enabled";
    case cause::source_port_down:
      return "the link from the source to the switch is not trained";
    case cause::no_route:
      return "the switch has no route to the destination";
    case cause::destination_port_down:
      return "the link from the switch to the destination is not trained";
    case cause::foreign_pod:
      return "source and destination are not of one virtual pod";
    case cause::target_refused:
      return "the target answered with an error";
    case cause::plane_lost:
      return "a plane that carried a part of it was lost";
    case cause::link_lost:
      return "a link on its way has failed";
    case cause::no_group:
      return "the switch has no such group, or the source is no member of it";
    case cause::group_mismatch:
      return "the members of the group do not contribute the same in turn";
    case cause::planes_differ:
      return "the members of the group may not use the same planes";
  }
  return "unknown cause";
}

const char* to_text(status code) {
  switch (code) {
    case status::ok:
      return "ok";
    case status::target_abort:
      return "target abort";
    case status::decode_error:
      return "decode error";
    case status::protection_violation:
      return "protection violation";
    case status::completion_timeout:
      return "completion timeout";
    case status::isolate:
      return "isolate";
  }
  return "unknown status";
}

}  // namespace sn::alink
