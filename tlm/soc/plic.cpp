#include "soc/plic.h"

#include <cstring>

#include "base/error.h"

namespace sn::soc {
namespace {

constexpr std::uint64_t pending_base = 0x1000;
constexpr std::uint64_t enable_base = 0x2000;
constexpr std::uint64_t enable_stride = 0x80;
constexpr std::uint64_t context_base = 0x20'0000;
constexpr std::uint64_t context_stride = 0x1000;
constexpr std::uint64_t claim_offset = 4;
constexpr std::uint32_t priority_mask = 7;

}  // namespace

plic::plic(const sc_core::sc_module_name& name, unsigned sources)
    : sc_core::sc_module(name), socket("socket"), sources_(sources + 1) {
  base::ensure(sources >= 1 && sources <= source_limit, "the PLIC has 1 to 1023 sources");
  socket.register_b_transport(this, &plic::b_transport);
}

void plic::connect(hart_inputs& inputs, hart::interrupt line) {
  contexts_.push_back({&inputs, line, std::vector<std::uint32_t>(sources_.size() / 32 + 1)});
}

void plic::set_level(unsigned source, bool level) {
  base::ensure(source >= 1 && source < sources_.size(), "the PLIC has this source");
  sources_[source].level = level;
  open_gateway(sources_[source]);
  update();
}

void plic::reset() {
  for (source_state& source : sources_) {
    source = {0, source.level};
    open_gateway(source);
  }
  for (context& each : contexts_) {
    each.enabled.assign(each.enabled.size(), 0);
    each.threshold = 0;
  }
  update();
}

void plic::save(base::snapshot_writer& to) const {
  to.section(name());
  for (const source_state& each : sources_) {
    to.number(each.priority);
    to.number(each.level);
    to.number(each.pending);
    to.number(each.claimed);
  }
  for (const context& each : contexts_) {
    to.numbers(each.enabled);
    to.number(each.threshold);
  }
}

void plic::restore(base::snapshot_reader& from) {
  from.section(name());
  for (source_state& each : sources_) {
    each.priority = from.number_up_to(priority_mask);
    from.number(each.level);
    from.number(each.pending);
    from.number(each.claimed);
  }
  for (context& each : contexts_) {
    from.fill(each.enabled);
    each.threshold = from.number_up_to(priority_mask);
  }
}

void plic::b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& /*delay*/) {
  const std::uint64_t offset = payload.get_address();
  bool done = false;
  if (payload.get_data_length() == 4 && offset % 4 == 0 &&
      payload.get_byte_enable_ptr() == nullptr) {
    std::uint32_t value = 0;
    if (payload.is_read()) {
      done = read(offset, value);
      std::memcpy(payload.get_data_ptr(), &value, sizeof value);
    } else if (payload.is_write()) {
      std::memcpy(&value, payload.get_data_ptr(), sizeof value);
      done = write(offset, value);
    }
  }
  payload.set_response_status(done ? tlm::TLM_OK_RESPONSE : tlm::TLM_ADDRESS_ERROR_RESPONSE);
}

bool plic::read(std::uint64_t offset, std::uint32_t& value) {
  if (offset >= context_base) {
    return read_context(offset - context_base, value);
  }
  if (offset >= enable_base) {
    const std::uint64_t index = (offset - enable_base) / enable_stride;
    if (index >= contexts_.size()) {
      return false;
    }
    const std::uint64_t word = (offset - enable_base) % enable_stride / 4;
    const auto& enabled = contexts_[index].enabled;
    value = word < enabled.size() ? enabled[word] : 0;
    return true;
  }
  if (offset >= pending_base) {
    value = pending_word((offset - pending_base) / 4);
    return true;
  }
  const std::uint64_t source = offset / 4;
  value = source < sources_.size() ? sources_[source].priority : 0;
  return true;
}

bool plic::write(std::uint64_t offset, std::uint32_t value) {
  if (offset >= context_base) {
    return write_context(offset - context_base, value);
  }
  if (offset >= enable_base) {
    const std::uint64_t index = (offset - enable_base) / enable_stride;
    if (index >= contexts_.size()) {
      return false;
    }
    const std::uint64_t word = (offset - enable_base) % enable_stride / 4;
    auto& enabled = contexts_[index].enabled;
    if (word < enabled.size()) {
      // Source 0 does not exist.
      enabled[word] = word == 0 ? value & ~std::uint32_t{1} : value;
    }
  } else if (offset < pending_base) {
    const std::uint64_t source = offset / 4;
    if (source >= 1 && source < sources_.size()) {
      sources_[source].priority = value & priority_mask;
    }
  }
  update();
  return true;
}

bool plic::read_context(std::uint64_t offset, std::uint32_t& value) {
  const std::uint64_t index = offset / context_stride;
  if (index >= contexts_.size()) {
    return false;
  }
  switch (offset % context_stride) {
    case 0:
      value = contexts_[index].threshold;
      return true;
    case claim_offset:
      value = claim(contexts_[index]);
      return true;
    default:
      return false;
  }
}

bool plic::write_context(std::uint64_t offset, std::uint32_t value) {
  const std::uint64_t index = offset / context_stride;
  if (index >= contexts_.size()) {
    return false;
  }
  switch (offset % context_stride) {
    case 0:
      contexts_[index].threshold = value & priority_mask;
      update();
      return true;
    case claim_offset:
      complete(contexts_[index], value);
      return true;
    default:
      return false;
  }
}

std::uint32_t plic::pending_word(std::uint64_t index) const {
  std::uint32_t word = 0;
  for (std::uint64_t bit = 0; bit < 32 && index * 32 + bit < sources_.size(); ++bit) {
    if (sources_[index * 32 + bit].pending) {
      word |= std::uint32_t{1} << bit;
    }
  }
  return word;
}

unsigned plic::best(const context& of) const {
  unsigned found = 0;
  for (unsigned source = 1; source < sources_.size(); ++source) {
    // sources_[0] has priority 0, which never interrupts.
    if (sources_[source].pending && of.enables(source) &&
        sources_[source].priority > sources_[found].priority) {
      found = source;
    }
  }
  return found;
}

std::uint32_t plic::claim(const context& by) {
  const unsigned source = best(by);
  if (source != 0) {
    sources_[source].pending = false;
    sources_[source].claimed = true;
    update();
  }
  return source;
}

void plic::complete(const context& by, std::uint32_t source) {
  if (source == 0 || source >= sources_.size() || !by.enables(source)) {
    return;  // silently ignored, as the specification asks
  }
  sources_[source].claimed = false;
  open_gateway(sources_[source]);
  update();
}

void plic::open_gateway(source_state& source) {
  if (source.level && !source.claimed) {
    source.pending = true;
  }
}

void plic::update() {
  for (const context& each : contexts_) {
    const unsigned source = best(each);
    each.inputs->set_interrupt(each.line,
                               source != 0 && sources_[source].priority > each.threshold);
  }
}

}  // namespace sn::soc
