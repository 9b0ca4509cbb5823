#include "gdb/machine_targets.h"

#include <fmt/format.h>

namespace sn::gdb {

namespace {

class machine_hart : public target {
 public:
  machine_hart(soc::virt_machine& machine, soc::hart_module& hart)
      : machine_(machine), hart_(hart) {}

  soc::hart_module& hart() override { return hart_; }
  bool read_debug(std::uint64_t address, void* data, std::size_t size) override {
    return machine_.read_debug(address, data, size);
  }
  bool write_debug(std::uint64_t address, const void* data, std::size_t size) override {
    return machine_.write_debug(address, data, size);
  }
  const std::vector<soc::address_window>& address_map() const override {
    return machine_.address_map();
  }
  std::optional<std::string> reset() override {
    machine_.reset();
    return "the machine";
  }

 private:
  soc::virt_machine& machine_;
  soc::hart_module& hart_;
};

}  // namespace

std::vector<named_target> harts_of(soc::virt_machine& machine) {
  std::vector<named_target> all;
  for (soc::hart_module* each : machine.harts()) {
    all.push_back(
        {fmt::format("hart{}", all.size()), std::make_shared<machine_hart>(machine, *each)});
  }
  return all;
}

}  // namespace sn::gdb
