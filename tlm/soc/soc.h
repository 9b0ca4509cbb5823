// A small computer to put into a device: one hart with boot ROM, RAM, timer, interrupt controller
// and UART, and windows through which its firmware reaches the device's own registers and the
// management network.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <systemc>
#include <tlm>
#include <vector>

#include "base/snapshot.h"
#include "base/units.h"
#include "kernel/turns.h"

namespace sn::soc {

/// What a controller is made of.
struct controller_configuration {
  unsigned xlen = 64;                             ///< 64 or 32: RV64IMAC or RV32IMAC
  base::hertz clock{1'000'000'000};               ///< one instruction takes one cycle
  base::hertz timer_frequency{10'000'000};        ///< of mtime and the time CSR
  sc_core::sc_time quantum{10, sc_core::SC_US};   ///< how far the hart may run ahead of time
  base::bytes ram_size{std::uint64_t{16} << 20};  ///< at memory_map::ram
  unsigned hart_id = 0;                           ///< mhartid, and a0 at the firmware's entry
  std::uint64_t argument = 0;                     ///< a1 at the firmware's entry
  std::string firmware;                           ///< path of the ELF file
  bool held_in_reset = false;                     ///< true: nothing runs until start()
  bool check_protocols = true;                    ///< checkers of TLM-2.0 at its bus; they abort
  kernel::turns* order = nullptr;                 ///< what the hart takes turns with
};

class hart_module;
struct address_window;

/// Where a controller's firmware finds things.
namespace memory_map {
inline constexpr std::uint64_t rom = 0x0000'1000;    ///< reset vector
inline constexpr std::uint64_t clint = 0x0200'0000;  ///< SiFive's layout
inline constexpr std::uint64_t plic = 0x0c00'0000;   ///< SiFive's layout, one context
inline constexpr std::uint64_t uart = 0x1000'0000;   ///< NS16550, byte registers
inline constexpr std::uint64_t local = 0x2000'0000;  ///< the device's own registers
inline constexpr std::uint64_t local_size = 0x0100'0000;
inline constexpr std::uint64_t ram = 0x8000'0000;
inline constexpr std::uint64_t management = 0x40'0000'0000;  ///< RV64 only
inline constexpr std::uint64_t management_size = 0x10'0000'0000;
}  // namespace memory_map

/// The UART's interrupt at the PLIC.
inline constexpr unsigned uart_interrupt = 10;
/// Sources of the PLIC are 1 to this number.
inline constexpr unsigned last_interrupt = 31;

/// The computer. Accesses to both windows happen at their exact time: the hart first lets simulated
/// time catch up, so a target sees sc_time_stamp() and a delay of zero, adds what the access costs
/// to the delay and must not call wait(). An error response is a precise access fault in the
/// firmware; so is an access to a window that is not bound.
class controller_soc : public sc_core::sc_module {
 public:
  /// One line that the firmware printed (without its end) and when it was complete.
  using line_sink = std::function<void(const sc_core::sc_time& time, std::string_view line)>;

  /// Loads the firmware. Throws base::configuration_error that names the ELF file when it cannot be
  /// read, is for another width, or does not fit into RAM, and when a configuration value is
  /// impossible.
  controller_soc(const sc_core::sc_module_name& name,
                 const controller_configuration& configuration);
  ~controller_soc() override;

  /// A socket for one target, or none.
  using window_socket = tlm::tlm_initiator_socket<32, tlm::tlm_base_protocol_types, 1,
                                                  sc_core::SC_ZERO_OR_MORE_BOUND>;

  /// The device's own registers; addresses are relative to memory_map::local. May stay unbound.
  window_socket local;
  /// The management network, RV64 only; addresses are relative to memory_map::management. May stay
  /// unbound.
  window_socket management;

  /// Drives the level of interrupt `source` (1 to last_interrupt, not uart_interrupt) from now on.
  void set_interrupt(unsigned source, bool level);

  /// Lets the hart run from its reset vector, if it is held in reset.
  void start();
  /// Resets the hart, loads the firmware anew (RAM beyond it keeps its content) and runs it.
  void reset();
  /// Stops the hart until start() or reset(), which begin again at the reset vector.
  void hold();

  /// Instructions that the hart has completed since elaboration.
  std::uint64_t instructions() const;
  /// True while the hart waits in WFI for an interrupt.
  bool waiting() const;
  /// Address of the next instruction.
  std::uint64_t program_counter() const;

  /// Gets every complete line of the UART's output. Call before simulation starts.
  void on_line(line_sink sink);
  /// Gets every character of it. Call before simulation starts.
  void on_character(std::function<void(char character)> sink);
  /// Puts characters into the UART's input queue, as if they had been received now.
  void type(std::string_view text);

  /// Sections for the hart, its memory and its devices, between two times.
  void save(base::snapshot_writer& to) const;
  void restore(base::snapshot_reader& from);

  /// The hart, for debuggers.
  hart_module& debugged_hart();
  /// What lies where in the hart's physical address space, by address.
  const std::vector<address_window>& address_map() const;
  /// Reads or writes memory as a debugger does, without time and side effects. False if any part of
  /// the range does not allow it.
  bool read_debug(std::uint64_t address, void* data, std::size_t size);
  bool write_debug(std::uint64_t address, const void* data, std::size_t size);

 private:
  template <typename Archive>
  void state(Archive& io);

  struct parts;
  std::unique_ptr<parts> parts_;
};

}  // namespace sn::soc
