// Any bytes may be executed, by either width, with and without everything a hart may have (the
// first byte says which). Run whole and run instruction by instruction, the same state is reached.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "hart/hart.h"

namespace {

constexpr std::uint64_t base = 0x8000'0000;
constexpr std::uint64_t ram_bytes = 0x1'0000;
constexpr std::uint64_t steps = 300;

/// RAM, and errors elsewhere.
class memory : public sn::hart::bus {
 public:
  memory(const std::uint8_t* data, std::size_t size) {
    std::memcpy(ram.data(), data, std::min<std::size_t>(size, ram_bytes));
  }
  sn::hart::bus_status read(std::uint64_t, unsigned, std::uint64_t&) override {
    return sn::hart::bus_status::error;
  }
  sn::hart::bus_status write(std::uint64_t, unsigned, std::uint64_t) override {
    return sn::hart::bus_status::error;
  }
  sn::hart::direct_window direct(std::uint64_t address) override {
    if (address - base < ram_bytes) {
      return {base, ram_bytes, ram.data(), true};
    }
    return {};
  }

  std::vector<std::byte> ram = std::vector<std::byte>(ram_bytes);
};

void check(bool holds) {
  if (!holds) {
    std::abort();
  }
}

void run(const std::uint8_t* data, std::size_t size, unsigned xlen, bool everything) {
  sn::hart::configuration made{xlen, 0, base, {}};
  if (everything) {
    made.with = {xlen == 64, xlen == 64, true, true, true, true};
  }
  memory at_once(data, size);
  memory one_by_one(data, size);
  const auto whole = sn::hart::make_hart(made, at_once);
  const auto single = sn::hart::make_hart(made, one_by_one);
  for (const auto* each : {&whole, &single}) {
    for (unsigned i = 1; i < 32; ++i) {
      (*each)->write_register(i, base + i * 0x400);  // so that loads and stores hit something
    }
  }
  const std::uint64_t done = whole->run(steps).executed;
  check(done <= steps);
  for (std::uint64_t i = 0; i < done; ++i) {
    check(single->run(1).executed == 1);
  }
  const sn::hart::hart_state a = whole->save();
  const sn::hart::hart_state b = single->save();
  check(a.pc == b.pc && a.x == b.x && a.f == b.f && a.fcsr == b.fcsr && a.mode == b.mode);
  check(a.mcause == b.mcause && a.mepc == b.mepc && a.mtval == b.mtval && a.mstatus == b.mstatus);
  check(a.scause == b.scause && a.sepc == b.sepc && a.stval == b.stval && a.satp == b.satp);
  check(a.traps == b.traps && a.executed == b.executed && a.minstret == b.minstret);
  check(at_once.ram == one_by_one.ram);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 0) {
    run(data + 1, size - 1, (data[0] & 1U) != 0 ? 64 : 32, (data[0] & 2U) != 0);
  }
  return 0;
}
