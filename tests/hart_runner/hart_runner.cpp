// Runs an ELF file on a bare hart with the least of QEMU's `virt` machine: RAM, the transmitter of
// the UART (to standard output), and the test finisher. Exit status as QEMU's: 0 on pass, the code
// on failure.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <optional>
#include <string>
#include <vector>

#include "hart/elf.h"
#include "hart/hart.h"
#include "hart/isa.h"

namespace {

/// RAM of 16 MiB, UART and finisher.
class small_machine : public sn::hart::bus {
 public:
  static constexpr std::uint64_t ram_base = 0x8000'0000;
  static constexpr std::uint64_t ram_size = 16 << 20;
  static constexpr std::uint64_t uart_base = 0x1000'0000;
  static constexpr std::uint64_t uart_line_status = uart_base + 5;
  static constexpr std::uint64_t uart_always_empty = 0x60;
  static constexpr std::uint64_t finisher = 0x10'0000;

  sn::hart::bus_status read(std::uint64_t address, unsigned /*size*/,
                            std::uint64_t& value) override {
    if (address - uart_base >= 8) {
      return sn::hart::bus_status::error;
    }
    value = address == uart_line_status ? uart_always_empty : 0;
    return sn::hart::bus_status::ok;
  }
  sn::hart::bus_status write(std::uint64_t address, unsigned /*size*/,
                             std::uint64_t value) override {
    if (address == uart_base) {
      std::putchar(static_cast<int>(value & 0xff));
    } else if (address == finisher) {
      status = (value & 0xffff) == 0x5555 ? 0 : static_cast<int>(value >> 16 & 0xff);
      master->request_stop();
    } else {
      return sn::hart::bus_status::error;
    }
    return sn::hart::bus_status::ok;
  }
  sn::hart::direct_window direct(std::uint64_t address) override {
    if (address - ram_base < ram_size) {
      return {ram_base, ram_size, ram.data(), true};
    }
    return {};
  }

  std::vector<std::byte> ram = std::vector<std::byte>(ram_size);
  std::optional<int> status;
  sn::hart::hart* master = nullptr;
};

/// Nothing if the program did not end within the limit.
std::optional<int> run(const std::string& file, const std::string& isa_text,
                       std::uint64_t max_instructions) {
  const sn::hart::isa isa = sn::hart::parse_isa(isa_text);
  small_machine memory;
  const sn::hart::elf_image image =
      sn::hart::read_elf(file, isa.xlen, {{small_machine::ram_base, small_machine::ram_size}});
  for (const sn::hart::elf_segment& segment : image.segments) {
    std::copy(segment.data.begin(), segment.data.end(),
              &memory.ram.at(segment.address - small_machine::ram_base));
  }
  const auto hart = sn::hart::make_hart({isa.xlen, 0, image.entry, isa.with}, memory);
  memory.master = hart.get();
  hart->run(max_instructions);
  std::fprintf(stderr, "instructions %llu\n",
               static_cast<unsigned long long>(hart->instructions()));
  return memory.status;
}

}  // namespace

int main(int argc, char** argv) try {
  CLI::App app("Runs a program on a bare hart with RAM, UART output and test finisher.");
  std::string file;
  std::string isa = "rv64gc";
  std::uint64_t max_instructions = 10'000'000'000;
  app.add_option("file", file, "ELF file")->required();
  app.add_option("--isa", isa, "instruction set")->capture_default_str();
  app.add_option("--max-instructions", max_instructions, "limit")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  const std::optional<int> status = run(file, isa, max_instructions);
  if (!status.has_value()) {
    std::fprintf(stderr, "hart_runner: %s did not end by itself\n", file.c_str());
    return 2;
  }
  return *status;
} catch (const std::exception& error) {
  std::fprintf(stderr, "hart_runner: %s\n", error.what());
  return 2;
}
