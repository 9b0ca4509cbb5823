// What a hart needs of the world around it: one small interface, so that the core runs with or
// without SystemC.
#pragma once

#include <cstddef>
#include <cstdint>

namespace sn::hart {

/// How an access to the bus ended.
enum class bus_status {
  ok,
  error,  ///< the instruction traps with an access fault
  retry,  ///< not now: run() ends before the instruction, and the next run() executes it anew
};

/// A window of plain memory that may be read (and written, if `writable`) through a host pointer.
struct direct_window {
  std::uint64_t base = 0;     ///< first guest physical address
  std::uint64_t size = 0;     ///< in bytes; 0: no window at this address
  std::byte* host = nullptr;  ///< host address of `base`
  bool writable = false;
};

/// The memory system as a hart sees it, in guest physical addresses.
class bus {
 public:
  bus() = default;
  bus(const bus&) = delete;
  bus& operator=(const bus&) = delete;
  virtual ~bus() = default;

  /// Reads `size` bytes (1, 2, 4 or 8, naturally aligned), little-endian and zero-extended.
  virtual bus_status read(std::uint64_t address, unsigned size, std::uint64_t& value) = 0;
  /// Writes the low `size` bytes of `value`.
  virtual bus_status write(std::uint64_t address, unsigned size, std::uint64_t value) = 0;
  /// The window of plain memory that contains `address`, or one of size 0. A window stays valid for
  /// the life of the bus, or until hart::forget_memory().
  virtual direct_window direct(std::uint64_t address) = 0;
  /// The value of the time CSR.
  virtual std::uint64_t time() { return 0; }
};

}  // namespace sn::hart
