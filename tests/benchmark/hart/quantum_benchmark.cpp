// What the quantum of a machine costs and gains: the speed of harts, and how late they see
// interrupts. SystemC elaborates once per process, so each machine has a process of its own.
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <string>
#include <systemc>

#include "base/error.h"
#include "hart/elf.h"
#include "soc/virt_machine.h"

namespace {

using sc_core::sc_time;

std::string program(const char* name) {
  return std::string(SN_KERNELS) + "/" + name;
}

sn::soc::virt_machine_configuration configuration(const char* name, const sc_time& quantum,
                                                  unsigned harts) {
  sn::soc::virt_machine_configuration wanted;
  wanted.isa = sn::hart::parse_isa("rv64gc");
  wanted.program = program(name);
  wanted.quantum = quantum;
  wanted.harts = harts;
  wanted.timer_frequency = sn::base::hertz{1'000'000'000};  // time is shown to the nanosecond
  return wanted;
}

/// Million instructions per second of processor time.
double speed(const sc_time& quantum, unsigned harts) {
  constexpr std::uint64_t enough = 300'000'000;
  // All harts run the same program in the same memory: its result is wrong, its instructions are
  // not.
  sn::soc::virt_machine machine(configuration("kernels_64.elf", quantum, harts));
  const std::clock_t before = std::clock();
  machine.run(enough);
  const double seconds = static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC;
  return static_cast<double>(machine.statistics().instructions) / seconds / 1e6;
}

struct lateness {
  std::uint64_t count = 0;
  std::uint64_t sum = 0;
  std::uint64_t maximum = 0;
};

/// Nanoseconds from an interrupt to its handler: of software interrupts from another hart, and of
/// the timer.
std::array<lateness, 2> latency(const sc_time& quantum) {
  sn::soc::virt_machine machine(configuration("latency_64.elf", quantum, 2));
  const auto outcome = machine.run(10'000'000'000);
  sn::base::ensure(outcome.what == sn::soc::machine_outcome::kind::passed, "the program has ended");
  const auto image = sn::hart::read_elf(program("latency_64.elf"), 64, {{0x8000'0000, 0x10'0000}});
  std::array<lateness, 2> found;
  for (const auto& symbol : image.symbols) {
    if (symbol.name == "results") {
      machine.read_debug(symbol.address, found.data(), sizeof found);
    }
  }
  return found;
}

/// Does `work` in a process of its own; what it returns.
template <typename Result, typename Work>
Result apart(Work work) {
  std::array<int, 2> ends{};
  sn::base::ensure(pipe(ends.data()) == 0, "there is a pipe");
  if (fork() == 0) {
    const Result done = work();
    _exit(write(ends[1], &done, sizeof done) == sizeof done ? 0 : 1);
  }
  close(ends[1]);
  Result done{};
  sn::base::ensure(read(ends[0], &done, sizeof done) == sizeof done, "a measurement has ended");
  close(ends[0]);
  wait(nullptr);
  return done;
}

double mean(const lateness& of) {
  return static_cast<double>(of.sum) / static_cast<double>(of.count);
}

}  // namespace

int sc_main(int /*argc*/, char** /*argv*/) {
  sc_core::sc_report_handler::set_actions(sc_core::SC_INFO, sc_core::SC_DO_NOTHING);
  fmt::print(
      "quantum    MIPS, 1 hart   MIPS, 4 harts   from another hart, mean / max   timer, mean / "
      "max\n");
  std::fflush(stdout);
  for (const auto& [text, quantum] : {std::pair{"100 ns", sc_time(100, sc_core::SC_NS)},
                                      std::pair{"1 us", sc_time(1, sc_core::SC_US)},
                                      std::pair{"10 us", sc_time(10, sc_core::SC_US)},
                                      std::pair{"100 us", sc_time(100, sc_core::SC_US)},
                                      std::pair{"1 ms", sc_time(1, sc_core::SC_MS)}}) {
    const sc_time& each = quantum;
    const auto one = apart<double>([&each] { return speed(each, 1); });
    const auto four = apart<double>([&each] { return speed(each, 4); });
    const auto late = apart<std::array<lateness, 2>>([&each] { return latency(each); });
    fmt::print("{:<10} {:>12.0f} {:>15.0f} {:>17.2f} / {:.2f} us {:>13.3f} / {:.3f} us\n", text,
               one, four, mean(late[0]) / 1e3, static_cast<double>(late[0].maximum) / 1e3,
               mean(late[1]) / 1e3, static_cast<double>(late[1].maximum) / 1e3);
    std::fflush(stdout);
  }
  return 0;
}
