// Any accesses to the devices of the virt machine and any queues of its virtio slots: nothing may
// harm the host, what registers say must fit together, and a snapshot of all that comes of it holds
// it.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <systemc>
#include <vector>

#include "base/snapshot.h"
#include "fuzz/input_reader.h"
#include "kernel/turns.h"
#include "soc/clint.h"
#include "soc/plic.h"
#include "soc/test_finisher.h"
#include "soc/uart.h"
#include "soc/virtio_block.h"
#include "soc/virtio_console.h"
#include "soc/virtio_mmio.h"
#include "soc/virtio_net.h"
#include "unit/soc/recorded_inputs.h"
#include "unit/soc/tlm_access.h"

namespace {

namespace soc = sn::soc;
using sn::fuzz::input_reader;

constexpr std::uint64_t memory_base = 0x8000'0000;
constexpr std::size_t memory_bytes = 0x8000;
constexpr unsigned sources = 40;
constexpr unsigned contexts = 3;

void check(bool holds) {
  if (!holds) {
    std::abort();
  }
}

/// What the devices may reach; the sanitizer sees who reaches beyond.
class memory final : public soc::dma_memory {
 public:
  bool read(std::uint64_t address, void* data, std::size_t size) override {
    if (!contains(address, size)) {
      return false;
    }
    if (size != 0) {
      std::memcpy(data, &bytes[address - memory_base], size);
    }
    return true;
  }
  bool write(std::uint64_t address, const void* data, std::size_t size) override {
    if (!contains(address, size)) {
      return false;
    }
    if (size != 0) {
      std::memcpy(&bytes[address - memory_base], data, size);
    }
    return true;
  }
  std::vector<std::uint8_t> bytes = std::vector<std::uint8_t>(memory_bytes);

 private:
  static bool contains(std::uint64_t address, std::size_t size) {
    return address >= memory_base && address - memory_base < memory_bytes &&
           size <= memory_bytes - (address - memory_base);
  }
};

std::string disk_file() {
  std::string path = std::filesystem::temp_directory_path() / "fuzz_disk_XXXXXX";
  const int file = mkstemp(path.data());
  check(file >= 0);
  std::ofstream(path) << std::string(16 * soc::virtio_block::sector_bytes, 'd');
  return path;
}

/// All devices, made once: SystemC builds only once.
struct bench {
  bench() {
    soc::net_connection loop;
    loop.exists = true;
    loop.peer = "loopback";
    soc::net_connection answering = loop;
    answering.peer = "host";
    add(std::make_unique<soc::virtio_block>(disk_file(), true));
    add(std::make_unique<soc::virtio_net>(loop, order));
    add(std::make_unique<soc::virtio_net>(answering, order));
    auto console_made = std::make_unique<soc::virtio_console>();
    console = console_made.get();
    add(std::move(console_made));
    add(nullptr);
    for (unsigned i = 0; i < 2; ++i) {
      timer.connect(harts.at(i));
    }
    for (unsigned i = 0; i < contexts; ++i) {
      interrupts.connect(outputs.at(i));
    }
    serial.on_interrupt([this](bool level) { interrupts.set_level(10, level); });
    bus_of_uart.connect(serial.socket);
    bus_of_plic.connect(interrupts.socket);
    bus_of_clint.connect(timer.socket);
    bus_of_finisher.connect(finisher.socket);
    soc::test::elaborate();
    fresh = state();
  }
  void add(std::unique_ptr<soc::virtio_backend> backend) {
    const auto number = static_cast<unsigned>(slots.size());
    slots.push_back(std::make_unique<soc::virtio_mmio>(("slot" + std::to_string(number)).c_str(),
                                                       ram, std::move(backend)));
    slots.back()->on_interrupt(
        [this, number](bool level) { interrupts.set_level(number + 1, level); });
    buses.push_back(
        std::make_unique<soc::test::initiator>(("bus" + std::to_string(number)).c_str()));
    buses.back()->connect(slots.back()->socket);
  }
  std::vector<std::byte> state() const {
    sn::base::snapshot_writer to;
    serial.save(to);
    interrupts.save(to);
    timer.save(to);
    for (const auto& each : slots) {
      each->save(to);
    }
    return to.finish();
  }
  void begin() {
    restore(fresh);
    // The levels at a hart belong to the hart's state.
    for (auto& each : harts) {
      each.set_interrupt(sn::hart::interrupt::software, false);
    }
    for (auto& each : outputs) {
      each.set_interrupt(sn::hart::interrupt::external, false);
    }
  }
  void restore(const std::vector<std::byte>& from) {
    order.clear();
    sn::base::snapshot_reader reader("state", from.data(), from.size());
    serial.restore(reader);
    interrupts.restore(reader);
    timer.restore(reader);
    for (const auto& each : slots) {
      each->restore(reader);
    }
    reader.end();
  }

  memory ram;
  sn::kernel::turns order{"turns"};
  soc::uart serial{"uart"};
  soc::plic interrupts{"plic", sources};
  soc::clint timer{"clint", sn::base::hertz{10'000'000}};
  soc::test_finisher finisher{"finisher"};
  std::vector<std::unique_ptr<soc::virtio_mmio>> slots;
  soc::virtio_console* console = nullptr;
  std::array<soc::test::recorded_inputs, 2> harts;
  std::array<soc::test::recorded_inputs, contexts> outputs;
  soc::test::initiator bus_of_uart{"bus_of_uart"};
  soc::test::initiator bus_of_plic{"bus_of_plic"};
  soc::test::initiator bus_of_clint{"bus_of_clint"};
  soc::test::initiator bus_of_finisher{"bus_of_finisher"};
  std::vector<std::unique_ptr<soc::test::initiator>> buses;
  std::vector<std::byte> fresh;
};

void access(soc::test::initiator& bus, input_reader& input, std::uint64_t at, unsigned bytes) {
  at &= ~std::uint64_t{bytes - 1};
  if ((input.byte() & 1U) != 0) {
    bus.read(at, bytes);
  } else {
    bus.write(at, bytes,
              bytes == 8 ? std::uint64_t{input.word()} << 32 | input.word()
                         : std::uint64_t{input.word()});
  }
  check(bus.status() != tlm::TLM_INCOMPLETE_RESPONSE);
}

/// A place where registers of the interrupt controller lie, or near.
std::uint64_t plic_place(input_reader& input) {
  const unsigned what = input.byte();
  const std::uint64_t fine = input.byte() * 4;
  switch (what % 4) {
    case 0:
      return fine;
    case 1:
      return 0x1000 + fine % 0x100;
    case 2:
      return 0x2000 + 0x80 * (what / 4 % 4) + fine % 0x80;
    default:
      return 0x20'0000 + 0x1000 * (what / 4 % 4) + fine % 8;
  }
}

/// A driver that does what is right, so that queues are served: of `slot`, queue `queue`.
void set_up_queue(bench& all, unsigned slot, unsigned queue, unsigned entries) {
  soc::test::initiator& bus = *all.buses.at(slot);
  const std::uint32_t base = static_cast<std::uint32_t>(memory_base) + queue * 0x2000;
  bus.write(0x070, 4, 3);
  bus.write(0x024, 4, 1);
  bus.write(0x020, 4, 1);
  bus.write(0x070, 4, 3 | 8);
  bus.write(0x030, 4, queue);
  bus.write(0x038, 4, entries);
  bus.write(0x080, 4, base);
  bus.write(0x090, 4, base + 0x1000);
  bus.write(0x0a0, 4, base + 0x1800);
  bus.write(0x044, 4, 1);
  bus.write(0x070, 4, 3 | 8 | 4);
}

/// A descriptor, mostly of a part of memory, and an offer of it.
void offer(bench& all, input_reader& input) {
  const unsigned what = input.byte();
  const unsigned queue = what & 1U;
  const unsigned index = what / 2 % 8;
  struct {
    std::uint64_t address;
    std::uint32_t length;
    std::uint16_t flags;
    std::uint16_t next;
  } descriptor{memory_base + 0x4000 + input.half() % 0x4000, input.half() % 2048,
               static_cast<std::uint16_t>(input.byte() % 4),
               static_cast<std::uint16_t>(input.byte() % 10)};
  if (what >= 0xf0) {
    descriptor.address = std::uint64_t{input.word()} << 32 | input.word();
    descriptor.length = input.word();
  }
  const std::uint64_t base = memory_base + queue * 0x2000U;
  check(all.ram.write(base + 16U * index, &descriptor, sizeof descriptor));
  std::uint16_t count = 0;
  check(all.ram.read(base + 0x1002, &count, sizeof count));
  const auto head = static_cast<std::uint16_t>(index);
  check(all.ram.write(base + 0x1004 + 2U * (count % 8), &head, sizeof head));
  ++count;
  check(all.ram.write(base + 0x1002, &count, sizeof count));
}

/// Levels at harts are what the registers say.
void look(bench& all) {
  using sn::hart::interrupt;
  for (unsigned i = 0; i < 2; ++i) {
    check((all.bus_of_clint.read(4 * i, 4) == 1) == all.harts.at(i).is_high(interrupt::software));
  }
  std::array<std::uint64_t, 2> pending{all.bus_of_plic.read(0x1000, 4),
                                       all.bus_of_plic.read(0x1004, 4)};
  for (unsigned context = 0; context < contexts; ++context) {
    const std::uint64_t threshold = all.bus_of_plic.read(0x20'0000 + 0x1000 * context, 4);
    bool wanted = false;
    for (unsigned source = 1; source <= sources; ++source) {
      const std::uint64_t enabled =
          all.bus_of_plic.read(0x2000 + 0x80 * context + source / 32 * 4, 4);
      wanted = wanted || ((enabled & pending.at(source / 32)) >> (source % 32) & 1U &&
                          all.bus_of_plic.read(4 * std::uint64_t{source}, 4) > threshold);
    }
    check(wanted == all.outputs.at(context).is_high(interrupt::external));
  }
}

}  // namespace

// The library of SystemC asks for it.
int sc_main(int /*count*/, char* /*arguments*/[]) {
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static bench all;
  all.begin();
  std::fill(all.ram.bytes.begin(), all.ram.bytes.end(), std::uint8_t{0});
  input_reader input(data, size);
  while (input.more()) {
    const unsigned what = input.byte();
    const unsigned slot = what / 16 % static_cast<unsigned>(all.slots.size());
    switch (what % 16) {
      case 0:
        access(all.bus_of_uart, input, input.byte() % 10, 1U << (what / 16 % 3));
        break;
      case 1:
        access(all.bus_of_plic, input, plic_place(input), 4U << (what / 16 % 2));
        break;
      case 2: {
        constexpr std::array<std::uint64_t, 5> places{0, 8, 0x4000, 0x4010, 0xbff8};
        access(all.bus_of_clint, input, places.at(input.byte() % 5) + input.byte() % 8,
               1U << (what / 16 % 4));
        break;
      }
      case 3:
        access(all.bus_of_finisher, input, input.byte(), 1U << (what / 16 % 4));
        break;
      case 4:
      case 5:
      case 6:
        access(*all.buses.at(slot), input, input.half() % 0x140, what % 16 == 4 ? 1 : 4);
        break;
      case 7:
        set_up_queue(all, slot, input.byte() % 2, 8);
        break;
      case 8:
      case 9:
      case 10:
        offer(all, input);
        break;
      case 11: {
        const std::uint32_t value = input.word();
        check(all.ram.write(memory_base + input.half() % (memory_bytes - 4), &value, sizeof value));
        break;
      }
      case 12:
        all.buses.at(slot)->write(0x050, 4, input.byte() % 2);
        break;
      case 13:
        all.serial.receive("typed");
        all.console->receive(std::string(1 + input.byte(), 't'));
        break;
      case 14:
        sc_core::sc_start(sc_core::sc_time(1 + input.byte() / 8, sc_core::SC_US));
        break;
      default:
        look(all);
        break;
    }
  }
  look(all);
  // What is saved is what is restored.
  const std::vector<std::byte> state = all.state();
  all.restore(state);
  check(all.state() == state);
  return 0;
}
