#include "pool/decoder_bank.h"

#include "registers/generated/cpp/pool.h"

namespace sn::pool {

namespace block = registers::pool;
namespace interleave = block::decoder_interleave_field;
namespace control = block::decoder_control_field;

namespace {

constexpr std::uint64_t granularity_unit = 256;

std::uint32_t low(std::uint64_t value) {
  return static_cast<std::uint32_t>(value);
}
std::uint32_t high(std::uint64_t value) {
  return static_cast<std::uint32_t>(value >> 32U);
}

}  // namespace

decoder_bank::decoder_bank(base::register_file& registers, unsigned decoders, unsigned devices,
                           base::bytes device_capacity)
    : registers_(registers),
      decoders_(decoders),
      devices_(devices),
      device_capacity_(device_capacity) {
  for (const std::uint32_t locked :
       {block::decoder_base_low, block::decoder_base_high, block::decoder_size_low,
        block::decoder_size_high, block::decoder_device_address_low,
        block::decoder_device_address_high, block::decoder_interleave, block::decoder_owner}) {
    registers_.on_write(locked, [this](std::uint32_t decoder, std::uint32_t) {
      if (committed_[decoder]) {
        show(decoder);
      }
    });
  }
  registers_.on_write(block::decoder_control, [this](std::uint32_t decoder, std::uint32_t value) {
    control_written(decoder, value);
  });
}

const hdm_mapping* decoder_bank::find(std::uint64_t address, std::uint64_t length) const {
  for (const auto& mapping : committed_) {
    if (mapping && mapping->contains(address, length)) {
      return &*mapping;
    }
  }
  return nullptr;
}

base::bytes decoder_bank::mapped() const {
  base::bytes sum;
  for (const auto& mapping : committed_) {
    sum += base::bytes(mapping ? mapping->size : 0);
  }
  return sum;
}

void decoder_bank::follow_registers() {
  for (std::uint32_t decoder = 0; decoder < committed_.size(); ++decoder) {
    committed_[decoder].reset();
    if (registers_.get(block::decoder_control, control::committed, decoder) != 0) {
      committed_[decoder] = stated(decoder);
    }
  }
}

hdm_mapping decoder_bank::stated(std::uint32_t decoder) const {
  const auto join = [&](std::uint32_t low_word, std::uint32_t high_word) {
    return (std::uint64_t{registers_.get(high_word, decoder)} << 32U) |
           registers_.get(low_word, decoder);
  };
  const std::uint32_t form = registers_.get(block::decoder_interleave, decoder);
  hdm_mapping mapping;
  mapping.base = join(block::decoder_base_low, block::decoder_base_high);
  mapping.size = join(block::decoder_size_low, block::decoder_size_high);
  mapping.device_address =
      join(block::decoder_device_address_low, block::decoder_device_address_high);
  mapping.ways = interleave::ways.get(form);
  mapping.granularity = granularity_unit << interleave::granularity.get(form);
  mapping.first_device = interleave::first_device.get(form);
  mapping.pod = static_cast<base::pod_id>(
      registers_.get(block::decoder_owner, block::decoder_owner_field::pod, decoder));
  return mapping;
}

// The registers of a committed decoder say what is in force, whatever was written to them.
void decoder_bank::show(std::uint32_t decoder) {
  const hdm_mapping& mapping = *committed_[decoder];
  std::uint32_t shift = 0;
  while (granularity_unit << shift != mapping.granularity) {
    ++shift;
  }
  std::uint32_t form = interleave::ways.set(0, mapping.ways);
  form = interleave::granularity.set(form, shift);
  form = interleave::first_device.set(form, mapping.first_device);
  registers_.set(block::decoder_base_low, low(mapping.base), decoder);
  registers_.set(block::decoder_base_high, high(mapping.base), decoder);
  registers_.set(block::decoder_size_low, low(mapping.size), decoder);
  registers_.set(block::decoder_size_high, high(mapping.size), decoder);
  registers_.set(block::decoder_device_address_low, low(mapping.device_address), decoder);
  registers_.set(block::decoder_device_address_high, high(mapping.device_address), decoder);
  registers_.set(block::decoder_interleave, form, decoder);
  registers_.set(block::decoder_owner, mapping.pod, decoder);
}

void decoder_bank::control_written(std::uint32_t decoder, std::uint32_t value) {
  if (control::commit.get(value) == 0) {
    committed_[decoder].reset();
    registers_.set(block::decoder_control, 0, decoder);
    return;
  }
  if (committed_[decoder]) {
    return;
  }
  std::vector<hdm_mapping> others;
  for (const auto& mapping : committed_) {
    if (mapping) {
      others.push_back(*mapping);
    }
  }
  const hdm_mapping mapping = stated(decoder);
  const bool legal = decoder < decoders_ && is_legal(mapping, devices_, device_capacity_, others);
  if (legal) {
    committed_[decoder] = mapping;
  }
  std::uint32_t shown = control::commit.set(0, 1);
  shown = control::committed.set(shown, legal ? 1 : 0);
  shown = control::error.set(shown, legal ? 0 : 1);
  registers_.set(block::decoder_control, shown, decoder);
}

}  // namespace sn::pool
