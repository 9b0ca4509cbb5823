#include "soc/uart.h"

namespace sn::soc {
namespace {

// Offsets; two registers share some.
enum offset : std::uint64_t {
  data = 0,                // RBR, THR, DLL
  interrupt_enable = 1,    // IER, DLM
  interrupt_identity = 2,  // IIR, FCR
  line_control = 3,
  modem_control = 4,
  line_status = 5,
  modem_status = 6,
  scratch = 7,
};

constexpr std::uint8_t enable_received = 0x01;
constexpr std::uint8_t enable_transmitter_empty = 0x02;
constexpr std::uint8_t enable_mask = 0x0f;

constexpr std::uint8_t identity_none = 0x01;
constexpr std::uint8_t identity_transmitter_empty = 0x02;
constexpr std::uint8_t identity_received = 0x04;
constexpr std::uint8_t identity_fifos = 0xc0;

constexpr std::uint8_t fifo_enable = 0x01;
constexpr std::uint8_t fifo_clear_received = 0x02;

constexpr std::uint8_t divisor_latch = 0x80;

constexpr std::uint8_t status_data_ready = 0x01;
constexpr std::uint8_t status_transmitter_empty = 0x60;  // THRE and TEMT

constexpr std::uint8_t modem_ready = 0xb0;  // CTS, DSR and DCD

}  // namespace

uart::uart(const sc_core::sc_module_name& name) : sc_core::sc_module(name), socket("socket") {
  socket.register_b_transport(this, &uart::b_transport);
}

void uart::receive(std::string_view text) {
  received_.insert(received_.end(), text.begin(), text.end());
  update_interrupt();
}

void uart::reset() {
  received_.clear();
  line_.clear();
  interrupt_enable_ = fifo_control_ = line_control_ = modem_control_ = scratch_ = 0;
  divisor_low_ = divisor_high_ = 0;
  transmitter_interrupt_ = false;
  update_interrupt();
}

void uart::save(base::snapshot_writer& to) const {
  to.section(name());
  to.numbers(received_);
  to.text(line_);
  for (const std::uint8_t each : {interrupt_enable_, fifo_control_, line_control_, modem_control_,
                                  scratch_, divisor_low_, divisor_high_}) {
    to.number(each);
  }
  to.number(transmitter_interrupt_);
  to.number(level_);
}

void uart::restore(base::snapshot_reader& from) {
  from.section(name());
  const auto received = from.numbers<std::uint8_t>();
  received_.assign(received.begin(), received.end());
  line_ = from.text();
  for (std::uint8_t* each : {&interrupt_enable_, &fifo_control_, &line_control_, &modem_control_,
                             &scratch_, &divisor_low_, &divisor_high_}) {
    from.number(*each);
  }
  from.number(transmitter_interrupt_);
  from.number(level_);
}

void uart::b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  const std::uint64_t offset = payload.get_address();
  if (payload.get_data_length() != 1 || offset > scratch) {
    payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    return;
  }
  if (payload.is_read()) {
    *payload.get_data_ptr() = read(offset);
  } else if (payload.is_write()) {
    write(offset, *payload.get_data_ptr(), sc_core::sc_time_stamp() + delay);
  }
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
}

bool uart::divisor_visible() const {
  return (line_control_ & divisor_latch) != 0;
}

std::uint8_t uart::read(std::uint64_t offset) {
  switch (offset) {
    case data: {
      if (divisor_visible()) {
        return divisor_low_;
      }
      if (received_.empty()) {
        return 0;
      }
      const std::uint8_t character = received_.front();
      received_.pop_front();
      update_interrupt();
      return character;
    }
    case interrupt_enable:
      return divisor_visible() ? divisor_high_ : interrupt_enable_;
    case interrupt_identity: {
      const std::uint8_t identity = pending_interrupt();
      if (identity == identity_transmitter_empty) {
        transmitter_interrupt_ = false;
        update_interrupt();
      }
      return static_cast<std::uint8_t>(identity |
                                       ((fifo_control_ & fifo_enable) != 0 ? identity_fifos : 0));
    }
    case line_control:
      return line_control_;
    case modem_control:
      return modem_control_;
    case line_status:
      return static_cast<std::uint8_t>(status_transmitter_empty |
                                       (received_.empty() ? 0 : status_data_ready));
    case modem_status:
      return modem_ready;
    default:
      return scratch_;
  }
}

void uart::write(std::uint64_t offset, std::uint8_t value, const sc_core::sc_time& time) {
  switch (offset) {
    case data:
      if (divisor_visible()) {
        divisor_low_ = value;
      } else {
        send(static_cast<char>(value), time);
        transmitter_interrupt_ = true;
      }
      break;
    case interrupt_enable:
      if (divisor_visible()) {
        divisor_high_ = value;
      } else {
        const auto newly = static_cast<std::uint8_t>(value & ~interrupt_enable_);
        if ((newly & enable_transmitter_empty) != 0) {
          transmitter_interrupt_ = true;
        }
        interrupt_enable_ = value & enable_mask;
      }
      break;
    case interrupt_identity:
      fifo_control_ = value;
      if ((value & fifo_clear_received) != 0) {
        received_.clear();
      }
      break;
    case line_control:
      line_control_ = value;
      break;
    case modem_control:
      modem_control_ = value;
      break;
    case scratch:
      scratch_ = value;
      break;
    default:
      break;  // the status registers are read-only
  }
  update_interrupt();
}

void uart::send(char character, const sc_core::sc_time& time) {
  if (character_sink_) {
    character_sink_(character);
  }
  if (character == '\n') {
    if (line_sink_) {
      line_sink_(time, line_);
    }
    line_.clear();
  } else if (character != '\r') {
    line_.push_back(character);
  }
}

std::uint8_t uart::pending_interrupt() const {
  if ((interrupt_enable_ & enable_received) != 0 && !received_.empty()) {
    return identity_received;
  }
  if ((interrupt_enable_ & enable_transmitter_empty) != 0 && transmitter_interrupt_) {
    return identity_transmitter_empty;
  }
  return identity_none;
}

void uart::update_interrupt() {
  const bool level = pending_interrupt() != identity_none;
  if (level != level_) {
    level_ = level;
    if (interrupt_) {
      interrupt_(level);
    }
  }
}

}  // namespace sn::soc
