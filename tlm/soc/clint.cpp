#include "soc/clint.h"

#include <cstring>
#include <limits>

#include "base/error.h"

namespace sn::soc {
namespace {

constexpr std::uint64_t mtimecmp_offset = 0x4000;

/// The part of a 64-bit register that an access of `size` bytes at byte `at` of it reads.
std::uint64_t part_of(std::uint64_t whole, std::uint64_t at, unsigned size) {
  return size == 8 ? whole : (whole >> (8 * at)) & 0xffff'ffff;
}

/// The register after a write of that part.
std::uint64_t with_part(std::uint64_t whole, std::uint64_t at, unsigned size, std::uint64_t value) {
  if (size == 8) {
    return value;
  }
  const std::uint64_t mask = std::uint64_t{0xffff'ffff} << (8 * at);
  return (whole & ~mask) | (value << (8 * at) & mask);
}

}  // namespace

clint::clint(const sc_core::sc_module_name& name, base::hertz frequency)
    : sc_core::sc_module(name), socket("socket"), clock_(frequency) {
  socket.register_b_transport(this, &clint::b_transport);
}

void clint::connect(hart_inputs& inputs) {
  base::ensure(mtimecmp_offset + 8 * (harts_.size() + 1) <= mtime_offset, "the CLINT has room");
  harts_.push_back({&inputs});
}

void clint::reset() {
  for (hart_registers& hart : harts_) {
    hart = {hart.inputs};
    hart.inputs->set_interrupt(hart::interrupt::software, false);
    update_timer(hart, sc_core::sc_time_stamp());
  }
}

void clint::save(base::snapshot_writer& to) const {
  to.section(name());
  to.number(offset_);
  for (const hart_registers& each : harts_) {
    to.number(each.msip);
    to.number(each.mtimecmp);
  }
}

void clint::restore(base::snapshot_reader& from) {
  from.section(name());
  from.number(offset_);
  for (hart_registers& each : harts_) {
    from.number(each.msip);
    from.number(each.mtimecmp);
  }
}

void clint::b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  const std::uint64_t offset = payload.get_address();
  const unsigned size = payload.get_data_length();
  const sc_core::sc_time time = sc_core::sc_time_stamp() + delay;
  bool done = false;
  if ((size == 4 || size == 8) && offset % size == 0 && payload.get_byte_enable_ptr() == nullptr) {
    std::uint64_t value = 0;
    if (payload.is_read()) {
      done = read(offset, size, time, value);
      std::memcpy(payload.get_data_ptr(), &value, size);
    } else if (payload.is_write()) {
      std::memcpy(&value, payload.get_data_ptr(), size);
      done = write(offset, size, time, value);
    }
  }
  payload.set_response_status(done ? tlm::TLM_OK_RESPONSE : tlm::TLM_ADDRESS_ERROR_RESPONSE);
}

bool clint::read(std::uint64_t offset, unsigned size, const sc_core::sc_time& time,
                 std::uint64_t& value) const {
  if (offset < 4 * harts_.size() && size == 4) {
    value = harts_[offset / 4].msip ? 1 : 0;
    return true;
  }
  if (offset >= mtimecmp_offset && offset < mtimecmp_offset + 8 * harts_.size()) {
    value = part_of(harts_[(offset - mtimecmp_offset) / 8].mtimecmp, offset % 8, size);
    return true;
  }
  if (offset >= mtime_offset && offset < mtime_offset + 8) {
    value = part_of(count_at(time), offset % 8, size);
    return true;
  }
  return false;
}

bool clint::write(std::uint64_t offset, unsigned size, const sc_core::sc_time& time,
                  std::uint64_t value) {
  if (offset < 4 * harts_.size() && size == 4) {
    hart_registers& hart = harts_[offset / 4];
    hart.msip = (value & 1) != 0;
    hart.inputs->set_interrupt(hart::interrupt::software, hart.msip);
    return true;
  }
  if (offset >= mtimecmp_offset && offset < mtimecmp_offset + 8 * harts_.size()) {
    hart_registers& hart = harts_[(offset - mtimecmp_offset) / 8];
    hart.mtimecmp = with_part(hart.mtimecmp, offset % 8, size, value);
    update_timer(hart, time);
    return true;
  }
  if (offset >= mtime_offset && offset < mtime_offset + 8) {
    const std::uint64_t wanted = with_part(count_at(time), offset % 8, size, value);
    offset_ = wanted - clock_.cycles_at(time);
    for (const hart_registers& hart : harts_) {
      update_timer(hart, time);
    }
    return true;
  }
  return false;
}

void clint::update_timer(const hart_registers& hart, const sc_core::sc_time& time) {
  const std::uint64_t now = count_at(time);
  const bool expired = now >= hart.mtimecmp;
  hart.inputs->set_interrupt(hart::interrupt::timer, expired);
  sc_core::sc_time deadline = sc_core::sc_max_time();
  if (!expired) {
    const std::uint64_t cycles = clock_.cycles_at(time);
    const std::uint64_t missing = hart.mtimecmp - now;
    if (missing <= std::numeric_limits<std::uint64_t>::max() - cycles) {
      deadline = clock_.time_of(cycles + missing);
    }
  }
  hart.inputs->set_timer_deadline(deadline);
}

}  // namespace sn::soc
