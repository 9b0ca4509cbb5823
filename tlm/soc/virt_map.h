// Where the devices of the virt machine lie: the map that firmware images for it know.
#pragma once

#include <cstdint>

namespace sn::soc::virt_map {

inline constexpr std::uint64_t rom = 0x0000'1000;  ///< reset vector
inline constexpr std::uint64_t rom_size = 0xf000;
inline constexpr std::uint64_t finisher = 0x0010'0000;
inline constexpr std::uint64_t finisher_size = 0x1000;
inline constexpr std::uint64_t clint = 0x0200'0000;
inline constexpr std::uint64_t clint_size = 0x1'0000;
inline constexpr std::uint64_t plic = 0x0c00'0000;
inline constexpr std::uint64_t plic_size = 0x400'0000;
inline constexpr std::uint64_t uart = 0x1000'0000;
inline constexpr std::uint64_t uart_size = 0x100;
inline constexpr std::uint64_t virtio = 0x1000'1000;  ///< the first of the slots
inline constexpr std::uint64_t virtio_size = 0x1000;
inline constexpr unsigned virtio_slots = 8;
inline constexpr unsigned drive_slot = 0;
inline constexpr unsigned net_slot = 1;
inline constexpr unsigned console_slot = 2;
inline constexpr std::uint64_t flash = 0x2000'0000;  ///< the first of the banks
inline constexpr unsigned flash_banks = 2;
inline constexpr std::uint64_t ram = 0x8000'0000;

/// Supervisor software begins this far into RAM on RV64, and 4 MiB into it on RV32.
inline constexpr std::uint64_t kernel_offset_64 = 0x20'0000;
inline constexpr std::uint64_t kernel_offset_32 = 0x40'0000;

// Sources of the PLIC.
inline constexpr unsigned interrupt_sources = 96;
inline constexpr unsigned first_virtio_interrupt = 1;
inline constexpr unsigned uart_interrupt = 10;

inline constexpr std::uint32_t uart_clock_hz = 3'686'400;

}  // namespace sn::soc::virt_map
