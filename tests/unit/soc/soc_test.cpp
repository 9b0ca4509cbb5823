#include "soc/soc.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <tlm_utils/simple_target_socket.h>

#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "checker/checker_set.h"

namespace sn::soc {
namespace {

using sc_core::sc_time;
using testing::Values;

/// Registers that remember what was written; offset 0xc refuses. A write to offset 0 lowers the
/// interrupt whose number is written.
class device : public sc_core::sc_module {
 public:
  explicit device(const sc_core::sc_module_name& name)
      : sc_core::sc_module(name), socket("socket") {
    socket.register_b_transport(this, &device::b_transport);
  }

  tlm_utils::simple_target_socket<device> socket;
  controller_soc* controller = nullptr;
  std::uint64_t last_address = 0;

 private:
  void b_transport(tlm::tlm_generic_payload& payload, sc_time& /*delay*/) {
    last_address = payload.get_address();
    if (last_address == 0xc) {
      payload.set_response_status(tlm::TLM_GENERIC_ERROR_RESPONSE);
      return;
    }
    if (payload.is_write()) {
      std::memcpy(&value_, payload.get_data_ptr(), payload.get_data_length());
      if (last_address == 0 && controller != nullptr) {
        controller->set_interrupt(static_cast<unsigned>(value_), false);
      }
    } else {
      std::memcpy(payload.get_data_ptr(), &value_, payload.get_data_length());
    }
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
  }

  std::uint64_t value_ = 0;
};

/// A controller that runs one of the test programs, and what it printed.
struct fixture {
  explicit fixture(unsigned xlen, const std::string& program) {
    configuration.xlen = xlen;
    configuration.hart_id = 3;
    configuration.argument = 0x55;
    configuration.ram_size = base::bytes{0x2'0000};
    configuration.firmware =
        std::string(SN_TEST_FIRMWARE) + "/" + program + "_" + std::to_string(xlen) + ".elf";
  }
  void build() {
    soc = std::make_unique<controller_soc>("soc", configuration);
    local = std::make_unique<device>("local");
    checks.connect(soc->local, local->socket);
    if (configuration.xlen == 64) {
      management = std::make_unique<device>("management");
      checks.connect(soc->management, management->socket);
    }
    local->controller = soc.get();
    soc->on_line([this](const sc_time& time, std::string_view line) {
      lines.emplace_back(line);
      times.push_back(time);
    });
  }
  void run(const sc_time& time) { sc_core::sc_start(time); }

  controller_configuration configuration;
  std::unique_ptr<device> local;
  std::unique_ptr<device> management;
  std::unique_ptr<controller_soc> soc;
  checker::checker_set checks;
  std::vector<std::string> lines;
  std::vector<sc_time> times;
};

class controller_of_width : public testing::TestWithParam<unsigned> {};
INSTANTIATE_TEST_SUITE_P(both_widths, controller_of_width, Values(32U, 64U));

using text = std::vector<std::string>;

TEST_P(controller_of_width, boots_prints_and_sleeps) {
  fixture f(GetParam(), "hello");
  f.build();
  f.run(sc_time(1, sc_core::SC_MS));
  EXPECT_EQ(f.lines, (text{"hello", "hart 3", "argument 55"}));
  EXPECT_TRUE(f.soc->waiting());
  const auto instructions = f.soc->instructions();
  EXPECT_GT(instructions, 50U);
  f.run(sc_time(1, sc_core::SC_SEC));
  EXPECT_EQ(f.soc->instructions(), instructions);
}

TEST_P(controller_of_width, sleeps_exactly_until_mtimecmp) {
  fixture f(GetParam(), "timer");
  f.build();
  f.run(sc_time(1, sc_core::SC_SEC));
  // 1'000'000 ticks of 100 ns are 100 ms; the handler needs less than one tick to read mtime.
  ASSERT_EQ(f.lines,
            (text{"cause " + std::string(GetParam() == 64 ? "8000000000000007" : "80000007"),
                  "mtime f4240"}));
  EXPECT_GE(f.times[0], sc_time(100, sc_core::SC_MS));
  EXPECT_LT(f.times[0], sc_time(100.001, sc_core::SC_MS));
  EXPECT_LT(f.soc->instructions(), 2000U);
}

TEST_P(controller_of_width, the_timer_interrupts_exactly_inside_a_long_quantum) {
  fixture f(GetParam(), "busy_timer");
  f.configuration.quantum = sc_time(10, sc_core::SC_MS);
  f.build();
  f.run(sc_time(20, sc_core::SC_MS));
  EXPECT_EQ(f.lines, text{"time 3e8"});  // tick 1000, not the end of the quantum
}

TEST_P(controller_of_width, interrupts_of_the_device_and_of_the_console_wake_it) {
  fixture f(GetParam(), "external");
  f.build();
  f.run(sc_time(1, sc_core::SC_MS));
  EXPECT_EQ(f.lines, text{"ready"});
  EXPECT_TRUE(f.soc->waiting());
  f.soc->set_interrupt(5, true);
  f.run(sc_time(1, sc_core::SC_MS));
  EXPECT_EQ(f.lines, (text{"ready", "cause b", "source 5"}));
  EXPECT_GE(f.times[1], sc_time(1, sc_core::SC_MS));
  EXPECT_LT(f.times[2], sc_time(1.002, sc_core::SC_MS));
  f.soc->type("A");
  f.run(sc_time(1, sc_core::SC_MS));
  EXPECT_EQ(f.lines,
            (text{"ready", "cause b", "source 5", "cause b", "source a", "typed 41", "done"}));
}

TEST_P(controller_of_width, access_errors_are_precise_traps) {
  fixture f(GetParam(), "faults");
  f.build();
  f.run(sc_time(1, sc_core::SC_MS));
  // Causes 5 and 7: load and store access fault; 4: load address misaligned.
  EXPECT_EQ(f.lines, (text{"5 40000000", "7 40000000", "7 1000", "5 2000000c", "7 2000000c",
                           "4 20000002", "done"}));
}

TEST_P(controller_of_width, windows_pass_relative_addresses) {
  fixture f(GetParam(), "windows");
  f.build();
  f.run(sc_time(1, sc_core::SC_MS));
  EXPECT_EQ(f.local->last_address, 0x10U);
  if (GetParam() == 64) {
    EXPECT_EQ(f.lines, (text{"local 1234", "management 1122334455667788"}));
    EXPECT_EQ(f.management->last_address, 0x1'2345'6780U);
  } else {
    EXPECT_EQ(f.lines, text{"local 1234"});
  }
}

TEST(controller, an_unbound_window_is_an_access_fault) {
  fixture f(64, "windows");
  f.soc = std::make_unique<controller_soc>("soc", f.configuration);
  f.soc->on_line([&](const sc_time&, std::string_view line) { f.lines.emplace_back(line); });
  f.run(sc_time(1, sc_core::SC_MS));
  ASSERT_GE(f.lines.size(), 2U);
  EXPECT_EQ(f.lines[0], "cause 7");
  EXPECT_EQ(f.lines[1], "value 20000010");
}

TEST(controller, several_share_time) {
  controller_configuration configuration;
  configuration.ram_size = base::bytes{0x2'0000};
  configuration.firmware = std::string(SN_TEST_FIRMWARE) + "/spin_64.elf";
  controller_soc first("first", configuration);
  configuration.xlen = 32;
  configuration.clock = base::hertz{500'000'000};
  configuration.firmware = std::string(SN_TEST_FIRMWARE) + "/spin_32.elf";
  controller_soc second("second", configuration);
  sc_core::sc_start(sc_time(1, sc_core::SC_MS) - sc_time(1, sc_core::SC_NS));
  EXPECT_EQ(first.instructions(), 1'000'000U);
  EXPECT_EQ(second.instructions(), 500'000U);
}

TEST(controller, can_be_held_and_reset) {
  fixture f(64, "hello");
  f.configuration.held_in_reset = true;
  f.build();
  f.run(sc_time(1, sc_core::SC_MS));
  EXPECT_EQ(f.soc->instructions(), 0U);
  f.soc->start();
  f.run(sc_time(1, sc_core::SC_MS));
  EXPECT_EQ(f.lines.size(), 3U);
  // Firmware that was overwritten is loaded anew.
  const std::uint64_t garbage = 0;
  ASSERT_TRUE(f.soc->write_debug(memory_map::ram, &garbage, sizeof garbage));
  f.soc->reset();
  f.run(sc_time(1, sc_core::SC_MS));
  EXPECT_EQ(f.lines.size(), 6U);
  EXPECT_EQ(f.lines[3], "hello");
}

TEST(controller, debug_accesses_see_memory) {
  fixture f(64, "hello");
  f.build();
  f.run(sc_core::SC_ZERO_TIME);
  const std::uint32_t word = 0x600d'cafe;
  std::uint32_t back = 0;
  EXPECT_TRUE(f.soc->write_debug(memory_map::ram + 0x1'0000, &word, sizeof word));
  EXPECT_TRUE(f.soc->read_debug(memory_map::ram + 0x1'0000, &back, sizeof back));
  EXPECT_EQ(back, word);
  EXPECT_FALSE(f.soc->read_debug(memory_map::ram + 0x2'0000, &back, sizeof back));
}

/// The message of the error that the configuration causes, or nothing.
std::string error_of(const controller_configuration& configuration) {
  try {
    controller_soc soc("soc", configuration);
  } catch (const base::configuration_error& error) {
    return error.what();
  }
  return "";
}

TEST(controller, names_the_file_of_impossible_firmware) {
  fixture f(64, "hello");
  f.configuration.xlen = 32;
  EXPECT_THAT(error_of(f.configuration), testing::HasSubstr("hello_64.elf: a program for RV64"));
}

TEST(controller, refuses_firmware_that_does_not_exist) {
  fixture f(64, "nothing");
  EXPECT_THAT(error_of(f.configuration), testing::HasSubstr("nothing_64.elf: cannot be opened"));
}

TEST(controller, refuses_firmware_larger_than_its_ram) {
  fixture f(64, "hello");
  f.configuration.ram_size = base::bytes{16};
  EXPECT_THAT(error_of(f.configuration), testing::HasSubstr("outside of memory"));
}

TEST(controller, refuses_impossible_values) {
  fixture f(64, "hello");
  f.configuration.xlen = 128;
  EXPECT_THAT(error_of(f.configuration), testing::HasSubstr("xlen: 128, expected 32 or 64"));
  f.configuration.xlen = 32;
  f.configuration.ram_size = base::bytes{std::uint64_t{4} << 30};
  EXPECT_THAT(error_of(f.configuration), testing::HasSubstr("ram_size: 4 GiB"));
}

}  // namespace
}  // namespace sn::soc
