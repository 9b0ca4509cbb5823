#include "soc/soc.h"

#include <fmt/format.h>

#include <vector>

#include "base/error.h"
#include "base/state.h"
#include "checker/checker_set.h"
#include "hart/elf.h"
#include "soc/boot_rom.h"
#include "soc/bus.h"
#include "soc/clint.h"
#include "soc/hart_module.h"
#include "soc/memory.h"
#include "soc/plic.h"
#include "soc/uart.h"

namespace sn::soc {
namespace {

constexpr base::bytes rom_size{0x1000};

/// The configuration itself, once its values are known to be possible.
const controller_configuration& checked(const controller_configuration& configuration) {
  const auto refuse = [](const char* key, const std::string& message) {
    throw base::configuration_error("", 0, key, message);
  };
  if (configuration.xlen != 32 && configuration.xlen != 64) {
    refuse("xlen", fmt::format("{}, expected 32 or 64", configuration.xlen));
  }
  if (configuration.clock.value == 0) {
    refuse("clock", "0 Hz, expected more");
  }
  if (configuration.timer_frequency.value == 0) {
    refuse("timer_frequency", "0 Hz, expected more");
  }
  if (configuration.quantum <= sc_core::SC_ZERO_TIME) {
    refuse("quantum", "0 s, expected more");
  }
  const std::uint64_t limit = configuration.xlen == 32
                                  ? std::uint64_t{0x1'0000'0000} - memory_map::ram
                                  : memory_map::management - memory_map::ram;
  if (configuration.ram_size.value == 0 || configuration.ram_size.value > limit) {
    refuse("ram_size", fmt::format("{}, expected at most {}", to_text(configuration.ram_size),
                                   to_text(base::bytes{limit})));
  }
  return configuration;
}

hart_module_configuration hart_configuration(const controller_configuration& configuration) {
  hart_module_configuration result;
  result.hart = {configuration.xlen, configuration.hart_id, memory_map::rom};
  result.clock = configuration.clock;
  result.quantum = configuration.quantum;
  result.held_in_reset = configuration.held_in_reset;
  result.order = configuration.order;
  result.ahead_of_time = {memory_map::clint + clint::mtime_offset, 8};
  return result;
}

std::vector<address_window> windows(const controller_configuration& configuration) {
  return {
      {"rom", memory_map::rom, rom_size.value},
      {"clint", memory_map::clint, clint::window_size},
      {"plic", memory_map::plic, plic::window_size},
      {"uart", memory_map::uart, uart::window_size},
      {"local", memory_map::local, memory_map::local_size},
      {"ram", memory_map::ram, configuration.ram_size.value},
      // Beyond what RV32 can address; there the window stays empty.
      {"management", memory_map::management, memory_map::management_size},
  };
}

}  // namespace

struct controller_soc::parts {
  explicit parts(const controller_configuration& configuration)
      : image(hart::read_elf(configuration.firmware, configuration.xlen,
                             {{memory_map::ram, configuration.ram_size.value}})),
        hart("hart", hart_configuration(configuration)),
        map(windows(configuration)),
        bus("bus", map),
        rom("rom", memory_kind::rom, rom_size),
        ram("ram", memory_kind::ram, configuration.ram_size),
        timer("clint", configuration.timer_frequency),
        interrupts("plic", last_interrupt),
        console("uart"),
        checks(configuration.check_protocols) {
    checks.connect(hart.socket, bus.in);
    checks.connect(bus.to("rom"), rom.socket);
    checks.connect(bus.to("clint"), timer.socket);
    checks.connect(bus.to("plic"), interrupts.socket);
    checks.connect(bus.to("uart"), console.socket);
    checks.connect(bus.to("ram"), ram.socket);
    timer.connect(hart);
    interrupts.connect(hart);
    hart.set_time_source(timer);
    console.on_interrupt([this](bool level) { interrupts.set_level(uart_interrupt, level); });
    const auto code = make_boot_code(configuration.xlen, image.entry, configuration.argument);
    rom.load(0, code.data(), code.size() * sizeof code.front());
    load_firmware();
  }

  void load_firmware() {
    for (const hart::elf_segment& segment : image.segments) {
      const std::uint64_t offset = segment.address - memory_map::ram;
      ram.load(offset, segment.data.data(), segment.data.size());
      ram.clear(offset + segment.data.size(), segment.size - segment.data.size());
    }
  }

  const hart::elf_image image;
  hart_module hart;
  const std::vector<address_window> map;
  soc::bus bus;
  memory rom;
  memory ram;
  clint timer;
  plic interrupts;
  uart console;
  checker::checker_set checks;
};

controller_soc::controller_soc(const sc_core::sc_module_name& name,
                               const controller_configuration& configuration)
    : sc_core::sc_module(name),
      local("local"),
      management("management"),
      parts_(std::make_unique<parts>(checked(configuration))) {
  parts_->bus.to("local").bind(local);
  parts_->bus.to("management").bind(management);
}

controller_soc::~controller_soc() = default;

void controller_soc::set_interrupt(unsigned source, bool level) {
  base::ensure(source >= 1 && source <= last_interrupt && source != uart_interrupt,
               "a controller's device has interrupts 1 to 9 and 11 to 31");
  parts_->interrupts.set_level(source, level);
}

void controller_soc::start() {
  parts_->hart.start();
}

void controller_soc::reset() {
  parts_->load_firmware();
  parts_->timer.reset();
  parts_->interrupts.reset();
  parts_->console.reset();
  parts_->hart.reset();
}

void controller_soc::hold() {
  parts_->hart.hold();
}

std::uint64_t controller_soc::instructions() const {
  return parts_->hart.core().instructions();
}

bool controller_soc::waiting() const {
  return parts_->hart.core().waiting();
}

std::uint64_t controller_soc::program_counter() const {
  return parts_->hart.core().pc();
}

void controller_soc::on_line(line_sink sink) {
  parts_->console.on_line(std::move(sink));
}

void controller_soc::on_character(std::function<void(char character)> sink) {
  parts_->console.on_character(std::move(sink));
}

void controller_soc::type(std::string_view text) {
  parts_->console.receive(text);
}

template <typename Archive>
void controller_soc::state(Archive& io) {
  io.part(parts_->ram);
  io.part(parts_->timer);
  io.part(parts_->interrupts);
  io.part(parts_->console);
  io.part(parts_->hart);
}

void controller_soc::save(base::snapshot_writer& to) const {
  base::state_saver io(to);
  const_cast<controller_soc&>(*this).state(io);
}

void controller_soc::restore(base::snapshot_reader& from) {
  base::state_restorer io(from);
  state(io);
}

hart_module& controller_soc::debugged_hart() {
  return parts_->hart;
}

const std::vector<address_window>& controller_soc::address_map() const {
  return parts_->map;
}

bool controller_soc::read_debug(std::uint64_t address, void* data, std::size_t size) {
  return parts_->hart.read_debug(address, data, size);
}

bool controller_soc::write_debug(std::uint64_t address, const void* data, std::size_t size) {
  return parts_->hart.write_debug(address, data, size);
}

}  // namespace sn::soc
