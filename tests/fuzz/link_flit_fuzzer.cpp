// Any flits are either refused or read as messages that are packed and read back as the same, and
// any DL flit that is accepted is the one that encode() makes of it.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "alink/crc32c.h"
#include "alink/dl_flit.h"
#include "alink/tl_packing.h"

namespace {

using sn::alink::beat_bytes;
using sn::alink::crc32c;
using sn::alink::decode;
using sn::alink::dl_flit;
using sn::alink::encode;
using sn::alink::tl_flit;
using sn::alink::tl_message;
using sn::alink::tl_packer;
using sn::alink::tl_unpacker;

void check(bool holds) {
  if (!holds) {
    std::abort();
  }
}

std::vector<tl_flit> pack(const std::vector<tl_message>& messages) {
  tl_packer packer;
  for (const tl_message& one : messages) {
    packer.add(one);
  }
  packer.flush();
  std::vector<tl_flit> flits;
  while (auto flit = packer.next()) {
    flits.push_back(*flit);
  }
  return flits;
}

void read_messages(const std::uint8_t* data, std::size_t size) {
  tl_unpacker unpacker;
  std::vector<tl_message> messages;
  for (std::size_t at = 0; at + beat_bytes <= size; at += beat_bytes) {
    tl_flit flit{};
    std::copy_n(data + at, beat_bytes, flit.begin());
    if (!unpacker.take(flit, messages).empty()) {
      break;
    }
  }
  const std::vector<tl_flit> first = pack(messages);
  tl_unpacker again;
  std::vector<tl_message> back;
  for (const tl_flit& flit : first) {
    check(again.take(flit, back).empty());
  }
  check(back.size() == messages.size() && pack(back) == first);
}

void read_dl_flit(const std::uint8_t* data, std::size_t size) {
  dl_flit flit{};
  std::copy_n(data, std::min(size, flit.size() - 4), flit.begin());
  const std::uint32_t crc = crc32c(flit.data(), flit.size() - 4);
  for (unsigned byte = 0; byte < 4; ++byte) {
    flit[flit.size() - 4 + byte] = static_cast<std::uint8_t>(crc >> (8 * byte));
  }
  if (const auto content = decode(flit).content) {
    check(encode(*content) == flit);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  read_messages(data, size);
  read_dl_flit(data, size);
  return 0;
}
