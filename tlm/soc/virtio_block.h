// A disk for a virtio slot, whose content is a file.
#pragma once

#include <array>
#include <cstdint>
#include <fstream>
#include <map>
#include <optional>
#include <string>

#include "soc/virtio_mmio.h"

namespace sn::soc {

/// The block device of virtio 1.1, section 5.2: read, write, flush and identity. Writes go to the
/// file, or are kept beside it.
class virtio_block final : public virtio_backend {
 public:
  static constexpr std::uint64_t sector_bytes = 512;

  /// Opens the file, of at least one sector; a part of a sector at its end is left out. Throws
  /// base::configuration_error when that is not possible.
  /// With `keep_writes` the file is not written: what is written to the disk belongs to the
  /// machine's state and ends with it.
  virtio_block(const std::string& path, bool keep_writes);

  std::uint32_t device_id() const override { return 2; }
  std::vector<std::uint8_t> configuration() const override;
  std::optional<std::uint32_t> serve(unsigned queue, dma_memory& memory,
                                     const std::vector<part>& parts) override;
  /// What has been written; only with `keep_writes`.
  void save(base::snapshot_writer& to) const override;
  void restore(base::snapshot_reader& from) override;

 private:
  using sector = std::array<char, sector_bytes>;

  bool read_disk(std::uint64_t offset, std::vector<char>& bytes);
  bool write_disk(std::uint64_t offset, const std::vector<char>& bytes);
  bool transfer(dma_memory& memory, const part& piece, std::uint64_t offset, bool to_disk);

  std::fstream file_;
  std::uint64_t sectors_ = 0;
  const bool keep_writes_;
  std::map<std::uint64_t, sector> written_;  ///< by number, with keep_writes_
};

}  // namespace sn::soc
