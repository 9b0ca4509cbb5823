// A computer to run programs on: RISC-V harts with the map of the well-known virt machine, or with
// nothing but memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <systemc>
#include <vector>

#include "base/snapshot.h"
#include "base/units.h"
#include "hart/isa.h"
#include "soc/bus.h"
#include "soc/net_peer.h"

namespace sn::soc {

class hart_module;
struct address_window;

/// Which devices there are: those of the virt machine, or RAM and nothing else.
enum class machine_kind { virt, bare };

/// What a machine is made of and what it runs. At least one of `program`, `bios` is given.
struct virt_machine_configuration {
  machine_kind kind = machine_kind::virt;
  hart::isa isa;
  unsigned harts = 1;
  base::bytes memory{std::uint64_t{512} << 20};
  sc_core::sc_time quantum{10, sc_core::SC_US};
  base::hertz clock{1'000'000'000};         ///< one instruction takes one cycle
  base::hertz timer_frequency{10'000'000};  ///< of mtime and the time CSR
  std::string program;                      ///< ELF file, entered in machine mode
  std::string bios;             ///< ELF or raw image at the start of RAM, entered in machine mode
  std::string kernel;           ///< ELF or raw image for supervisor mode, which `bios` starts
  std::string initrd;           ///< raw image, named in the device tree
  std::string append;           ///< boot arguments
  std::string drive;            ///< disk image in the first virtio slot
  std::string flash;            ///< image of the flash; empty: all of it is erased
  net_connection net;           ///< of the network device in the second virtio slot
  bool virtio_console = false;  ///< there is one, in the third virtio slot
  bool check_protocols = true;  ///< checkers of TLM-2.0 between harts, bus and devices; they abort
  bool keep_disk_writes = false;  ///< writes to disk and flash are part of the machine's state
};

/// How a run ended.
struct machine_outcome {
  enum class kind {
    passed,             ///< the program said so
    failed,             ///< the program said so: `code`
    reset,              ///< the program asked for a reset
    instruction_limit,  ///< the given number of instructions has been executed
    asleep,             ///< every hart waits for an interrupt that nothing can raise
  };
  kind what = kind::passed;
  std::uint64_t code = 0;
};

/// When a run is interrupted: at a simulated time, or by the first look at the counts of
/// instructions, once a quantum, that finds so many.
struct pause_point {
  sc_core::sc_time time = sc_core::sc_max_time();
  std::uint64_t instructions = ~std::uint64_t{0};
};

/// Sums over the harts.
struct machine_statistics {
  std::uint64_t instructions = 0;
  std::uint64_t traps = 0;
  std::uint64_t interrupts = 0;
};

/// The machine. Programs end it by the test finisher, or by a word at the symbol `tohost` (HTIF):
/// odd values are an exit code shifted left by one, and the console and write requests of HTIF are
/// served.
class virt_machine {
 public:
  /// Builds the machine and loads its images. Throws base::configuration_error that names the file
  /// or option when that is not possible.
  explicit virt_machine(const virt_machine_configuration& configuration);
  ~virt_machine();
  virt_machine(const virt_machine&) = delete;
  virt_machine& operator=(const virt_machine&) = delete;

  /// Gets every character of the UART. Before run().
  void on_character(std::function<void(char character)> sink);
  /// Is asked from time to time for characters typed at the UART; nothing: there will be none
  /// any more. Before run().
  void on_input(std::function<std::optional<std::string>()> source);
  /// Types characters at the UART now.
  void type(std::string_view text);
  /// The same for the virtio console.
  void on_console_character(std::function<void(char character)> sink);
  void on_console_input(std::function<std::optional<std::string>()> source);
  void type_at_console(std::string_view text);

  /// Runs until the program ends, or at least `max_instructions` are done.
  machine_outcome run(std::uint64_t max_instructions);

  /// Runs as run() does, but only up to `pause`; nothing if the program has not ended there.
  std::optional<machine_outcome> run_to(const pause_point& pause, std::uint64_t max_instructions);

  /// Writes the whole state, before or after run_to(). A disk needs keep_disk_writes.
  void save(base::snapshot_writer& to) const;
  /// Goes on where a machine of the same configuration was saved, which must not lie in the past of
  /// simulated time. Throws base::configuration_error that names the file when it is of another
  /// machine.
  void restore(base::snapshot_reader& from);
  /// When the machine was saved. Throws as restore() does.
  sc_core::sc_time saved_at(base::snapshot_reader& from) const;

  /// Lets time go on by `advance` instead of sc_start(): a debugger that may stop in between.
  /// Before run(). It returns early when the simulation has ended.
  void advance_by(std::function<void(const sc_core::sc_time& span)> advance);

  /// As after power-on, at the present time: the images are loaded anew (other RAM, disk and flash
  /// keep what they hold), and all harts begin. Not while one runs.
  void reset();

  machine_statistics statistics() const;
  std::vector<hart_module*> harts();

  /// What lies where in physical memory, by address.
  const std::vector<address_window>& address_map() const;
  /// Reads or writes physical memory as a debugger does, without time and side effects. False if
  /// any part of the range does not allow it.
  bool read_debug(std::uint64_t address, void* data, std::size_t size);
  bool write_debug(std::uint64_t address, const void* data, std::size_t size);

 private:
  struct parts;
  std::unique_ptr<parts> parts_;
};

}  // namespace sn::soc
