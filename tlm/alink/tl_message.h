// What the transaction layer of ALink carries: requests and responses with their data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "alink/status.h"
#include "base/ids.h"

namespace sn::alink {

/// What a request asks for, with its code on the wire.
enum class opcode : std::uint8_t {
  read = 0,
  write = 1,
  atomic = 2,            ///< the operand goes, the old value comes back
  atomic_no_return = 3,  ///< only a response without data comes back
  reduce = 4,            ///< a contribution that the switch adds up
  multicast = 5,         ///< a write that the switch hands to all members of a group
};
inline constexpr unsigned opcodes = 6;

/// Bytes of a beat of data, which is also the size of a TL flit.
inline constexpr unsigned beat_bytes = 64;
/// The region that a request must not cross, and its largest size.
inline constexpr std::uint64_t request_region = 256;
inline constexpr unsigned virtual_channels = 4;
inline constexpr unsigned tag_limit = 1U << 11U;
inline constexpr unsigned address_bits = 57;

/// A request. Reads, writes, reductions and multicasts are of 64, 128, 192 or 256 bytes at a
/// multiple of 64; atomics of 4 or 8 bytes at a multiple of their size. None crosses a multiple of
/// 256.
struct tl_request {
  opcode what = opcode::read;
  std::uint8_t vc = 0;
  std::uint16_t tag = 0;  ///< names it among those of its source that are under way
  base::endpoint_id source = 0;
  base::endpoint_id destination = 0;  ///< of a multicast: the group
  std::uint64_t address = 0;
  std::uint16_t size = 0;            ///< bytes asked for or carried
  std::vector<std::uint8_t> data{};  ///< `size` bytes if it carries data, else none

  bool carries_data() const { return what != opcode::read; }
};

/// The answer to a request.
struct tl_response {
  std::uint8_t vc = 0;
  std::uint16_t tag = 0;  ///< of the request
  /// Who answers. May be left out, since who asked knows from the tag: the header is then shorter.
  std::optional<base::endpoint_id> source;
  base::endpoint_id destination = 0;  ///< who asked
  status completion = status::ok;
  std::uint16_t size = 0;            ///< bytes of data: 0, those of an atomic, or those of a read
  std::vector<std::uint8_t> data{};  ///< `size` bytes
};

/// Credits that go back to the other end.
struct tl_credits {
  std::uint8_t vc = 0;
  std::uint8_t requests = 0;   ///< at most 7
  std::uint8_t responses = 0;  ///< at most 7
  std::uint8_t beats = 0;      ///< at most 63
};

using tl_message = std::variant<tl_request, tl_response, tl_credits>;

/// Why a request is not one, as a sentence; empty if it is.
std::string malformed(const tl_request& request);
std::string malformed(const tl_response& response);
std::string malformed(const tl_credits& credits);

/// Beats of data that follow the header of so many bytes.
inline unsigned beats_of(std::size_t bytes) {
  return static_cast<unsigned>((bytes + beat_bytes - 1) / beat_bytes);
}

}  // namespace sn::alink
