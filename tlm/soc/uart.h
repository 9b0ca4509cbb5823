// A UART as the NS16550 has it, without the time that characters take on a wire.
#pragma once

#include <tlm_utils/simple_target_socket.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <systemc>

#include "base/snapshot.h"

namespace sn::soc {

/// Byte registers RBR/THR, IER, IIR/FCR, LCR, MCR, LSR, MSR and SCR at offsets 0 to 7, and the
/// divisor latch behind LCR bit 7, which has no effect. The transmitter is always empty; the
/// receive queue is unbounded and interrupts from the first character.
class uart : public sc_core::sc_module {
 public:
  static constexpr std::uint64_t window_size = 0x100;

  /// One line (without its end), and when its end was sent.
  using line_sink = std::function<void(const sc_core::sc_time& time, std::string_view line)>;
  using character_sink = std::function<void(char character)>;
  using interrupt_line = std::function<void(bool level)>;

  explicit uart(const sc_core::sc_module_name& name);

  tlm_utils::simple_target_socket<uart> socket;

  // Each before simulation starts.
  void on_line(line_sink sink) { line_sink_ = std::move(sink); }
  void on_character(character_sink sink) { character_sink_ = std::move(sink); }
  void on_interrupt(interrupt_line line) { interrupt_ = std::move(line); }

  /// Receives characters now.
  void receive(std::string_view text);
  /// What has been sent since the last end of a line.
  const std::string& unfinished_line() const { return line_; }
  /// As after power-on: registers, receive queue and unfinished line.
  void reset();

  void save(base::snapshot_writer& to) const;
  void restore(base::snapshot_reader& from);

 private:
  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  std::uint8_t read(std::uint64_t offset);
  void write(std::uint64_t offset, std::uint8_t value, const sc_core::sc_time& time);
  void send(char character, const sc_core::sc_time& time);
  std::uint8_t pending_interrupt() const;
  void update_interrupt();
  bool divisor_visible() const;

  std::deque<std::uint8_t> received_;
  std::string line_;
  std::uint8_t interrupt_enable_ = 0;
  std::uint8_t fifo_control_ = 0;
  std::uint8_t line_control_ = 0;
  std::uint8_t modem_control_ = 0;
  std::uint8_t scratch_ = 0;
  std::uint8_t divisor_low_ = 0;
  std::uint8_t divisor_high_ = 0;
  bool transmitter_interrupt_ = false;  ///< THRE has not been acknowledged
  bool level_ = false;

  line_sink line_sink_;
  character_sink character_sink_;
  interrupt_line interrupt_;
};

}  // namespace sn::soc
