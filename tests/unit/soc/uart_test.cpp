#include "soc/uart.h"

#include <gtest/gtest.h>

#include <vector>

#include "unit/soc/tlm_access.h"

namespace sn::soc {
namespace {

struct fixture {
  uart serial{"serial"};
  test::initiator bus{"bus"};
  std::vector<std::string> lines;
  bool interrupted = false;

  fixture() {
    bus.connect(serial.socket);
    serial.on_line(
        [this](const sc_core::sc_time&, std::string_view line) { lines.emplace_back(line); });
    serial.on_interrupt([this](bool level) { interrupted = level; });
  }
  void send(std::string_view text) {
    for (const char character : text) {
      bus.write(0, 1, static_cast<unsigned char>(character));
    }
  }
};

TEST(uart, delivers_whole_lines_without_their_ends) {
  fixture f;
  f.send("one\r\n\ntwo");
  EXPECT_EQ(f.lines, (std::vector<std::string>{"one", ""}));
  EXPECT_EQ(f.serial.unfinished_line(), "two");
  f.send("\n");
  EXPECT_EQ(f.lines.back(), "two");
}

TEST(uart, line_status_tells_of_received_characters) {
  fixture f;
  EXPECT_EQ(f.bus.read(5, 1), 0x60U);
  f.serial.receive("ab");
  EXPECT_EQ(f.bus.read(5, 1), 0x61U);
  EXPECT_EQ(f.bus.read(0, 1), static_cast<unsigned>('a'));
  EXPECT_EQ(f.bus.read(0, 1), static_cast<unsigned>('b'));
  EXPECT_EQ(f.bus.read(5, 1), 0x60U);
  EXPECT_EQ(f.bus.read(0, 1), 0U);
}

TEST(uart, interrupts_on_reception_until_the_queue_is_empty) {
  fixture f;
  f.serial.receive("a");
  EXPECT_FALSE(f.interrupted);
  f.bus.write(1, 1, 0x01);
  EXPECT_TRUE(f.interrupted);
  EXPECT_EQ(f.bus.read(2, 1), 0x04U);
  f.bus.read(0, 1);
  EXPECT_FALSE(f.interrupted);
  EXPECT_EQ(f.bus.read(2, 1), 0x01U);
}

TEST(uart, the_transmitter_interrupt_is_acknowledged_by_reading_its_identity) {
  fixture f;
  f.bus.write(1, 1, 0x02);
  EXPECT_TRUE(f.interrupted);
  EXPECT_EQ(f.bus.read(2, 1), 0x02U);
  EXPECT_FALSE(f.interrupted);
  f.send("x");
  EXPECT_TRUE(f.interrupted);
  f.serial.receive("y");
  f.bus.write(1, 1, 0x03);
  EXPECT_EQ(f.bus.read(2, 1), 0x04U);  // reception comes first and acknowledges nothing
  f.bus.read(0, 1);
  EXPECT_EQ(f.bus.read(2, 1), 0x02U);
  EXPECT_FALSE(f.interrupted);
}

TEST(uart, the_divisor_latch_hides_data_and_interrupt_enable) {
  fixture f;
  f.bus.write(3, 1, 0x83);
  f.bus.write(0, 1, 0x34);
  f.bus.write(1, 1, 0x12);
  EXPECT_EQ(f.bus.read(0, 1), 0x34U);
  EXPECT_EQ(f.bus.read(1, 1), 0x12U);
  f.bus.write(3, 1, 0x03);
  EXPECT_EQ(f.bus.read(1, 1), 0x00U);
  EXPECT_EQ(f.serial.unfinished_line(), "");
}

TEST(uart, fifo_control_shows_in_the_identity_and_clears_the_queue) {
  fixture f;
  f.serial.receive("abc");
  f.bus.write(2, 1, 0x03);
  EXPECT_EQ(f.bus.read(2, 1), 0xc1U);
  EXPECT_EQ(f.bus.read(5, 1), 0x60U);
}

TEST(uart, scratch_and_modem_control_keep_their_value) {
  fixture f;
  f.bus.write(7, 1, 0x5a);
  f.bus.write(4, 1, 0x0b);
  EXPECT_EQ(f.bus.read(7, 1), 0x5aU);
  EXPECT_EQ(f.bus.read(4, 1), 0x0bU);
  EXPECT_EQ(f.bus.read(6, 1), 0xb0U);
}

TEST(uart, has_byte_registers_only) {
  fixture f;
  f.bus.read(0, 4);
  EXPECT_EQ(f.bus.status(), tlm::TLM_ADDRESS_ERROR_RESPONSE);
  f.bus.read(8, 1);
  EXPECT_EQ(f.bus.status(), tlm::TLM_ADDRESS_ERROR_RESPONSE);
}

}  // namespace
}  // namespace sn::soc
