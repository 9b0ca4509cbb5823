#include "hart/state_snapshot.h"

#include "hart/csr.h"
#include "hart/translation.h"

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

/// What no hart can be in, whatever its width and its extensions.
void refuse_impossible(const hart_state& state, const base::snapshot_reader& from) {
  constexpr std::uint64_t interrupts = csr::machine_interrupts | csr::supervisor_interrupts;
  const std::uint64_t pending = state.mip | state.interrupts_raised;
  if (((state.mie | pending | state.mideleg) & ~interrupts) != 0) {
    from.refuse("an interrupt that does not exist");
  }
  if ((state.medeleg & ~csr::delegable_exceptions) != 0) {
    from.refuse("an exception that does not exist, delegated");
  }
  if (((state.pc | state.mepc | state.sepc) & 1U) != 0) {
    from.refuse("an odd address of an instruction");
  }
  if ((state.mstatus & csr::mstatus_mpp) == std::uint64_t{2} << csr::mstatus_mpp_shift) {
    from.refuse("a previous privilege mode that does not exist");
  }
  const auto scheme = static_cast<translation_mode>(state.satp >> 60);
  if (scheme != translation_mode::bare && scheme != translation_mode::sv39 &&
      scheme != translation_mode::sv48) {
    from.refuse("page tables of a kind that does not exist");
  }
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
  refuse_impossible(state, from);
  return state;
}

}  // namespace sn::hart
