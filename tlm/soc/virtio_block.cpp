#include "soc/virtio_block.h"

#include <algorithm>
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

virtio_block::virtio_block(const std::string& path, bool keep_writes)
    : file_(path, keep_writes ? std::ios::in | std::ios::binary | std::ios::ate
                              : std::ios::in | std::ios::out | std::ios::binary | std::ios::ate),
      keep_writes_(keep_writes) {
  if (!file_) {
    throw base::configuration_error(
        path, 0, "drive",
        keep_writes ? "cannot be opened for reading" : "cannot be opened for reading and writing");
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
    return write_disk(offset, bytes);
  }
  return read_disk(offset, bytes) && memory.write(piece.address, bytes.data(), bytes.size());
}

bool virtio_block::read_disk(std::uint64_t offset, std::vector<char>& bytes) {
  file_.seekg(static_cast<std::streamoff>(offset));
  file_.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  for (auto each = written_.lower_bound(offset / sector_bytes);
       each != written_.end() && each->first * sector_bytes < offset + bytes.size(); ++each) {
    const std::uint64_t begin = each->first * sector_bytes;
    const std::uint64_t from = std::max(begin, offset);
    const std::uint64_t to = std::min(begin + sector_bytes, offset + bytes.size());
    std::memcpy(bytes.data() + (from - offset), each->second.data() + (from - begin), to - from);
  }
  return file_.good();
}

bool virtio_block::write_disk(std::uint64_t offset, const std::vector<char>& bytes) {
  if (!keep_writes_) {
    file_.seekp(static_cast<std::streamoff>(offset));
    file_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    return file_.good();
  }
  for (std::uint64_t done = 0; done < bytes.size();) {
    const std::uint64_t number = (offset + done) / sector_bytes;
    const std::uint64_t within = (offset + done) % sector_bytes;
    const std::uint64_t count = std::min(sector_bytes - within, bytes.size() - done);
    if (written_.count(number) == 0) {
      std::vector<char> before(sector_bytes);
      if (!read_disk(number * sector_bytes, before)) {
        return false;
      }
      std::copy(before.begin(), before.end(), written_[number].begin());
    }
    std::memcpy(written_[number].data() + within, bytes.data() + done, count);
    done += count;
  }
  return true;
}

void virtio_block::save(base::snapshot_writer& to) const {
  base::ensure(keep_writes_, "a disk that is saved keeps its writes");
  to.number(sectors_);
  to.number(std::uint64_t{written_.size()});
  for (const auto& [number, content] : written_) {
    to.number(number);
    to.bytes(content.data(), content.size());
  }
}

void virtio_block::restore(base::snapshot_reader& from) {
  if (from.number<std::uint64_t>() != sectors_) {
    from.refuse("a disk of another size");
  }
  written_.clear();
  for (auto left = from.number<std::uint64_t>(); left > 0; --left) {
    const auto number = from.number_up_to(sectors_ - 1);
    const std::vector<std::byte> content = from.bytes();
    if (content.size() != sector_bytes) {
      from.refuse("a sector of the disk of another size");
    }
    std::memcpy(written_[number].data(), content.data(), content.size());
  }
}

std::optional<std::uint32_t> virtio_block::serve(unsigned /*queue*/, dma_memory& memory,
                                                 const std::vector<part>& parts) {
  header request;
  if (parts.size() < 2 || parts.front().size < sizeof request || !parts.back().writable ||
      parts.back().size < 1 || !memory.read(parts.front().address, &request, sizeof request)) {
    return std::nullopt;
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
  if (!memory.write(parts.back().address, &outcome, sizeof outcome)) {
    return std::nullopt;
  }
  return written + 1;
}

}  // namespace sn::soc
