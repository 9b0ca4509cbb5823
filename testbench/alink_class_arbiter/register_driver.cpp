#include "alink_class_arbiter/register_driver.h"

#include <array>

#include "arbiter/class_registers.h"

namespace sn::testbench {

void register_driver::reset() {
  written_.clear();
  read_all();
}

void register_driver::prepare(const slot_inputs& in) {
  if (random_.chance(0.05)) {
    access_anything();
  }
  // Counters run through most of their bits soon after a reset: what they read in between counts.
  if (random_.chance(0.1)) {
    const auto c = static_cast<std::uint32_t>(random_.below(scheduler_.classes()));
    const auto output = static_cast<std::uint32_t>(random_.below(scheduler_.ports()));
    read(arbiter::class_offset::grants + 4 * (128 * c + output));
  }
  if (random_.chance(0.1 / scheduler_.ports())) {
    read_all();
  }
  write(arbiter::class_offset::hold_limit, in.hold_limit);
  for (unsigned c = 0; c < scheduler_.classes(); ++c) {
    write(arbiter::class_offset::weight + 4 * c, in.weight[c]);
    write(arbiter::class_offset::age_limit + 4 * c, in.age_limit[c]);
  }
  for (unsigned word = 0; word < 4; ++word) {
    write(arbiter::class_offset::port_enable + 4 * word,
          static_cast<std::uint32_t>(in.enable.word[word / 2] >> (word % 2 * 32)));
  }
}

void register_driver::read_all() {
  for (std::uint32_t offset = 0; offset < 0x60; offset += 4) {
    read(offset);
  }
  for (unsigned c = 0; c < arbiter::class_limit; ++c) {
    for (unsigned output = 0; output <= scheduler_.ports() && output < 128; ++output) {
      read(arbiter::class_offset::grants + 4 * (128 * c + output));
    }
  }
}

void register_driver::read(std::uint32_t offset) {
  ++accesses_;
  try {
    scheduler_.read_register(offset);
  } catch (const arbiter::register_access_error&) {
    ++refused_;
  }
}

void register_driver::write(std::uint32_t offset, std::uint32_t value) {
  const auto known = written_.find(offset);
  if (known == written_.end() || known->second != value) {
    ++accesses_;
    scheduler_.write_register(offset, value);
    written_[offset] = value;
    read(offset);
  }
}

void register_driver::access_anything() {
  const std::array<std::uint64_t, 4> spans{0x70, 0x70, 0x2000, 0x10000};
  auto offset = static_cast<std::uint32_t>(random_.below(spans[random_.below(spans.size())]));
  if (random_.chance(0.9)) {
    offset &= ~3U;
  }
  if (random_.chance(0.5)) {
    read(offset);
    return;
  }
  ++accesses_;
  written_.erase(offset);
  try {
    scheduler_.write_register(offset, static_cast<std::uint32_t>(random_.next()));
  } catch (const arbiter::register_access_error&) {
    ++refused_;
  }
  if (random_.chance(0.7)) {
    scheduler_.write_register(arbiter::class_offset::control, 1);
  }
}

}  // namespace sn::testbench
