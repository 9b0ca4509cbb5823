#include "alink/dl_flit.h"

#include <algorithm>

#include "alink/crc32c.h"
#include "base/error.h"

namespace sn::alink {

namespace {

constexpr std::size_t header_bytes = 3;
constexpr std::size_t crc_bytes = 4;
constexpr std::size_t word_bytes = 4;
/// Each segment has a header of one byte: the words of it that carry something.
constexpr std::array<std::size_t, 5> segment_bytes{128, 128, 128, 124, 120};

static_assert(header_bytes + 5 + dl_payload_bytes + crc_bytes == dl_flit_bytes);

std::uint32_t word_from(const dl_flit& flit, std::size_t at, std::size_t bytes) {
  std::uint32_t word = 0;
  for (std::size_t byte = 0; byte < bytes; ++byte) {
    word |= static_cast<std::uint32_t>(flit[at + byte]) << (8 * byte);
  }
  return word;
}

void put_word(dl_flit& flit, std::size_t at, std::size_t bytes, std::uint32_t word) {
  for (std::size_t byte = 0; byte < bytes; ++byte) {
    flit[at + byte] = static_cast<std::uint8_t>(word >> (8 * byte));
  }
}

/// Drops what has been taken, now and then.
void compact(std::vector<std::uint8_t>& stream, std::size_t& taken) {
  if (taken > stream.size() / 2) {
    stream.erase(stream.begin(), stream.begin() + static_cast<std::ptrdiff_t>(taken));
    taken = 0;
  }
}

}  // namespace

dl_flit encode(const dl_content& content) {
  base::ensure(content.sequence < sequence_limit && content.acknowledged < sequence_limit &&
                   content.payload.size() <= dl_payload_bytes &&
                   content.payload.size() % word_bytes == 0,
               "a DL flit that cannot be encoded");
  dl_flit flit{};
  // 9 bits of sequence, 9 acknowledged, 2 of kind; 4 are reserved.
  put_word(flit, 0, header_bytes,
           content.sequence | static_cast<std::uint32_t>(content.acknowledged) << 9U |
               static_cast<std::uint32_t>(content.kind) << 18U);
  std::size_t at = header_bytes;
  std::size_t taken = 0;
  for (const std::size_t segment : segment_bytes) {
    const std::size_t count = std::min(segment, content.payload.size() - taken);
    flit[at] = static_cast<std::uint8_t>(count / word_bytes);
    std::copy_n(content.payload.begin() + static_cast<std::ptrdiff_t>(taken), count,
                flit.begin() + static_cast<std::ptrdiff_t>(at) + 1);
    taken += count;
    at += 1 + segment;
  }
  put_word(flit, at, crc_bytes, crc32c(flit.data(), at));
  return flit;
}

dl_arrival decode(const dl_flit& flit) {
  constexpr std::size_t crc_at = dl_flit_bytes - crc_bytes;
  if (word_from(flit, crc_at, crc_bytes) != crc32c(flit.data(), crc_at)) {
    return {std::nullopt, "a wrong CRC"};
  }
  const std::uint32_t header = word_from(flit, 0, header_bytes);
  const std::uint32_t kind = header >> 18U & 3U;
  if (kind > static_cast<std::uint32_t>(dl_kind::reject) || header >> 20U != 0) {
    return {std::nullopt, "an unknown kind or reserved bits that are set"};
  }
  dl_content content;
  content.kind = static_cast<dl_kind>(kind);
  content.sequence = static_cast<std::uint16_t>(header & 0x1ffU);
  content.acknowledged = static_cast<std::uint16_t>(header >> 9U & 0x1ffU);
  std::size_t at = header_bytes;
  bool partial = false;
  for (const std::size_t segment : segment_bytes) {
    const std::size_t count = flit[at] * word_bytes;
    if (count > segment || (partial && count != 0)) {
      return {std::nullopt, "segments that do not follow each other"};
    }
    partial = count < segment;
    const auto first = flit.begin() + static_cast<std::ptrdiff_t>(at) + 1;
    const auto end = first + static_cast<std::ptrdiff_t>(count);
    content.payload.insert(content.payload.end(), first, end);
    if (!std::all_of(end, first + static_cast<std::ptrdiff_t>(segment),
                     [](std::uint8_t byte) { return byte == 0; })) {
      return {std::nullopt, "bytes behind what a segment carries"};
    }
    at += 1 + segment;
  }
  if (content.kind != dl_kind::data && (!content.payload.empty() || content.sequence != 0)) {
    return {std::nullopt, "an acknowledgement that carries data"};
  }
  return {content, ""};
}

std::vector<std::uint8_t> dl_framer::next() {
  const std::size_t count = std::min(dl_payload_bytes, waiting());
  const auto first = stream_.begin() + static_cast<std::ptrdiff_t>(taken_);
  std::vector<std::uint8_t> payload(first, first + static_cast<std::ptrdiff_t>(count));
  taken_ += count;
  compact(stream_, taken_);
  return payload;
}

std::optional<tl_flit> dl_deframer::next() {
  if (stream_.size() - taken_ < beat_bytes) {
    return std::nullopt;
  }
  tl_flit flit{};
  std::copy_n(stream_.begin() + static_cast<std::ptrdiff_t>(taken_), beat_bytes, flit.begin());
  taken_ += beat_bytes;
  compact(stream_, taken_);
  return flit;
}

}  // namespace sn::alink
