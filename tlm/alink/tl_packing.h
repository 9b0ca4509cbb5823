// TL flits: headers packed side by side, and beats of data. docs/alink.md has the layout.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "alink/tl_message.h"

namespace sn::alink {

using tl_flit = std::array<std::uint8_t, beat_bytes>;

/// What both ends of a link remember in order to leave out the upper part of addresses: that of the
/// last uncompressed request from a source to a destination.
class address_context {
 public:
  /// Bits of an address that a compressed request carries, the lower 6 of which are 0.
  static constexpr unsigned low_bits = 29;

  void learn(base::endpoint_id source, base::endpoint_id destination, std::uint64_t address);
  /// The upper part, if there is one.
  std::optional<std::uint64_t> upper(base::endpoint_id source, base::endpoint_id destination) const;

 private:
  std::map<std::pair<base::endpoint_id, base::endpoint_id>, std::uint64_t> upper_;
};

/// Packs messages into flits, in their order. A header flit holds headers until the next does not
/// fit; the beats of data of these headers follow in their order.
class tl_packer {
 public:
  /// Without compression all headers are of the long form.
  explicit tl_packer(bool compress = true) : compress_(compress) {}

  /// The message must not be malformed.
  void add(const tl_message& message);
  /// The next flit, if all of it is known: a header flit that is not full is kept open.
  std::optional<tl_flit> next();
  /// Closes the open header flit: nothing more comes for now.
  void flush();
  /// A header flit is open: flush() would give a flit.
  bool has_open() const { return words_ != 0; }

 private:
  void put_header(const std::vector<std::uint32_t>& words);
  void put_data(const std::vector<std::uint8_t>& data);

  bool compress_;
  address_context context_;
  tl_flit open_{};
  unsigned words_ = 0;          ///< in the open header flit
  std::vector<tl_flit> beats_;  ///< that follow it
  std::deque<tl_flit> ready_;
};

/// Reads flits back.
class tl_unpacker {
 public:
  /// Takes the next flit. Messages that are complete are appended. Returns why the flit cannot be
  /// one that tl_packer made, empty if it can; after that nothing can be read from this link.
  std::string take(const tl_flit& flit, std::vector<tl_message>& messages);
  /// Beats of data are still due.
  bool waits() const { return !pending_.empty(); }

 private:
  struct expected {
    tl_message message;
    std::size_t bytes;  ///< of data
  };

  std::string take_headers(const tl_flit& flit);
  std::string take_request(std::uint64_t low, std::uint64_t high, bool compressed);
  std::string take_response(std::uint64_t bits, bool compressed);
  std::string take_credits(std::uint32_t bits);
  void release(std::vector<tl_message>& messages);

  address_context context_;
  std::deque<expected> pending_;  ///< in order; those before the first that waits have been given
};

}  // namespace sn::alink
