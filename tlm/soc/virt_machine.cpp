#include "soc/virt_machine.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "checker/checker_set.h"
#include "hart/elf.h"
#include "kernel/turns.h"
#include "soc/bus.h"
#include "soc/cfi_flash.h"
#include "soc/clint.h"
#include "soc/device_tree.h"
#include "soc/flash_image.h"
#include "soc/hart_module.h"
#include "soc/htif.h"
#include "soc/memory.h"
#include "soc/plic.h"
#include "soc/test_finisher.h"
#include "soc/uart.h"
#include "soc/virt_map.h"
#include "soc/virtio_block.h"
#include "soc/virtio_console.h"
#include "soc/virtio_mmio.h"
#include "soc/virtio_net.h"

namespace sn::soc {
namespace {

constexpr unsigned hart_limit = 64;
constexpr std::uint64_t page = 4096;
/// For the device tree and what firmware adds to it.
constexpr std::uint64_t tree_room = 0x2'0000;

std::string content_of(const std::string& path) {
  std::string content = base::file_content(path);
  if (content.empty()) {
    throw base::configuration_error(path, 0, "", "is empty");
  }
  return content;
}

bool is_elf(const std::string& content) {
  return content.size() >= 4 && std::memcmp(content.data(), "\177ELF", 4) == 0;
}

const virt_machine_configuration& checked(const virt_machine_configuration& wanted) {
  const auto refuse = [](const char* key, const std::string& message) {
    throw base::configuration_error("", 0, key, message);
  };
  if (wanted.harts == 0 || wanted.harts > hart_limit) {
    refuse("harts", fmt::format("{}, expected 1 to {}", wanted.harts, hart_limit));
  }
  const std::uint64_t limit =
      wanted.isa.xlen == 32 ? std::uint64_t{1} << 31 : std::uint64_t{1} << 40;
  if (wanted.memory.value < page || wanted.memory.value % page != 0 ||
      wanted.memory.value > limit) {
    refuse("memory", fmt::format("{}, expected whole pages of 4 KiB, at most {}",
                                 to_text(wanted.memory), to_text(base::bytes{limit})));
  }
  if (wanted.kind == machine_kind::virt && wanted.memory.value < 2 * tree_room) {
    refuse("memory", fmt::format("{}, expected at least {} on the virt machine",
                                 to_text(wanted.memory), to_text(base::bytes{2 * tree_room})));
  }
  if (wanted.program.empty() && wanted.bios.empty()) {
    refuse("program", "there is neither a program nor a bios");
  }
  if (!wanted.program.empty() && !wanted.bios.empty()) {
    refuse("program", "a program and a bios cannot be entered both");
  }
  if (!wanted.kernel.empty() && wanted.bios.empty()) {
    refuse("kernel", "is started by a bios, and there is none");
  }
  if (wanted.kind == machine_kind::bare &&
      (!wanted.drive.empty() || !wanted.bios.empty() || !wanted.initrd.empty() ||
       !wanted.flash.empty() || wanted.net.exists || wanted.virtio_console)) {
    refuse("machine", "bare has no devices and no device tree: only a program runs on it");
  }
  if (wanted.append.size() > boot_arguments_limit) {
    refuse("append", fmt::format("{} characters, expected at most {}", wanted.append.size(),
                                 boot_arguments_limit));
  }
  return wanted;
}

std::vector<address_window> windows(const virt_machine_configuration& wanted) {
  if (wanted.kind == machine_kind::bare) {
    return {{"ram", virt_map::ram, wanted.memory.value}};
  }
  std::vector<address_window> all{
      {"rom", virt_map::rom, virt_map::rom_size},
      {"finisher", virt_map::finisher, virt_map::finisher_size},
      {"clint", virt_map::clint, virt_map::clint_size},
      {"plic", virt_map::plic, virt_map::plic_size},
      {"uart", virt_map::uart, virt_map::uart_size},
  };
  for (unsigned i = 0; i < virt_map::virtio_slots; ++i) {
    all.push_back({fmt::format("virtio{}", i), virt_map::virtio + i * virt_map::virtio_size,
                   virt_map::virtio_size});
  }
  for (unsigned i = 0; i < virt_map::flash_banks; ++i) {
    all.push_back(
        {fmt::format("flash{}", i), virt_map::flash + i * cfi_flash::size, cfi_flash::size});
  }
  all.push_back({"ram", virt_map::ram, wanted.memory.value});
  return all;
}

/// The devices of the virt machine.
struct devices {
  devices(const virt_machine_configuration& wanted, dma_memory& dma, kernel::turns& order)
      : rom("rom", memory_kind::rom, base::bytes{virt_map::rom_size}),
        finisher("finisher"),
        timer("clint", wanted.timer_frequency),
        interrupts("plic", virt_map::interrupt_sources),
        console("uart") {
    for (unsigned i = 0; i < virt_map::virtio_slots; ++i) {
      slots.push_back(std::make_unique<virtio_mmio>(fmt::format("virtio{}", i).c_str(), dma,
                                                    backend(i, wanted, order)));
      slots.back()->on_interrupt([this, i](bool level) {
        interrupts.set_level(virt_map::first_virtio_interrupt + i, level);
      });
    }
    console.on_interrupt(
        [this](bool level) { interrupts.set_level(virt_map::uart_interrupt, level); });
    for (unsigned i = 0; i < virt_map::flash_banks; ++i) {
      flash.push_back(std::make_unique<cfi_flash>(fmt::format("flash{}", i).c_str()));
    }
    if (!wanted.flash.empty()) {
      fill_flash(wanted);
    }
  }

  /// What the slot holds.
  std::unique_ptr<virtio_backend> backend(unsigned slot, const virt_machine_configuration& wanted,
                                          kernel::turns& order) {
    if (slot == virt_map::drive_slot && !wanted.drive.empty()) {
      return std::make_unique<virtio_block>(wanted.drive, wanted.keep_disk_writes);
    }
    if (slot == virt_map::net_slot && wanted.net.exists) {
      auto made = std::make_unique<virtio_net>(wanted.net, order);
      net = made.get();
      return made;
    }
    if (slot == virt_map::console_slot && wanted.virtio_console) {
      auto made = std::make_unique<virtio_console>();
      second_console = made.get();
      return made;
    }
    return nullptr;
  }

  void fill_flash(const virt_machine_configuration& wanted) {
    constexpr std::uint64_t size = virt_map::flash_banks * cfi_flash::size;
    image = std::make_unique<flash_image>(wanted.flash, size, !wanted.keep_disk_writes);
    const std::vector<char> content = image->content();
    for (unsigned i = 0; i < virt_map::flash_banks; ++i) {
      const std::uint64_t begin = i * cfi_flash::size;
      if (begin < content.size()) {
        flash[i]->load(0, content.data() + begin,
                       std::min<std::uint64_t>(cfi_flash::size, content.size() - begin));
      }
      if (!wanted.keep_disk_writes) {
        flash[i]->on_change(
            [this, begin](std::uint64_t offset, const std::byte* data, std::size_t count) {
              image->change(begin + offset, data, count);
            });
      }
    }
  }

  void reset() {
    timer.reset();
    console.reset();
    for (const auto& each : slots) {
      each->reset();
    }
    for (const auto& each : flash) {
      each->reset();
    }
    interrupts.reset();
  }

  void save(base::snapshot_writer& to) const {
    rom.save(to);
    timer.save(to);
    interrupts.save(to);
    console.save(to);
    for (const auto& each : slots) {
      each->save(to);
    }
    for (const auto& each : flash) {
      each->save(to);
    }
  }

  void restore(base::snapshot_reader& from) {
    rom.restore(from);
    timer.restore(from);
    interrupts.restore(from);
    console.restore(from);
    for (const auto& each : slots) {
      each->restore(from);
    }
    for (const auto& each : flash) {
      each->restore(from);
    }
  }

  memory rom;
  test_finisher finisher;
  clint timer;
  plic interrupts;
  uart console;
  std::vector<std::unique_ptr<virtio_mmio>> slots;
  virtio_net* net = nullptr;  ///< in its slot, if there is one
  virtio_console* second_console = nullptr;
  std::vector<std::unique_ptr<cfi_flash>> flash;
  std::unique_ptr<flash_image> image;  ///< if the flash has one
};

}  // namespace

struct virt_machine::parts : dma_memory {
  explicit parts(const virt_machine_configuration& wanted)
      : configuration(checked(wanted)),
        order("turns"),
        ram("ram", memory_kind::ram, wanted.memory),
        map(windows(wanted)),
        crossbar("bus", map),
        checks(wanted.check_protocols) {
    checks.connect(crossbar.to("ram"), ram.socket);
    const std::uint64_t entry = load_images();
    if (wanted.kind == machine_kind::virt) {
      board = std::make_unique<devices>(wanted, *this, order);
      bind_devices();
      write_boot_code(entry);
    }
    add_harts(wanted.kind == machine_kind::virt ? virt_map::rom : entry);
    watch = order.add([this] { look(); });
    next_look = configuration.quantum;
    order.set(watch, next_look);
  }

  // Memory, for devices.
  bool contains(std::uint64_t address, std::size_t size) const {
    return address >= virt_map::ram && address - virt_map::ram <= ram.size().value &&
           size <= ram.size().value - (address - virt_map::ram);
  }
  bool read(std::uint64_t address, void* data, std::size_t size) override {
    if (!contains(address, size)) {
      return false;
    }
    if (size != 0) {
      std::memcpy(data, ram.data() + (address - virt_map::ram), size);
    }
    return true;
  }
  bool write(std::uint64_t address, const void* data, std::size_t size) override {
    if (!contains(address, size)) {
      return false;
    }
    ram.load(address - virt_map::ram, data, size);
    for (const auto& each : harts) {
      each->core().forget_code();
      each->core().break_reservation();
    }
    return true;
  }

  // Building.
  void bind_devices() {
    checks.connect(crossbar.to("rom"), board->rom.socket);
    checks.connect(crossbar.to("finisher"), board->finisher.socket);
    checks.connect(crossbar.to("clint"), board->timer.socket);
    checks.connect(crossbar.to("plic"), board->interrupts.socket);
    checks.connect(crossbar.to("uart"), board->console.socket);
    for (unsigned i = 0; i < virt_map::virtio_slots; ++i) {
      checks.connect(crossbar.to(fmt::format("virtio{}", i)), board->slots[i]->socket);
    }
    for (unsigned i = 0; i < virt_map::flash_banks; ++i) {
      checks.connect(crossbar.to(fmt::format("flash{}", i)), board->flash[i]->socket);
    }
    board->finisher.on_finish([this](const finish& what) {
      switch (what.what) {
        case finish::kind::pass:
          end({machine_outcome::kind::passed, 0});
          break;
        case finish::kind::fail:
          end({machine_outcome::kind::failed, what.code});
          break;
        case finish::kind::reset:
          end({machine_outcome::kind::reset, 0});
          break;
      }
    });
  }

  void add_harts(std::uint64_t reset_pc) {
    for (unsigned i = 0; i < configuration.harts; ++i) {
      hart_module_configuration each;
      each.hart = {configuration.isa.xlen, i, reset_pc, configuration.isa.with};
      each.clock = configuration.clock;
      each.quantum = configuration.quantum;
      each.order = &order;
      each.last_runner = &last_runner;
      each.instructions_left = [this] {
        const std::uint64_t done = total().instructions;
        return limit > done && !outcome.has_value() ? limit - done : 0;
      };
      each.ahead_of_time = {virt_map::clint + clint::mtime_offset, 8};
      harts.push_back(std::make_unique<hart_module>(fmt::format("hart{}", i).c_str(), each));
      hart_module& added = *harts.back();
      checks.connect(added.socket, crossbar.in);
      if (host != nullptr) {
        added.watch_stores({host->tohost(), host->tohost() + (htif::request_size - 1)},
                           [this](std::uint64_t address, unsigned size) {
                             if (host->is_request(address, size)) {
                               serve_host();
                             }
                           });
      }
      if (board != nullptr) {
        board->timer.connect(added);
        board->interrupts.connect(added, hart::interrupt::external);
        board->interrupts.connect(added, hart::interrupt::supervisor_external);
        added.set_time_source(board->timer);
      }
    }
  }

  /// Notes that an image fills a part of RAM. Throws base::configuration_error where another is.
  void claim(const std::string& path, std::uint64_t address, std::uint64_t count) {
    for (const claimed_range& each : claimed) {
      if (count != 0 && address <= each.last && address + (count - 1) >= each.first) {
        throw base::configuration_error(
            path, 0, "",
            fmt::format("its {} bytes at {:#x} overlap {}, from {:#x} to {:#x}", count, address,
                        each.name, each.first, each.last));
      }
    }
    if (count != 0) {
      claimed.push_back({address, address + (count - 1), path});
    }
  }

  void load_elf(const std::string& path, const hart::elf_image& image) {
    for (const hart::elf_segment& each : image.segments) {
      claim(path, each.address, each.size);
      ram.load(each.address - virt_map::ram, each.data.data(), each.data.size());
      if (has_run) {
        ram.clear(each.address - virt_map::ram + each.data.size(), each.size - each.data.size());
      }
    }
    std::optional<std::uint64_t> tohost;
    std::optional<std::uint64_t> fromhost;
    for (const hart::elf_symbol& each : image.symbols) {
      if (each.name == "tohost") {
        tohost = each.address;
      } else if (each.name == "fromhost") {
        fromhost = each.address;
      }
    }
    if (tohost.has_value()) {
      host = std::make_unique<htif>(*this, *tohost, fromhost);
      host->on_character([this](char character) {
        if (sink) {
          sink(character);
        }
      });
    }
  }

  hart::elf_image read_program(const std::string& path) const {
    return hart::read_elf(path, configuration.isa.xlen,
                          {{virt_map::ram, configuration.memory.value}});
  }

  /// Puts an image into RAM; its entry.
  std::uint64_t load_image(const std::string& path, const char* option, std::uint64_t raw_base) {
    const std::string content = content_of(path);
    if (is_elf(content)) {
      const hart::elf_image image = read_program(path);
      load_elf(path, image);
      return image.entry;
    }
    if (!contains(raw_base, content.size())) {
      throw base::configuration_error(
          path, 0, option,
          fmt::format("{} bytes at {:#x} do not fit into {} of memory", content.size(), raw_base,
                      to_text(configuration.memory)));
    }
    claim(path, raw_base, content.size());
    ram.load(raw_base - virt_map::ram, content.data(), content.size());
    return raw_base;
  }

  std::uint64_t load_images() {
    claimed.clear();
    if (configuration.kind == machine_kind::virt) {
      claimed.push_back({virt_map::ram + tree_offset(),
                         virt_map::ram + tree_offset() + (tree_room - 1), "the device tree"});
    }
    if (!configuration.program.empty()) {
      const hart::elf_image image = read_program(configuration.program);
      load_elf(configuration.program, image);
      return load_initrd(), image.entry;
    }
    const std::uint64_t entry = load_image(configuration.bios, "bios", virt_map::ram);
    if (!configuration.kernel.empty()) {
      kernel_entry =
          load_image(configuration.kernel, "kernel",
                     virt_map::ram + (configuration.isa.xlen == 64 ? virt_map::kernel_offset_64
                                                                   : virt_map::kernel_offset_32));
    }
    load_initrd();
    return entry;
  }

  void load_initrd() {
    if (configuration.initrd.empty()) {
      return;
    }
    const std::string content = content_of(configuration.initrd);
    // In the middle of memory, but not beyond 128 MiB: clear of the kernel, whatever its size.
    initrd_base = virt_map::ram +
                  std::min<std::uint64_t>(configuration.memory.value / 2, std::uint64_t{128} << 20);
    if (!contains(initrd_base, content.size())) {
      throw base::configuration_error(
          configuration.initrd, 0, "initrd",
          fmt::format("{} bytes at {:#x} do not fit into {} of memory", content.size(), initrd_base,
                      to_text(configuration.memory)));
    }
    claim(configuration.initrd, initrd_base, content.size());
    ram.load(initrd_base - virt_map::ram, content.data(), content.size());
    initrd_bytes = content.size();
  }

  std::uint64_t tree_offset() const {
    return (configuration.memory.value - tree_room) & ~std::uint64_t{tree_room - 1};
  }

  /// The reset vector: a0 is mhartid, a1 the device tree, a2 what dynamic firmware is told.
  void write_boot_code(std::uint64_t entry) {
    device_tree_parameters tree;
    tree.isa = configuration.isa;
    tree.harts = configuration.harts;
    tree.memory_base = virt_map::ram;
    tree.memory_bytes = configuration.memory.value;
    tree.timebase_hz = configuration.timer_frequency.value;
    tree.flash_bank_bytes = cfi_flash::size;
    tree.boot_arguments = configuration.append;
    tree.initrd_base = initrd_base;
    tree.initrd_bytes = initrd_bytes;
    const std::vector<std::byte> blob = make_device_tree(tree);
    // In RAM, since firmware writes into it; at the end, where nothing is loaded.
    ram.load(tree_offset(), blob.data(), blob.size());

    const bool wide = configuration.isa.xlen == 64;
    const std::array<std::uint32_t, 6> code{
        0x0000'0297,                         // auipc t0, 0
        0x0282'8613,                         // addi a2, t0, 40
        0xf140'2573,                         // csrr a0, mhartid
        wide ? 0x0202'b583U : 0x0202'a583U,  // ld (lw) a1, 32(t0)
        wide ? 0x0182'b283U : 0x0182'a283U,  // ld (lw) t0, 24(t0)
        0x0002'8067,                         // jr t0
    };
    board->rom.load(0, code.data(), sizeof code);
    const std::array<std::uint64_t, 2> targets{entry, virt_map::ram + tree_offset()};
    board->rom.load(24, targets.data(), sizeof targets);
    // struct fw_dynamic_info of OpenSBI: magic, version, next address and mode, options, boot hart.
    constexpr std::uint64_t magic = 0x4942'534f;
    const std::array<std::uint64_t, 6> info{magic, 2, kernel_entry, 1, 0, 0};
    if (wide) {
      board->rom.load(40, info.data(), sizeof info);
    } else {
      std::array<std::uint32_t, 6> narrow{};
      std::transform(info.begin(), info.end(), narrow.begin(),
                     [](std::uint64_t value) { return static_cast<std::uint32_t>(value); });
      board->rom.load(40, narrow.data(), sizeof narrow);
    }
  }

  // Running.
  void end(const machine_outcome& how) {
    if (!outcome.has_value()) {
      outcome = how;
      for (const auto& each : harts) {
        each->end_turn();
      }
      sc_core::sc_stop();
    }
  }

  using input_source = std::function<std::optional<std::string>()>;

  /// Asks the UART's source, or that of the virtio console; it is no more when it has ended.
  void ask_uart() {
    if (const std::string typed = typed_at(input); !typed.empty() && board != nullptr) {
      board->console.receive(typed);
    }
  }
  void ask_console() {
    if (const std::string typed = typed_at(console_input); !typed.empty()) {
      board->second_console->receive(typed);
    }
  }
  static std::string typed_at(input_source& source) {
    const auto typed = source ? source() : std::nullopt;
    if (!typed.has_value()) {
      source = nullptr;
    }
    return typed.value_or(std::string());
  }

  /// The watch's turn, once a quantum.
  void look() {
    next_look = sc_core::sc_time_stamp() + configuration.quantum;
    order.set(watch, next_look);
    poll();
    if (!outcome.has_value() && total().instructions >= pause_instructions) {
      sc_core::sc_pause();
    }
  }

  void serve_host() {
    if (const auto code = host->serve(); code.has_value()) {
      end(*code == 0 ? machine_outcome{machine_outcome::kind::passed, 0}
                     : machine_outcome{machine_outcome::kind::failed, *code});
    }
  }

  void poll() {
    if (host != nullptr) {
      serve_host();  // what came in pieces, or by a device
      if (outcome.has_value()) {
        return;
      }
    }
    if (total().instructions >= limit) {
      end({machine_outcome::kind::instruction_limit, 0});
      return;
    }
    constexpr unsigned looks_per_input = 100;
    ++looks;
    if (looks % looks_per_input == 0) {
      ask_uart();
      ask_console();
    }
    const bool asleep = std::all_of(harts.begin(), harts.end(),
                                    [](const auto& each) { return each->sleeps_for_ever(); });
    const bool frames = board != nullptr && board->net != nullptr && board->net->expects_frames();
    if (asleep && !frames && !input && !console_input) {
      end({machine_outcome::kind::asleep, 0});
    }
  }

  base::snapshot_facts facts() const {
    const auto file = [](const std::string& path) {
      return path.empty() ? std::string("none")
                          : fmt::format("a file with checksum {:08x}", base::file_checksum(path));
    };
    return {
        {"machine", configuration.kind == machine_kind::virt ? "virt" : "bare"},
        {"isa", hart::isa_string(configuration.isa)},
        {"harts", fmt::format("{}", configuration.harts)},
        {"memory", fmt::format("{} bytes", configuration.memory.value)},
        {"quantum", fmt::format("{} ps", configuration.quantum.value())},
        {"clock", to_text(configuration.clock)},
        {"timer", to_text(configuration.timer_frequency)},
        {"program", file(configuration.program)},
        {"bios", file(configuration.bios)},
        {"kernel", file(configuration.kernel)},
        {"initrd", file(configuration.initrd)},
        {"append", configuration.append},
        {"drive", file(configuration.drive)},
        {"flash", file(configuration.flash)},
        {"net", configuration.net.exists ? "with " + configuration.net.peer : "none"},
        {"console", configuration.virtio_console ? "there" : "none"},
    };
  }

  void save(base::snapshot_writer& to) const {
    to.facts(facts());
    to.section("machine");
    to.number(sc_core::sc_time_stamp().value());
    to.number(next_look.value());
    to.number(looks);
    to.number(input == nullptr);
    to.number(console_input == nullptr);
    to.number(last_runner);
    ram.save(to);
    if (board != nullptr) {
      board->save(to);
    }
    for (const auto& each : harts) {
      each->save(to);
    }
  }

  sc_core::sc_time saved_at(base::snapshot_reader& from) const {
    from.expect_facts(facts());
    from.section("machine");
    return sc_core::sc_time::from_value(from.number<sc_dt::uint64>());
  }

  void restore(base::snapshot_reader& from) {
    const sc_core::sc_time now = saved_at(from);
    next_look = sc_core::sc_time::from_value(from.number<sc_dt::uint64>());
    from.number(looks);
    const bool input_had_ended = from.number<bool>();
    const bool console_input_had_ended = from.number<bool>();
    from.number(last_runner);
    if (next_look < now || next_look - now > configuration.quantum) {
      from.refuse("a time that is impossible");
    }
    // Nobody acts until simulated time is what it was.
    order.clear();
    base::ensure(now >= sc_core::sc_time_stamp(), "simulated time does not go back");
    sc_core::sc_start(now - sc_core::sc_time_stamp());
    order.set(watch, next_look);
    ram.restore(from);
    if (board != nullptr) {
      board->restore(from);
    }
    for (const auto& each : harts) {
      each->restore(from);
    }
    if (input_had_ended) {
      ask_uart();
    }
    if (console_input_had_ended) {
      ask_console();
    }
  }

  void reset() {
    has_run = true;
    const std::uint64_t entry = load_images();
    if (board != nullptr) {
      board->reset();
      write_boot_code(entry);
    }
    for (const auto& each : harts) {
      each->core().forget_code();
      each->reset();
    }
  }

  machine_statistics total() const {
    machine_statistics sum;
    for (const auto& each : harts) {
      sum.instructions += each->core().instructions();
      sum.traps += each->core().traps();
      sum.interrupts += each->core().interrupts();
    }
    return sum;
  }

  const virt_machine_configuration configuration;
  kernel::turns order;
  memory ram;
  const std::vector<address_window> map;
  bus crossbar;
  checker::checker_set checks;
  std::unique_ptr<devices> board;
  std::vector<std::unique_ptr<hart_module>> harts;
  std::uint64_t last_runner = 0;  ///< hart
  std::unique_ptr<htif> host;
  kernel::turns::member watch = 0;
  sc_core::sc_time next_look;
  struct claimed_range {
    std::uint64_t first;
    std::uint64_t last;
    std::string name;
  };
  std::vector<claimed_range> claimed;  ///< parts of RAM that images fill

  bool has_run = false;  ///< RAM is no longer what it is at power-on
  std::uint64_t kernel_entry = 0;
  std::uint64_t initrd_base = 0;
  std::uint64_t initrd_bytes = 0;

  std::function<void(char)> sink;
  input_source input;
  input_source console_input;
  std::function<void(const sc_core::sc_time&)> advance;  ///< instead of sc_start()
  std::uint32_t looks = 0;
  std::uint64_t limit = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t pause_instructions = std::numeric_limits<std::uint64_t>::max();
  std::optional<machine_outcome> outcome;
};

virt_machine::virt_machine(const virt_machine_configuration& configuration)
    : parts_(std::make_unique<parts>(configuration)) {}

virt_machine::~virt_machine() = default;

void virt_machine::on_character(std::function<void(char character)> sink) {
  parts_->sink = std::move(sink);
  if (parts_->board != nullptr) {
    parts_->board->console.on_character([this](char character) { parts_->sink(character); });
  }
}

void virt_machine::on_input(std::function<std::optional<std::string>()> source) {
  parts_->input = std::move(source);
}

void virt_machine::type(std::string_view text) {
  if (parts_->board != nullptr) {
    parts_->board->console.receive(text);
  }
}

void virt_machine::on_console_character(std::function<void(char character)> sink) {
  base::ensure(parts_->board != nullptr && parts_->board->second_console != nullptr,
               "the machine has a virtio console");
  parts_->board->second_console->on_character(std::move(sink));
}

void virt_machine::on_console_input(std::function<std::optional<std::string>()> source) {
  parts_->console_input = std::move(source);
}

void virt_machine::type_at_console(std::string_view text) {
  parts_->board->second_console->receive(text);
}

machine_outcome virt_machine::run(std::uint64_t max_instructions) {
  return run_to({}, max_instructions).value_or(machine_outcome{machine_outcome::kind::asleep, 0});
}

std::optional<machine_outcome> virt_machine::run_to(const pause_point& pause,
                                                    std::uint64_t max_instructions) {
  parts_->limit = max_instructions;
  parts_->pause_instructions = pause.instructions;
  parts_->outcome.reset();
  if (parts_->advance) {
    // A debugger is heard once per stride.
    const sc_core::sc_time stride(1, sc_core::SC_MS);
    while (!parts_->outcome.has_value() && sc_core::sc_time_stamp() < pause.time) {
      parts_->advance(std::min(stride, pause.time - sc_core::sc_time_stamp()));
    }
  } else if (pause.time == sc_core::sc_max_time()) {
    sc_core::sc_start();
  } else if (pause.time > sc_core::sc_time_stamp()) {
    sc_core::sc_start(pause.time - sc_core::sc_time_stamp());
  }
  // Between two times there is nothing under way.
  while (!parts_->outcome.has_value() && sc_core::sc_pending_activity_at_current_time()) {
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
  }
  return parts_->outcome;
}

void virt_machine::save(base::snapshot_writer& to) const {
  parts_->save(to);
}

void virt_machine::restore(base::snapshot_reader& from) {
  parts_->restore(from);
}

sc_core::sc_time virt_machine::saved_at(base::snapshot_reader& from) const {
  return parts_->saved_at(from);
}

void virt_machine::advance_by(std::function<void(const sc_core::sc_time& span)> advance) {
  parts_->advance = std::move(advance);
}

const std::vector<address_window>& virt_machine::address_map() const {
  return parts_->map;
}

bool virt_machine::read_debug(std::uint64_t address, void* data, std::size_t size) {
  return parts_->harts.front()->read_debug(address, data, size);
}

bool virt_machine::write_debug(std::uint64_t address, const void* data, std::size_t size) {
  const bool done = parts_->harts.front()->write_debug(address, data, size);
  for (const auto& each : parts_->harts) {
    each->core().forget_code();
  }
  return done;
}

void virt_machine::reset() {
  parts_->reset();
}

machine_statistics virt_machine::statistics() const {
  return parts_->total();
}

std::vector<hart_module*> virt_machine::harts() {
  std::vector<hart_module*> all;
  for (const auto& each : parts_->harts) {
    all.push_back(each.get());
  }
  return all;
}

}  // namespace sn::soc
