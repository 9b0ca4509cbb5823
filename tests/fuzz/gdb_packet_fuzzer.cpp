// What is found in a stream of bytes does not depend on the pieces that it arrives in, and what
// frame() writes is read back.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "gdb/packet.h"

namespace {

using sn::gdb::packet_event;

void check(bool holds) {
  if (!holds) {
    std::abort();
  }
}

void take_all(sn::gdb::packet_reader& reader, std::vector<packet_event>& events) {
  while (auto event = reader.next()) {
    check(event->payload.size() <= sn::gdb::longest_packet);
    events.push_back(*event);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  sn::gdb::packet_reader at_once;
  std::vector<packet_event> whole;
  at_once.feed(bytes);
  take_all(at_once, whole);

  sn::gdb::packet_reader one_by_one;
  std::vector<packet_event> pieces;
  for (std::size_t i = 0; i < size; ++i) {
    one_by_one.feed(bytes.substr(i, 1));
    take_all(one_by_one, pieces);
  }
  check(whole.size() == pieces.size());
  for (std::size_t i = 0; i < whole.size(); ++i) {
    check(whole[i].what == pieces[i].what && whole[i].payload == pieces[i].payload);
  }

  if (2 * size <= sn::gdb::longest_packet) {  // each byte may need an escape
    sn::gdb::packet_reader reader;
    std::vector<packet_event> back;
    reader.feed(sn::gdb::frame(bytes));
    take_all(reader, back);
    check(back.size() == 1 && back[0].what == packet_event::kind::packet);
    check(back[0].payload == bytes);
  }
  return 0;
}
