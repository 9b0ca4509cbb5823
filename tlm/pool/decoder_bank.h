// The HDM decoders of a pool as its registers show them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/register_file.h"
#include "pool/hdm_mapping.h"

namespace sn::pool {

/// Decoders that the register block has.
inline constexpr unsigned decoder_limit = 16;

/// The register array `decoder` of registers/pool.rdl: commit puts a legal mapping into force and
/// locks the decoder's registers (writes to them are ignored) until it is released; an illegal one
/// sets error.
class decoder_bank {
 public:
  /// `decoders` of the array work; committing another is an error.
  decoder_bank(base::register_file& registers, unsigned decoders, unsigned devices,
               base::bytes device_capacity);
  decoder_bank(const decoder_bank&) = delete;
  decoder_bank& operator=(const decoder_bank&) = delete;

  /// The committed mapping that contains all of [address, address + length), if there is one.
  const hdm_mapping* find(std::uint64_t address, std::uint64_t length) const;
  /// Bytes that committed decoders map.
  base::bytes mapped() const;
  /// Registers were restored: what they say is committed is in force.
  void follow_registers();

 private:
  hdm_mapping stated(std::uint32_t decoder) const;
  void show(std::uint32_t decoder);
  void control_written(std::uint32_t decoder, std::uint32_t value);

  base::register_file& registers_;
  unsigned decoders_;
  unsigned devices_;
  base::bytes device_capacity_;
  std::array<std::optional<hdm_mapping>, decoder_limit> committed_;
};

}  // namespace sn::pool
