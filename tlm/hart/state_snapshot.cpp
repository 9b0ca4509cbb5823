#include "hart/state_snapshot.h"

namespace sn::hart {
namespace {

/// Shows every number of a state to `take`, in the order of the file.
template <typename State, typename Action>
void for_each_number(State& state, Action take) {
  take(state.pc);
  for (auto& each : state.x) {
    take(each);
  }
  for (auto* each : {&state.mstatus,
                     &state.mie,
                     &state.mip,
                     &state.mtvec,
                     &state.mscratch,
                     &state.mepc,
                     &state.mcause,
                     &state.mtval,
                     &state.mcycle,
                     &state.minstret,
                     &state.executed,
                     &state.traps,
                     &state.interrupts,
                     &state.fcsr,
                     &state.medeleg,
                     &state.mideleg,
                     &state.interrupts_raised,
                     &state.mcounteren,
                     &state.mcountinhibit,
                     &state.menvcfg,
                     &state.stvec,
                     &state.sscratch,
                     &state.sepc,
                     &state.scause,
                     &state.stval,
                     &state.satp,
                     &state.scounteren,
                     &state.senvcfg,
                     &state.reserved_address,
                     &state.reserved_value}) {
    take(*each);
  }
  for (auto& each : state.f) {
    take(each);
  }
  for (auto& each : state.pmp_configuration) {
    take(each);
  }
  for (auto& each : state.pmp_address) {
    take(each);
  }
  take(state.reserved);
  take(state.waiting);
}

}  // namespace

void save_state(const hart_state& state, base::snapshot_writer& to) {
  for_each_number(state, [&to](const auto& value) { to.number(value); });
  to.number(static_cast<std::uint8_t>(state.mode));
}

hart_state restore_state(base::snapshot_reader& from) {
  hart_state state;
  for_each_number(state, [&from](auto& value) { from.number(value); });
  const auto mode = from.number<std::uint8_t>();
  if (mode != static_cast<unsigned>(privilege::user) &&
      mode != static_cast<unsigned>(privilege::supervisor) &&
      mode != static_cast<unsigned>(privilege::machine)) {
    from.refuse("a privilege mode that does not exist");
  }
  state.mode = privilege{mode};
  return state;
}

}  // namespace sn::hart
