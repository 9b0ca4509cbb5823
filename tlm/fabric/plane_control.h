// What the tables of a switch say: asked by the engine before a burst enters a plane.
#pragma once

#include <optional>

#include "alink/status.h"
#include "base/ids.h"
#include "base/port_set.h"

namespace sn::fabric {

/// The control state of one switch, as its firmware has programmed it.
class plane_control {
 public:
  plane_control() = default;
  plane_control(const plane_control&) = delete;
  plane_control& operator=(const plane_control&) = delete;
  virtual ~plane_control() = default;

  /// The link at `port` is trained.
  virtual bool port_up(base::port_id port) const = 0;
  /// The link at `port` was trained and has failed since.
  virtual bool port_lost(base::port_id /*port*/) const { return false; }
  /// The output port for `destination`, if there is a route.
  virtual std::optional<base::port_id> route(base::endpoint_id destination) const = 0;
  /// The virtual pod of the endpoint behind `port`; 0: none.
  virtual base::pod_id pod(base::port_id port) const = 0;
  /// The members of a group for reductions and multicasts; none: there is no such group.
  virtual base::port_set group(unsigned /*index*/) const { return {}; }
  /// A burst was refused at ingress, for the switch's counters.
  virtual void refused(alink::cause why) = 0;
};

/// Decides at ingress whether a burst from `input` to `destination` may pass, in the order in which
/// a switch checks: port of the source, route, port of the destination, pods (both must be the same
/// and not 0). On cause::none `output` is the port to leave by. Refusals are counted at `control`.
alink::cause admit(plane_control& control, base::port_id input, base::endpoint_id destination,
                   base::port_id& output);

}  // namespace sn::fabric
