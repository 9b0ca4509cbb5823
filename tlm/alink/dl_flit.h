// DL flits: 640 bytes on the wire with a sequence number and a CRC. docs/alink.md has the layout.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "alink/tl_packing.h"

namespace sn::alink {

inline constexpr std::size_t dl_flit_bytes = 640;
/// Of which so many carry TL flits.
inline constexpr std::size_t dl_payload_bytes = 628;
/// Sequence numbers are counted modulo this.
inline constexpr unsigned sequence_limit = 1U << 9U;

using dl_flit = std::array<std::uint8_t, dl_flit_bytes>;

/// What a DL flit is for.
enum class dl_kind : std::uint8_t {
  data = 0,         ///< numbered; carries TL flits
  acknowledge = 1,  ///< only says what has arrived
  reject = 2,       ///< asks for everything from a sequence number on
};

/// What a DL flit says.
struct dl_content {
  dl_kind kind = dl_kind::data;
  std::uint16_t sequence = 0;  ///< of data
  /// The last number that has arrived in order; of a reject: the first that has not.
  std::uint16_t acknowledged = 0;
  std::vector<std::uint8_t> payload;  ///< whole words, at most dl_payload_bytes
};

/// As bytes, CRC and all.
dl_flit encode(const dl_content& content);

/// What became of a flit that came in.
struct dl_arrival {
  std::optional<dl_content> content;  ///< if the CRC is right and the rest makes sense
  std::string fault;                  ///< else why not, as a sentence
};
dl_arrival decode(const dl_flit& flit);

/// TL flits as a stream of bytes that is cut into payloads; one may lie in two DL flits.
class dl_framer {
 public:
  void add(const tl_flit& flit) { stream_.insert(stream_.end(), flit.begin(), flit.end()); }
  std::size_t waiting() const { return stream_.size() - taken_; }
  /// The next payload: full if that much is waiting, else all that is.
  std::vector<std::uint8_t> next();

 private:
  std::vector<std::uint8_t> stream_;
  std::size_t taken_ = 0;
};

/// The same backwards.
class dl_deframer {
 public:
  void add(const std::vector<std::uint8_t>& payload) {
    stream_.insert(stream_.end(), payload.begin(), payload.end());
  }
  /// The next whole TL flit.
  std::optional<tl_flit> next();

 private:
  std::vector<std::uint8_t> stream_;
  std::size_t taken_ = 0;
};

}  // namespace sn::alink
