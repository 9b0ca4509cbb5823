// States of a hart in snapshots: what is written comes back, and what no hart can be in is refused.
#include "hart/state_snapshot.h"

#include <gtest/gtest.h>

#include <functional>
#include <vector>

#include "base/error.h"
#include "hart/csr.h"
#include "privileged_machine.h"

namespace sn::hart::test {
namespace {

hart_state through_a_file(const hart_state& state) {
  base::snapshot_writer to;
  to.section("hart");
  save_state(state, to);
  const std::vector<std::byte> file = to.finish();
  base::snapshot_reader from("file", file.data(), file.size());
  from.section("hart");
  const hart_state read = restore_state(from);
  from.end();
  return read;
}

TEST(state_snapshot, what_is_written_comes_back) {
  privileged m;
  m.core->write_csr(csr::mideleg, ~std::uint64_t{0});
  m.core->write_csr(csr::mie, ~std::uint64_t{0});
  m.core->write_csr(csr::medeleg, ~std::uint64_t{0});
  m.core->write_csr(csr::mepc, ~std::uint64_t{0});
  m.core->set_interrupt(interrupt::timer, true);
  m.set(7, 0x1234'5678'9abc'def0);
  const hart_state read = through_a_file(m.core->save());
  privileged other;
  other.core->restore(read);
  EXPECT_EQ(other.get(7), 0x1234'5678'9abc'def0U);
  for (const unsigned number : {csr::mideleg, csr::mie, csr::medeleg, csr::mepc, csr::mip}) {
    EXPECT_EQ(other.csr(number), m.csr(number)) << number;
  }
}

TEST(state_snapshot, what_no_hart_can_be_in_is_refused) {
  const std::vector<std::function<void(hart_state&)>> changes{
      [](hart_state& s) { s.mie = 1U << 2; },
      [](hart_state& s) { s.mip = std::uint64_t{1} << 60; },
      [](hart_state& s) { s.interrupts_raised = 1U << 13; },
      [](hart_state& s) { s.mideleg = 1; },
      [](hart_state& s) { s.medeleg = 1U << 11; },
      [](hart_state& s) { s.pc = 0x8000'0001; },
      [](hart_state& s) { s.mepc = 1; },
      [](hart_state& s) { s.sepc = 1; },
      [](hart_state& s) { s.mstatus = 2U << 11; },
      [](hart_state& s) { s.satp = std::uint64_t{10} << 60; },
      [](hart_state& s) { s.mode = privilege{2}; },
  };
  for (std::size_t i = 0; i < changes.size(); ++i) {
    hart_state state = privileged().core->save();
    through_a_file(state);
    changes[i](state);
    EXPECT_THROW(through_a_file(state), base::configuration_error) << i;
  }
}

}  // namespace
}  // namespace sn::hart::test
