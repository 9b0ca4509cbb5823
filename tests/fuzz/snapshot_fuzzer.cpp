// Any bytes are a snapshot or a configuration error. What gets past the checksum is read as every
// kind of value, and as a hart's state: a hart that takes it must not harm the host.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "base/error.h"
#include "base/snapshot.h"
#include "hart/hart.h"
#include "hart/state_snapshot.h"

namespace {

constexpr std::uint64_t base = 0x8000'0000;
constexpr std::uint64_t ram_bytes = 0x4000;

/// RAM, and errors elsewhere.
class memory : public sn::hart::bus {
 public:
  sn::hart::bus_status read(std::uint64_t, unsigned, std::uint64_t&) override {
    return sn::hart::bus_status::error;
  }
  sn::hart::bus_status write(std::uint64_t, unsigned, std::uint64_t) override {
    return sn::hart::bus_status::error;
  }
  sn::hart::direct_window direct(std::uint64_t address) override {
    if (address - base < ram_bytes) {
      return {base, ram_bytes, ram.data(), true};
    }
    return {};
  }

  std::vector<std::byte> ram = std::vector<std::byte>(ram_bytes);
};

/// The file as it is.
void read_file(const std::byte* data, std::size_t size) {
  try {
    sn::base::snapshot_reader reader("fuzzed", data, size);
    reader.section("hart");
    reader.end();
  } catch (const sn::base::configuration_error&) {
    // A clear refusal.
  }
}

/// The bytes as the content of a section in a file that is otherwise sound.
void read_section(const std::byte* data, std::size_t size) {
  sn::base::snapshot_writer writer;
  writer.section("fuzzed");
  for (std::size_t i = 0; i < size; ++i) {
    writer.number(std::to_integer<std::uint8_t>(data[i]));
  }
  const std::vector<std::byte> file = writer.finish();
  const auto attempt = [&file](auto action) {
    try {
      sn::base::snapshot_reader reader("fuzzed", file.data(), file.size());
      reader.section("fuzzed");
      action(reader);
      reader.end();
    } catch (const sn::base::configuration_error&) {
      // A clear refusal.
    }
  };
  attempt([](auto& reader) {
    while (true) {
      reader.text();
      reader.template number<bool>();
      reader.template numbers<std::uint32_t>();
    }
  });
  attempt([](auto& reader) {
    std::vector<std::byte> ram(3 * 4096 + 5);
    reader.memory(ram.data(), ram.size());
  });
  attempt([](auto& reader) { reader.expect_facts({{"a", "b"}, {"c", "d"}}); });
  for (const unsigned xlen : {32U, 64U}) {
    attempt([xlen](auto& reader) {
      memory ram;
      sn::hart::configuration made{xlen, 0, base, {}};
      made.with = {xlen == 64, xlen == 64, true, true, true, true};
      const auto hart = sn::hart::make_hart(made, ram);
      hart->restore(sn::hart::restore_state(reader));
      reader.memory(ram.ram.data(), ram.ram.size());
      hart->run(200);
      const sn::hart::hart_state state = hart->save();
      sn::base::snapshot_writer again;
      again.section("hart");
      sn::hart::save_state(state, again);
      const std::vector<std::byte> content = again.finish();
      sn::base::snapshot_reader back("back", content.data(), content.size());
      back.section("hart");
      hart->restore(sn::hart::restore_state(back));
    });
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto* bytes = reinterpret_cast<const std::byte*>(data);
  read_file(bytes, size);
  read_section(bytes, size);
  return 0;
}
