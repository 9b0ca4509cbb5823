#include "alink/burst_pool.h"

#include <unordered_map>

#include "base/error.h"
#include "base/state.h"

namespace sn::alink {

burst_pool::~burst_pool() = default;

tlm::tlm_generic_payload& burst_pool::acquire() {
  if (free_.empty()) {
    add();
  }
  tlm::tlm_generic_payload& payload = *free_.back();
  free_.pop_back();
  payload.acquire();
  return payload;
}

void burst_pool::free(tlm::tlm_generic_payload* payload) {
  base::ensure(payload->get_ref_count() == 0, "a burst is freed while it is referenced");
  payload->set_command(tlm::TLM_IGNORE_COMMAND);
  payload->set_address(0);
  payload->set_data_ptr(nullptr);
  payload->set_data_length(0);
  payload->set_byte_enable_ptr(nullptr);
  payload->set_byte_enable_length(0);
  payload->set_streaming_width(0);
  payload->set_dmi_allowed(false);
  payload->set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  payload->set_gp_option(tlm::TLM_MIN_PAYLOAD);
  extension_of(*payload) = burst_extension();
  free_.push_back(payload);
}

void burst_pool::add() {
  all_.push_back(std::make_unique<tlm::tlm_generic_payload>(this));
  all_.back()->set_extension(new burst_extension());
  free_.push_back(all_.back().get());
  free_.reserve(all_.size());
}

void burst_pool::save(base::snapshot_writer& to) const {
  std::unordered_map<const tlm::tlm_generic_payload*, std::uint64_t> place;
  to.number(std::uint64_t{all_.size()});
  for (const auto& each : all_) {
    place.emplace(each.get(), place.size());
    to.number(static_cast<std::int32_t>(each->get_ref_count()));
    if (each->get_ref_count() != 0) {
      to.number(each->get_command());
      to.number(std::uint64_t{each->get_address()});
      to.number(each->get_data_length());
      to.number(each->get_streaming_width());
      to.number(each->get_response_status());
      base::state_saver io(to);
      io(extension_of(*each));
    }
  }
  std::vector<std::uint64_t> free;
  for (const tlm::tlm_generic_payload* each : free_) {
    free.push_back(place.at(each));
  }
  to.numbers(free);
}

void burst_pool::restore(base::snapshot_reader& from) {
  base::ensure(in_use() == 0, "a pool of bursts is restored while bursts are in use");
  const std::uint64_t size = from.list_size();
  while (all_.size() < size) {
    add();
  }
  free_.clear();
  for (std::uint64_t i = 0; i < size; ++i) {
    tlm::tlm_generic_payload& each = *all_[i];
    for (auto references = from.number<std::int32_t>(); references > 0; --references) {
      each.acquire();
    }
    if (each.get_ref_count() != 0) {
      each.set_command(from.number<tlm::tlm_command>());
      each.set_address(from.number<std::uint64_t>());
      each.set_data_length(from.number<unsigned>());
      each.set_streaming_width(from.number<unsigned>());
      each.set_response_status(from.number<tlm::tlm_response_status>());
      base::state_restorer io(from);
      io(extension_of(each));
    }
  }
  for (const std::uint64_t place : from.numbers<std::uint64_t>()) {
    if (place >= size || all_[place]->get_ref_count() != 0) {
      from.refuse("a free burst that is not free");
    }
    free_.push_back(all_[place].get());
  }
  for (std::uint64_t i = size; i < all_.size(); ++i) {
    free_.push_back(all_[i].get());
  }
}

}  // namespace sn::alink
