#include "fabric/order_checker.h"

#include <fmt/format.h>

#include <algorithm>

#include "alink/burst.h"
#include "base/error.h"
#include "base/state.h"

namespace sn::fabric {
namespace {

/// The unit that stays in order, from UALink: not taken from the fabric that is checked.
constexpr std::uint64_t ordered_bytes = 256;

}  // namespace

order_checker::order_checker()
    : report_([](const std::string& violation) { base::invariant_violated(violation); }) {}

order_checker::burst_list& order_checker::bursts_like(tlm::tlm_generic_payload& payload) {
  const alink::burst_extension& extension = alink::extension_of(payload);
  if (extension.source >= under_way_.size()) {
    under_way_.resize(extension.source + std::size_t{1});
  }
  std::vector<burst_list>& destinations = under_way_[extension.source];
  // Groups come behind endpoints, one row of them for each kind of burst.
  const std::size_t destination =
      extension.destination + base::endpoint_limit * static_cast<std::size_t>(extension.what);
  if (destination >= destinations.size()) {
    destinations.resize(destination + 1);
  }
  return destinations[destination];
}

order_checker::burst* order_checker::find(burst_list& bursts,
                                          const tlm::tlm_generic_payload& payload) {
  const auto found = std::find_if(bursts.begin(), bursts.end(),
                                  [&](const burst& one) { return one.payload == &payload; });
  return found == bursts.end() ? nullptr : &*found;
}

void order_checker::requested(tlm::tlm_generic_payload& payload, const sc_core::sc_time& time) {
  const std::uint64_t first = payload.get_address();
  const std::uint64_t last = first + (payload.get_data_length() - 1);
  bursts_like(payload).push_back({&payload, time, first / ordered_bytes * ordered_bytes,
                                  last / ordered_bytes * ordered_bytes + ordered_bytes - 1, false,
                                  false});
}

void order_checker::delivered(tlm::tlm_generic_payload& payload) {
  ++deliveries_;
  burst_list& bursts = bursts_like(payload);
  const alink::burst_extension& extension = alink::extension_of(payload);
  // What comes of a group's burst is another payload, and of a multicast there are several.
  burst* it = find(bursts, extension.original != nullptr ? *extension.original : payload);
  const auto report = [&](const char* what) {
    report_(fmt::format("the burst from endpoint {} to {} at {:#x} was delivered {}",
                        extension.source, extension.destination, payload.get_address(), what));
  };
  if (it == nullptr) {
    report("and never sent");
    return;
  }
  if (it->delivered && extension.what != alink::operation::multicast) {
    report("twice");
  }
  if (it->passed) {
    report("after one that was sent later and touches the same region");
  }
  it->delivered = true;
  for (burst& other : bursts) {
    // Bursts sent at the same time are in the order of their calls.
    const bool earlier = other.sent != it->sent ? other.sent < it->sent : &other < it;
    other.passed |= earlier && !other.delivered && other.first_byte <= it->last_byte &&
                    it->first_byte <= other.last_byte;
  }
}

void order_checker::responded(tlm::tlm_generic_payload& payload) {
  burst_list& bursts = bursts_like(payload);
  const burst* it = find(bursts, payload);
  if (it == nullptr) {
    report_("a burst was answered that had not been sent");
    return;
  }
  // A sum is not delivered to who has it already, or who only contributed to it.
  const alink::burst_extension& extension = alink::extension_of(payload);
  const bool has_it = extension.what == alink::operation::reduce &&
                      (extension.times_again != 0 || !extension.gets_sum());
  if (payload.is_response_ok() && !it->delivered && !has_it) {
    report_("a burst was answered well that had not been delivered");
  }
  bursts.erase(bursts.begin() + (it - bursts.data()));
}

void order_checker::save(base::snapshot_writer& to, const kernel::payload_names& names) const {
  to.number(deliveries_);
  to.number(std::uint64_t{under_way_.size()});
  for (const auto& destinations : under_way_) {
    to.number(std::uint64_t{destinations.size()});
    for (const burst_list& bursts : destinations) {
      to.number(std::uint64_t{bursts.size()});
      for (const burst& each : bursts) {
        names.save(*each.payload, to);
        base::state_saver io(to);
        io(each.sent, each.first_byte, each.last_byte, each.delivered, each.passed);
      }
    }
  }
}

void order_checker::restore(base::snapshot_reader& from, const kernel::payload_names& names) {
  from.number(deliveries_);
  under_way_.assign(from.list_size(), {});
  for (auto& destinations : under_way_) {
    destinations.assign(from.list_size(), {});
    for (burst_list& bursts : destinations) {
      for (std::uint64_t left = from.list_size(); left != 0; --left) {
        burst each{&names.restore(from), {}, 0, 0, false, false};
        base::state_restorer io(from);
        io(each.sent, each.first_byte, each.last_byte, each.delivered, each.passed);
        bursts.push_back(each);
      }
    }
  }
}

}  // namespace sn::fabric
