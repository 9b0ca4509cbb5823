#include "fabric/plane_control.h"

namespace sn::fabric {
namespace {

alink::cause judge(const plane_control& control, base::port_id input, base::endpoint_id destination,
                   base::port_id& output) {
  if (!control.port_up(input)) {
    return control.port_lost(input) ? alink::cause::link_lost : alink::cause::source_port_down;
  }
  const auto route = control.route(destination);
  if (!route) {
    return alink::cause::no_route;
  }
  if (!control.port_up(*route)) {
    return control.port_lost(*route) ? alink::cause::link_lost
                                     : alink::cause::destination_port_down;
  }
  const base::pod_id pod = control.pod(input);
  if (pod == 0 || pod != control.pod(*route)) {
    return alink::cause::foreign_pod;
  }
  output = *route;
  return alink::cause::none;
}

}  // namespace

alink::cause admit(plane_control& control, base::port_id input, base::endpoint_id destination,
                   base::port_id& output) {
  const alink::cause why = judge(control, input, destination, output);
  if (why != alink::cause::none) {
    control.refused(why);
  }
  return why;
}

}  // namespace sn::fabric
