#include "soc/device_tree.h"

#include <fmt/format.h>
#include <libfdt.h>

#include "base/error.h"
#include "soc/virt_map.h"

namespace sn::soc {
namespace {

/// A blob in the making: nodes and properties in order.
class writer {
 public:
  writer() : blob_(capacity) {
    check(fdt_create(blob_.data(), static_cast<int>(blob_.size())));
    check(fdt_finish_reservemap(blob_.data()));
  }
  void begin(const std::string& name) { check(fdt_begin_node(blob_.data(), name.c_str())); }
  void end() { check(fdt_end_node(blob_.data())); }
  void text(const char* name, const std::string& value) {
    check(fdt_property(blob_.data(), name, value.c_str(), static_cast<int>(value.size() + 1)));
  }
  /// Strings one after the other, each with its end.
  void texts(const char* name, const std::vector<std::string>& values) {
    std::string joined;
    for (const std::string& each : values) {
      joined += each;
      joined += '\0';
    }
    check(fdt_property(blob_.data(), name, joined.data(), static_cast<int>(joined.size())));
  }
  void cells(const char* name, const std::vector<std::uint32_t>& values) {
    std::vector<fdt32_t> stored;
    stored.reserve(values.size());
    for (const std::uint32_t each : values) {
      stored.push_back(cpu_to_fdt32(each));
    }
    check(fdt_property(blob_.data(), name, stored.data(),
                       static_cast<int>(stored.size() * sizeof(fdt32_t))));
  }
  void cell(const char* name, std::uint32_t value) { cells(name, {value}); }
  void flag(const char* name) { check(fdt_property(blob_.data(), name, nullptr, 0)); }
  /// Address and size, two cells each.
  void window(std::uint64_t base, std::uint64_t size) {
    cells("reg", {high(base), low(base), high(size), low(size)});
  }
  std::vector<std::byte> finish() {
    check(fdt_finish(blob_.data()));
    check(fdt_pack(blob_.data()));
    blob_.resize(fdt_totalsize(blob_.data()));
    return std::move(blob_);
  }
  static std::uint32_t high(std::uint64_t value) { return static_cast<std::uint32_t>(value >> 32); }
  static std::uint32_t low(std::uint64_t value) { return static_cast<std::uint32_t>(value); }

 private:
  static constexpr std::size_t capacity = 0x1'0000;
  static void check(int outcome) { base::ensure(outcome == 0, "a device tree fits into 64 KiB"); }

  std::vector<std::byte> blob_;
};

constexpr std::uint32_t finisher_handle = 1;
constexpr std::uint32_t plic_handle = 2;
constexpr std::uint32_t first_cpu_handle = 16;

void add_harts(writer& tree, const device_tree_parameters& parameters) {
  tree.begin("cpus");
  tree.cell("#address-cells", 1);
  tree.cell("#size-cells", 0);
  tree.cell("timebase-frequency", static_cast<std::uint32_t>(parameters.timebase_hz));
  for (unsigned i = 0; i < parameters.harts; ++i) {
    tree.begin(fmt::format("cpu@{:x}", i));
    tree.text("device_type", "cpu");
    tree.cell("reg", i);
    tree.text("status", "okay");
    tree.text("compatible", "riscv");
    tree.text("riscv,isa", hart::isa_string(parameters.isa));
    tree.text("mmu-type", parameters.isa.xlen == 64 ? "riscv,sv48" : "riscv,sv32");
    tree.begin("interrupt-controller");
    tree.cell("#interrupt-cells", 1);
    tree.flag("interrupt-controller");
    tree.text("compatible", "riscv,cpu-intc");
    tree.cell("phandle", first_cpu_handle + i);
    tree.end();
    tree.end();
  }
  tree.end();
}

/// Per hart its handle and two of its interrupts.
std::vector<std::uint32_t> interrupts(unsigned harts, std::uint32_t first, std::uint32_t second) {
  std::vector<std::uint32_t> cells;
  for (unsigned i = 0; i < harts; ++i) {
    cells.insert(cells.end(), {first_cpu_handle + i, first, first_cpu_handle + i, second});
  }
  return cells;
}

void add_devices(writer& tree, const device_tree_parameters& parameters) {
  tree.begin("soc");
  tree.cell("#address-cells", 2);
  tree.cell("#size-cells", 2);
  tree.text("compatible", "simple-bus");
  tree.flag("ranges");

  tree.begin(fmt::format("test@{:x}", virt_map::finisher));
  tree.texts("compatible", {"sifive,test1", "sifive,test0", "syscon"});
  tree.window(virt_map::finisher, virt_map::finisher_size);
  tree.cell("phandle", finisher_handle);
  tree.end();

  tree.begin(fmt::format("clint@{:x}", virt_map::clint));
  tree.texts("compatible", {"sifive,clint0", "riscv,clint0"});
  tree.window(virt_map::clint, virt_map::clint_size);
  tree.cells("interrupts-extended", interrupts(parameters.harts, 3, 7));
  tree.end();

  tree.begin(fmt::format("plic@{:x}", virt_map::plic));
  tree.texts("compatible", {"sifive,plic-1.0.0", "riscv,plic0"});
  tree.window(virt_map::plic, virt_map::plic_size);
  tree.cell("#address-cells", 0);
  tree.cell("#interrupt-cells", 1);
  tree.flag("interrupt-controller");
  tree.cells("interrupts-extended", interrupts(parameters.harts, 11, 9));
  tree.cell("riscv,ndev", virt_map::interrupt_sources);
  tree.cell("phandle", plic_handle);
  tree.end();

  for (unsigned i = 0; i < virt_map::virtio_slots; ++i) {
    const std::uint64_t base = virt_map::virtio + i * virt_map::virtio_size;
    tree.begin(fmt::format("virtio_mmio@{:x}", base));
    tree.text("compatible", "virtio,mmio");
    tree.window(base, virt_map::virtio_size);
    tree.cell("interrupt-parent", plic_handle);
    tree.cell("interrupts", virt_map::first_virtio_interrupt + i);
    tree.end();
  }

  tree.begin(fmt::format("serial@{:x}", virt_map::uart));
  tree.text("compatible", "ns16550a");
  tree.window(virt_map::uart, virt_map::uart_size);
  tree.cell("clock-frequency", virt_map::uart_clock_hz);
  tree.cell("interrupt-parent", plic_handle);
  tree.cell("interrupts", virt_map::uart_interrupt);
  tree.end();

  if (parameters.flash_bank_bytes != 0) {
    tree.begin(fmt::format("flash@{:x}", virt_map::flash));
    tree.text("compatible", "cfi-flash");
    std::vector<std::uint32_t> banks;
    for (unsigned i = 0; i < virt_map::flash_banks; ++i) {
      const std::uint64_t base = virt_map::flash + i * parameters.flash_bank_bytes;
      banks.insert(banks.end(),
                   {writer::high(base), writer::low(base), 0, parameters.flash_bank_bytes});
    }
    tree.cells("reg", banks);
    tree.cell("bank-width", 4);
    tree.end();
  }
  tree.end();

  struct request {
    const char* node;
    const char* compatible;
    std::uint32_t value;
  };
  for (const request& each : {request{"poweroff", "syscon-poweroff", 0x5555},
                              request{"reboot", "syscon-reboot", 0x7777}}) {
    tree.begin(each.node);
    tree.text("compatible", each.compatible);
    tree.cell("regmap", finisher_handle);
    tree.cell("offset", 0);
    tree.cell("value", each.value);
    tree.end();
  }
}

void add_choices(writer& tree, const device_tree_parameters& parameters) {
  tree.begin("chosen");
  tree.text("stdout-path", fmt::format("/soc/serial@{:x}", virt_map::uart));
  if (!parameters.boot_arguments.empty()) {
    tree.text("bootargs", parameters.boot_arguments);
  }
  if (parameters.initrd_bytes != 0) {
    const std::uint64_t end = parameters.initrd_base + parameters.initrd_bytes;
    tree.cells("linux,initrd-start",
               {writer::high(parameters.initrd_base), writer::low(parameters.initrd_base)});
    tree.cells("linux,initrd-end", {writer::high(end), writer::low(end)});
  }
  tree.end();
}

}  // namespace

std::vector<std::byte> make_device_tree(const device_tree_parameters& parameters) {
  writer tree;
  tree.begin("");
  tree.cell("#address-cells", 2);
  tree.cell("#size-cells", 2);
  tree.text("compatible", "riscv-virtio");
  tree.text("model", "riscv-virtio,supernode");
  add_choices(tree, parameters);
  tree.begin(fmt::format("memory@{:x}", parameters.memory_base));
  tree.text("device_type", "memory");
  tree.window(parameters.memory_base, parameters.memory_bytes);
  tree.end();
  add_harts(tree, parameters);
  add_devices(tree, parameters);
  tree.end();
  return tree.finish();
}

}  // namespace sn::soc
