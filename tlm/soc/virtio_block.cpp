#include "soc/virtio_block.h"

#include <cstring>

#include "base/error.h"

namespace sn::soc {
namespace {

constexpr std::uint32_t request_in = 0;
constexpr std::uint32_t request_out = 1;
constexpr std::uint32_t request_flush = 4;
constexpr std::uint32_t request_identity = 8;

constexpr std::uint8_t status_ok = 0;
constexpr std::uint8_t status_error = 1;
constexpr std::uint8_t status_unsupported = 2;

struct header {
  std::uint32_t type = 0;
  std::uint32_t reserved = 0;
  std::uint64_t sector = 0;
};

}  // namespace

virtio_block::virtio_block(const std::string& path)
    : file_(path, std::ios::in | std::ios::out | std::ios::binary | std::ios::ate) {
  if (!file_) {
    throw base::configuration_error(path, 0, "drive", "cannot be opened for reading and writing");
  }
  sectors_ = static_cast<std::uint64_t>(file_.tellg()) / sector_bytes;
  if (sectors_ == 0) {
    throw base::configuration_error(path, 0, "drive", "is shorter than a sector of 512 bytes");
  }
}

std::vector<std::uint8_t> virtio_block::configuration() const {
  std::vector<std::uint8_t> bytes(sizeof sectors_);
  std::memcpy(bytes.data(), &sectors_, sizeof sectors_);
  return bytes;
}

bool virtio_block::transfer(dma_memory& memory, const part& piece, std::uint64_t offset,
                            bool to_disk) {
  if (offset > sectors_ * sector_bytes || piece.size > sectors_ * sector_bytes - offset ||
      piece.writable == to_disk) {
    return false;
  }
  std::vector<char> bytes(piece.size);
  if (to_disk) {
    if (!memory.read(piece.address, bytes.data(), bytes.size())) {
      return false;
    }
    file_.seekp(static_cast<std::streamoff>(offset));
    file_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    return file_.good();
  }
  file_.seekg(static_cast<std::streamoff>(offset));
  file_.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  return file_.good() && memory.write(piece.address, bytes.data(), bytes.size());
}

std::uint32_t virtio_block::serve(dma_memory& memory, const std::vector<part>& parts) {
  header request;
  if (parts.size() < 2 || parts.front().size < sizeof request || !parts.back().writable ||
      parts.back().size < 1 || !memory.read(parts.front().address, &request, sizeof request)) {
    return 0;
  }
  std::uint8_t outcome = status_ok;
  std::uint32_t written = 0;
  std::uint64_t offset =
      request.sector < sectors_ ? request.sector * sector_bytes : sectors_ * sector_bytes;
  for (std::size_t i = 1; i + 1 < parts.size() && outcome == status_ok; ++i) {
    const part& piece = parts[i];
    if (request.type == request_in || request.type == request_out) {
      const bool to_disk = request.type == request_out;
      outcome = transfer(memory, piece, offset, to_disk) ? status_ok : status_error;
      offset += piece.size;
      written += to_disk ? 0 : piece.size;
    } else if (request.type == request_identity) {
      std::string name("supernode-vp-disk");
      name.resize(piece.size < 20 ? piece.size : 20);
      outcome = memory.write(piece.address, name.data(), name.size()) ? status_ok : status_error;
      written += static_cast<std::uint32_t>(name.size());
    }
  }
  if (request.type == request_flush) {
    file_.flush();
  } else if (request.type != request_in && request.type != request_out &&
             request.type != request_identity) {
    outcome = status_unsupported;
  }
  file_.clear();
  memory.write(parts.back().address, &outcome, sizeof outcome);
  return written + 1;
}

}  // namespace sn::soc
