// A hart with a little memory around it, for tests.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include "hart/csr.h"
#include "hart/hart.h"

namespace sn::hart::test {

/// RAM at 0x8000'0000, ROM at 0x2000, and a device at 0x1000'0000; errors elsewhere.
class board : public bus {
 public:
  static constexpr std::uint64_t ram_base = 0x8000'0000;
  static constexpr std::uint64_t ram_size = 0x1'0000;
  static constexpr std::uint64_t rom_base = 0x2000;
  static constexpr std::uint64_t rom_size = 0x800;
  static constexpr std::uint64_t device_base = 0x1000'0000;

  struct device_access {
    bool write;
    std::uint64_t address;
    unsigned size;
    std::uint64_t value;
    std::uint64_t executed;  ///< what the hart had executed in this run()
  };

  bus_status read(std::uint64_t address, unsigned size, std::uint64_t& value) override {
    if (!is_device(address)) {
      return bus_status::error;
    }
    return access({false, address, size, value = device_value, 0});
  }
  bus_status write(std::uint64_t address, unsigned size, std::uint64_t value) override {
    if (!is_device(address)) {
      return bus_status::error;
    }
    return access({true, address, size, value, 0});
  }
  direct_window direct(std::uint64_t address) override {
    if (address - ram_base < ram_size) {
      return {ram_base, ram_size, ram.data(), true};
    }
    if (address - rom_base < rom_size) {
      return {rom_base, rom_size, rom.data(), false};
    }
    return {};
  }
  std::uint64_t time() override { return time_value; }

  std::vector<std::byte> ram = std::vector<std::byte>(ram_size);
  std::vector<std::byte> rom = std::vector<std::byte>(rom_size);
  std::vector<device_access> accesses;
  std::uint64_t device_value = 0;
  std::uint64_t time_value = 0;
  unsigned retries = 0;         ///< how often the device answers retry first
  bool stop_on_access = false;  ///< whether the device ends run()
  hart* master = nullptr;

 private:
  static bool is_device(std::uint64_t address) { return address - device_base < 0x100; }

  bus_status access(device_access what) {
    what.executed = master->executed();
    if (retries > 0) {
      --retries;
      return bus_status::retry;
    }
    accesses.push_back(what);
    if (stop_on_access) {
      master->request_stop();
    }
    return bus_status::ok;
  }
};

/// The board with one hart that begins at the start of RAM, its trap vector at RAM + 0x8000.
class machine {
 public:
  static constexpr std::uint64_t code = board::ram_base;
  static constexpr std::uint64_t data = board::ram_base + 0x4000;
  static constexpr std::uint64_t vector = board::ram_base + 0x8000;

  explicit machine(unsigned xlen) : machine(configuration{xlen, 5, code, {}}) {}
  explicit machine(const configuration& wanted) : core(make_hart(wanted, memory)) {
    memory.master = core.get();
    core->write_csr(csr::mtvec, vector);
  }

  /// Puts instructions (or data) into RAM.
  void load(std::uint64_t address, const std::vector<std::uint32_t>& words) {
    std::memcpy(&memory.ram.at(address - board::ram_base), words.data(), words.size() * 4);
    core->forget_code();
  }
  /// Puts a program at the reset vector and executes as many instructions as it has.
  void execute(const std::vector<std::uint32_t>& program) {
    load(code, program);
    core->set_pc(code);
    core->run(program.size());
  }
  void set(unsigned index, std::uint64_t value) { core->write_register(index, value); }
  std::uint64_t get(unsigned index) const { return core->read_register(index); }
  std::uint64_t csr(unsigned number) const { return core->read_csr(number).value(); }

  template <typename T>
  T peek(std::uint64_t address) const {
    T value;
    std::memcpy(&value, &memory.ram.at(address - board::ram_base), sizeof value);
    return value;
  }
  template <typename T>
  void poke(std::uint64_t address, T value) {
    std::memcpy(&memory.ram.at(address - board::ram_base), &value, sizeof value);
  }

  board memory;
  std::unique_ptr<hart> core;
};

}  // namespace sn::hart::test
