#include "kernel/payload_names.h"

#include "base/error.h"

namespace sn::kernel {

void payload_names::add(tlm::tlm_generic_payload& payload) {
  number_.emplace(&payload, static_cast<std::uint32_t>(all_.size()));
  all_.push_back(&payload);
}

std::uint32_t payload_names::number_of(const tlm::tlm_generic_payload& payload) const {
  const auto found = number_.find(&payload);
  base::ensure(found != number_.end(), "a transaction has a payload that nobody named");
  return found->second;
}

tlm::tlm_generic_payload& payload_names::restore(base::snapshot_reader& from) const {
  const auto number = from.number<std::uint32_t>();
  if (number >= all_.size() || all_[number]->get_ref_count() == 0) {
    from.refuse("a transaction that does not exist");
  }
  return *all_[number];
}

}  // namespace sn::kernel
