// A disk for a virtio slot, whose content is a file.
#pragma once

#include <cstdint>
#include <fstream>
#include <string>

#include "soc/virtio_mmio.h"

namespace sn::soc {

/// The block device of virtio 1.1, section 5.2: read, write, flush and identity. Writes go to the
/// file.
class virtio_block final : public virtio_backend {
 public:
  static constexpr std::uint64_t sector_bytes = 512;

  /// Opens the file, of at least one sector; a part of a sector at its end is left out. Throws
  /// base::configuration_error when that is not possible.
  explicit virtio_block(const std::string& path);

  std::uint32_t device_id() const override { return 2; }
  std::vector<std::uint8_t> configuration() const override;
  std::uint32_t serve(dma_memory& memory, const std::vector<part>& parts) override;

 private:
  bool transfer(dma_memory& memory, const part& piece, std::uint64_t offset, bool to_disk);

  std::fstream file_;
  std::uint64_t sectors_ = 0;
};

}  // namespace sn::soc
