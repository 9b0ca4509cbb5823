#include "soc/hart_module.h"

#include <gtest/gtest.h>
#include <tlm_utils/simple_target_socket.h>

#include <vector>

#include "checker/checker_set.h"
#include "soc/bus.h"
#include "soc/memory.h"

namespace sn::soc {
namespace {

using sc_core::sc_time;

constexpr std::uint32_t nop = 0x0000'0013;
constexpr std::uint32_t wfi = 0x1050'0073;
constexpr std::uint32_t jump_to_self = 0x0000'006f;
constexpr std::uint32_t jump_back_4 = 0xffdf'f06f;
constexpr std::uint32_t lui_t0_device = 0x2000'02b7;  // lui t0, 0x20000
constexpr std::uint32_t store_t0 = 0x0002'a023;       // sw zero, 0(t0)
constexpr std::uint32_t load_t0 = 0x0002'a303;        // lw t1, 0(t0)
constexpr std::uint32_t enable_msi = 0x3044'5073;     // csrwi mie, 8

/// A device that notes when it is accessed, takes its time, and can refuse.
class device : public sc_core::sc_module {
 public:
  explicit device(const sc_core::sc_module_name& name)
      : sc_core::sc_module(name), socket("socket") {
    socket.register_b_transport(this, &device::b_transport);
  }

  tlm_utils::simple_target_socket<device> socket;
  std::vector<sc_time> accesses;
  sc_time latency;

 private:
  void b_transport(tlm::tlm_generic_payload& payload, sc_time& delay) {
    accesses.push_back(sc_core::sc_time_stamp() + delay);
    EXPECT_EQ(delay, sc_core::SC_ZERO_TIME);
    delay += latency;
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
  }
};

/// A hart at 1 GHz (1 ns per instruction) with RAM at 0, where it begins, and a device.
struct machine {
  bus router;
  memory ram;
  device target;
  hart_module hart;
  checker::checker_set checks;

  explicit machine(const std::string& name, const std::vector<std::uint32_t>& program,
                   const sc_time& quantum = sc_time(1, sc_core::SC_US), bool held = false)
      : router((name + "_bus").c_str(), {{"ram", 0, 0x1'0000}, {"device", 0x2000'0000, 0x1000}}),
        ram((name + "_ram").c_str(), memory_kind::ram, base::bytes{0x1'0000}),
        target((name + "_device").c_str()),
        hart((name + "_hart").c_str(), make_configuration(quantum, held)) {
    checks.connect(hart.socket, router.in);
    checks.connect(router.to("ram"), ram.socket);
    checks.connect(router.to("device"), target.socket);
    ram.load(0, program.data(), program.size() * 4);
  }

  static hart_module_configuration make_configuration(const sc_time& quantum, bool held) {
    hart_module_configuration configuration;
    configuration.hart = {64, 0, 0};
    configuration.clock = base::hertz{1'000'000'000};
    configuration.quantum = quantum;
    configuration.held_in_reset = held;
    return configuration;
  }
};

TEST(hart_module, executes_one_instruction_per_cycle) {
  machine m("m", {jump_to_self});
  sc_core::sc_start(sc_time(100, sc_core::SC_US));
  EXPECT_EQ(m.hart.core().instructions(), 100'000U);
}

TEST(hart_module, harts_share_time_whatever_their_quantum) {
  machine a("a", {jump_to_self}, sc_time(1, sc_core::SC_US));
  machine b("b", {jump_to_self}, sc_time(7, sc_core::SC_US));
  sc_core::sc_start(sc_time(700, sc_core::SC_US));
  EXPECT_EQ(a.hart.core().instructions(), 700'000U);
  EXPECT_EQ(b.hart.core().instructions(), 700'000U);
}

TEST(hart_module, device_accesses_happen_at_their_exact_time) {
  // Instructions 0 to 4 take 1 ns each; the store is instruction 3, the load instruction 4.
  machine m("m", {lui_t0_device, nop, nop, store_t0, load_t0, wfi}, sc_time(1, sc_core::SC_MS));
  sc_core::sc_start(sc_time(1, sc_core::SC_US));
  EXPECT_EQ(m.target.accesses,
            (std::vector<sc_time>{sc_time(3, sc_core::SC_NS), sc_time(4, sc_core::SC_NS)}));
  EXPECT_EQ(m.hart.core().instructions(), 6U);
}

TEST(hart_module, the_latency_of_a_device_delays_what_follows) {
  machine m("m", {lui_t0_device, store_t0, load_t0, wfi});
  m.target.latency = sc_time(250, sc_core::SC_NS);
  sc_core::sc_start(sc_time(10, sc_core::SC_US));
  // Store at 1 ns; it takes its own cycle and 250 ns; then the load.
  EXPECT_EQ(m.target.accesses,
            (std::vector<sc_time>{sc_time(1, sc_core::SC_NS), sc_time(252, sc_core::SC_NS)}));
}

TEST(hart_module, a_sleeping_hart_costs_nothing) {
  machine m("m", {wfi, jump_back_4});
  sc_core::sc_start(sc_time(1, sc_core::SC_US));
  const auto deltas = sc_core::sc_delta_count();
  sc_core::sc_start(sc_time(100, sc_core::SC_SEC));
  EXPECT_EQ(sc_core::sc_delta_count(), deltas);
  EXPECT_TRUE(m.hart.core().waiting());
  EXPECT_EQ(m.hart.core().instructions(), 1U);
}

TEST(hart_module, an_interrupt_wakes_it_at_once) {
  machine m("m", {enable_msi, lui_t0_device, wfi, store_t0, jump_to_self});
  sc_core::sc_start(sc_time(777, sc_core::SC_NS));
  m.hart.set_interrupt(hart::interrupt::software, true);
  sc_core::sc_start(sc_time(1, sc_core::SC_US));
  EXPECT_EQ(m.target.accesses, std::vector<sc_time>{sc_time(777, sc_core::SC_NS)});
}

TEST(hart_module, a_deadline_wakes_it_exactly_without_an_event_of_the_timer) {
  constexpr std::uint32_t load_128 = 0x0800'0393;    // li t2, 128: bit 7, MTIE
  constexpr std::uint32_t enable_mti = 0x3043'9073;  // csrw mie, t2
  machine m("m", {load_128, enable_mti, lui_t0_device, wfi, store_t0, jump_to_self});
  m.hart.set_timer_deadline(sc_time(1'234'567, sc_core::SC_NS));
  sc_core::sc_start(sc_time(2, sc_core::SC_MS));
  EXPECT_EQ(m.target.accesses, std::vector<sc_time>{sc_time(1'234'567, sc_core::SC_NS)});
}

TEST(hart_module, a_held_hart_starts_when_told) {
  machine m("m", {lui_t0_device, store_t0, wfi}, sc_time(1, sc_core::SC_US), true);
  sc_core::sc_start(sc_time(500, sc_core::SC_NS));
  EXPECT_EQ(m.hart.core().instructions(), 0U);
  m.hart.start();
  sc_core::sc_start(sc_time(1, sc_core::SC_US));
  EXPECT_EQ(m.target.accesses, std::vector<sc_time>{sc_time(501, sc_core::SC_NS)});
}

TEST(hart_module, hold_stops_and_reset_begins_again) {
  machine m("m", {lui_t0_device, store_t0, jump_to_self});
  sc_core::sc_start(sc_time(5500, sc_core::SC_NS));
  m.hart.hold();
  sc_core::sc_start(sc_time(10, sc_core::SC_US));
  const auto before = m.hart.core().instructions();
  EXPECT_EQ(before, 6001U);  // 1 up to the store, then six quanta of 1000 from 1 ns on
  sc_core::sc_start(sc_time(10, sc_core::SC_US));
  EXPECT_EQ(m.hart.core().instructions(), before);
  m.hart.reset();
  sc_core::sc_start(sc_time(1, sc_core::SC_US));
  EXPECT_EQ(m.target.accesses,
            (std::vector<sc_time>{sc_time(1, sc_core::SC_NS), sc_time(25'501, sc_core::SC_NS)}));
}

TEST(hart_module, memory_is_reached_without_transactions) {
  constexpr std::uint32_t store_400 = 0x4000'2023;  // sw zero, 0x400(zero)
  machine m("m", {store_400, jump_back_4});
  const auto deltas = sc_core::sc_delta_count();
  sc_core::sc_start(sc_time(100, sc_core::SC_US));
  EXPECT_LE(sc_core::sc_delta_count() - deltas, 110U);  // one per quantum
  EXPECT_EQ(m.hart.core().instructions(), 100'000U);
}

/// Notes when the hart says that it has stopped, and where.
struct debugger : hart_control {
  struct stop {
    debug_stop::cause why;
    sc_time when;
    std::uint64_t pc;
  };

  explicit debugger(machine& debugged) : debugged_(debugged) { debugged.hart.debug(*this); }

  void found(const debug_stop& /*stop*/) override {}
  verdict reported(const debug_stop& what, bool wanted) override {
    if (!wanted) {
      return verdict::goes_on;
    }
    stops.push_back({what.why, sc_core::sc_time_stamp(), debugged_.hart.core().pc()});
    return accepts ? verdict::stops : verdict::stays;
  }
  bool passed(const debug_stop& /*stop*/, bool stops_there) override {
    passes.push_back({debugged_.hart.core().pc(), stops_there});
    return true;
  }
  bool reached() override {
    pauses.push_back(debugged_.hart.local_time());
    return goes_on;
  }

  std::vector<stop> stops;
  std::vector<std::pair<std::uint64_t, bool>> passes;  ///< pc, and whether it stops there
  std::vector<sc_time> pauses;
  bool accepts = true;
  bool goes_on = true;

 private:
  machine& debugged_;
};

TEST(hart_module, a_pause_changes_nothing_but_shows_the_hart_on_its_way) {
  machine m("m", {nop, nop, nop, jump_to_self});
  debugger gdb(m);
  m.hart.core().set_breakpoints({8});
  m.hart.pass_stops(true);
  m.hart.pause_at(hart_position{3, 0});
  sc_core::sc_start(sc_time(1, sc_core::SC_NS));
  // The quantum of 1 us has been executed at 0 ns; the pause was after 3 instructions of 1 ns.
  EXPECT_EQ(gdb.pauses, std::vector<sc_time>{sc_time(3, sc_core::SC_NS)});
  EXPECT_EQ(gdb.passes, (std::vector<std::pair<std::uint64_t, bool>>{{8, false}}));
  EXPECT_EQ(m.hart.core().instructions(), 1000U);
  EXPECT_TRUE(gdb.stops.empty());
}

TEST(hart_module, a_hart_stops_at_a_pause_when_it_is_told_to) {
  machine m("m", {nop, nop, nop, jump_to_self});
  debugger gdb(m);
  gdb.goes_on = false;
  m.hart.pause_at(hart_position{2, 0});
  sc_core::sc_start(sc_time(1, sc_core::SC_US));
  ASSERT_EQ(gdb.stops.size(), 1U);
  EXPECT_EQ(gdb.stops[0].why, debug_stop::cause::wish);
  EXPECT_EQ(gdb.stops[0].when, sc_time(2, sc_core::SC_NS));
  EXPECT_EQ(gdb.stops[0].pc, 8U);
}

TEST(hart_module, what_is_planned_stops_as_it_stopped_then) {
  machine m("m", {nop, nop, nop, jump_to_self});
  debugger gdb(m);
  m.hart.plan({{{1, 0}, {debug_stop::cause::watchpoint, {}}}});
  m.hart.core().set_watchpoints({{hart::watch_kind::write, 0x1000, 4}});
  sc_core::sc_start(sc_time(1, sc_core::SC_US));
  ASSERT_EQ(gdb.stops.size(), 1U);
  EXPECT_EQ(gdb.stops[0].why, debug_stop::cause::watchpoint);
  EXPECT_EQ(gdb.stops[0].pc, 4U);
}

TEST(hart_module, a_breakpoint_is_reported_at_the_time_of_its_instruction) {
  // The quantum of 1 us would let the hart run on to 1000 ns.
  machine m("m", {nop, nop, nop, nop, jump_to_self});
  debugger gdb(m);
  m.hart.core().set_breakpoints({12});
  sc_core::sc_start(sc_time(10, sc_core::SC_US));
  ASSERT_EQ(gdb.stops.size(), 1U);
  EXPECT_EQ(gdb.stops[0].why, debug_stop::cause::breakpoint);
  EXPECT_EQ(gdb.stops[0].when, sc_time(3, sc_core::SC_NS));
  EXPECT_EQ(gdb.stops[0].pc, 12U);
  EXPECT_EQ(m.hart.core().instructions(), 3U);  // and there it stays
}

TEST(hart_module, a_step_is_one_instruction_and_takes_its_time) {
  machine m("m", {nop, nop, nop, jump_to_self});
  debugger gdb(m);
  m.hart.let(debug_action::halt);
  sc_core::sc_start(sc_time(100, sc_core::SC_NS));
  EXPECT_EQ(m.hart.core().instructions(), 0U);
  m.hart.let(debug_action::step);
  sc_core::sc_start(sc_time(100, sc_core::SC_NS));
  ASSERT_EQ(gdb.stops.size(), 1U);
  EXPECT_EQ(gdb.stops[0].when, sc_time(101, sc_core::SC_NS));
  EXPECT_EQ(gdb.stops[0].pc, 4U);
  m.hart.let(debug_action::run);
  sc_core::sc_start(sc_time(1, sc_core::SC_US));
  EXPECT_EQ(m.hart.core().instructions(), 1001U);
}

TEST(hart_module, a_stop_that_is_not_accepted_is_reported_again) {
  machine m("m", {nop, nop, jump_to_self});
  debugger gdb(m);
  gdb.accepts = false;
  m.hart.core().set_breakpoints({4});
  sc_core::sc_start(sc_time(1, sc_core::SC_US));
  ASSERT_EQ(gdb.stops.size(), 1U);
  EXPECT_FALSE(m.hart.debug_stop_pending());  // it waits to be let go
  gdb.accepts = true;
  m.hart.let(debug_action::run);
  EXPECT_TRUE(m.hart.debug_stop_pending());
  sc_core::sc_start(sc_time(1, sc_core::SC_US));
  ASSERT_EQ(gdb.stops.size(), 2U);
  EXPECT_EQ(gdb.stops[1].pc, 4U);
  EXPECT_EQ(m.hart.core().instructions(), 1U);
}

TEST(hart_module, a_breakpoint_that_was_removed_before_its_time_does_not_stop) {
  machine m("m", {nop, nop, nop, nop, jump_to_self});
  debugger gdb(m);
  m.hart.core().set_breakpoints({12});
  sc_core::sc_start(sc_time(1, sc_core::SC_NS));  // the hart has run ahead to the breakpoint
  EXPECT_TRUE(m.hart.debug_stop_pending());
  m.hart.core().set_breakpoints({});
  sc_core::sc_start(sc_time(999, sc_core::SC_NS));
  EXPECT_TRUE(gdb.stops.empty());
  EXPECT_EQ(m.hart.core().instructions(), 1003U);  // 3, and a quantum from 3 ns on
}

TEST(hart_module, a_reset_while_halted_can_be_seen_at_once) {
  machine m("m", {nop, nop, jump_to_self});
  debugger gdb(m);
  sc_core::sc_start(sc_time(1, sc_core::SC_US));
  m.hart.let(debug_action::halt);
  m.hart.reset();
  EXPECT_EQ(m.hart.core().pc(), 0U);
  sc_core::sc_start(sc_time(1, sc_core::SC_US));
  EXPECT_EQ(m.hart.core().pc(), 0U);
}

}  // namespace
}  // namespace sn::soc
