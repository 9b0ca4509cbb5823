// Any sequence of accesses to a bank of flash, beside a model of what the commands do that was
// written from their description alone: every byte read, the errors and what the file would get
// must agree, and so must a bank that is restored from a snapshot on the way.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <optional>
#include <systemc>
#include <utility>
#include <vector>

#include "base/snapshot.h"
#include "fuzz/input_reader.h"
#include "soc/cfi_flash.h"
#include "unit/soc/tlm_access.h"

namespace {

using sn::fuzz::input_reader;

constexpr std::uint64_t block_bytes = 0x4'0000;
constexpr unsigned longest_buffer = 64;  // words

void check(bool holds) {
  if (!holds) {
    std::abort();
  }
}

/// The two chips, word by word. Only bytes that are not 0xff are kept.
class model {
 public:
  std::uint8_t content(std::uint64_t at) const {
    const auto found = content_.find(at);
    return found == content_.end() ? std::uint8_t{0xff} : found->second;
  }

  const std::map<std::uint64_t, std::uint8_t>& programmed() const { return content_; }
  bool shows_content() const { return shows_ == 'a'; }

  /// A byte as it is read now; nothing where the description does not say what is there.
  std::optional<std::uint8_t> read(std::uint64_t at) const {
    const std::uint64_t word = at / 4;
    const unsigned half_byte = at % 2;
    if (shows_ == 's') {
      return half_byte == 0 ? static_cast<std::uint8_t>(0x80 | errors_) : std::uint8_t{0};
    }
    if (shows_ == 'i') {
      const std::array<unsigned, 3> words{0x0089, 0x0018, is_locked(at) ? 1U : 0U};
      const std::uint64_t index = word % (block_bytes / 4);
      return index < words.size()
                 ? std::optional(static_cast<std::uint8_t>(words.at(index) >> (8 * half_byte)))
                 : std::nullopt;
    }
    if (shows_ == 'q') {
      // JESD68: Q, R and Y in words 0x10 to 0x12, of which a chip has the lower byte.
      constexpr std::array<std::uint8_t, 3> name{'Q', 'R', 'Y'};
      if (word < 0x10 || word > 0x12) {
        return std::nullopt;
      }
      return half_byte == 0 ? name.at(word - 0x10) : std::uint8_t{0};
    }
    return content(at);
  }

  /// A write of up to four bytes that do not cross a word.
  void write(std::uint64_t at, unsigned count, std::uint32_t value) {
    const unsigned byte = value & 0xff;
    const char second = std::exchange(second_, 0);
    switch (second) {
      case 'e':
        if (byte != 0xd0) {
          wrong();
        } else if (refused(at, 0x20)) {
          return;
        } else {
          const std::uint64_t first = at - at % block_bytes;
          content_.erase(content_.lower_bound(first), content_.lower_bound(first + block_bytes));
        }
        return;
      case 'p':
        program(at, count, value);
        return;
      case 'l':
        if (byte == 0x01 || byte == 0x2f) {
          locked_[at / block_bytes] = true;
        } else if (byte == 0xd0) {
          locked_[at / block_bytes] = false;
        } else {
          errors_ |= 0x30;
        }
        return;
      case 'n':
        if (byte >= longest_buffer) {
          wrong();
        } else {
          expected_ = byte + 1;
          words_.clear();
          second_ = 'w';
        }
        return;
      case 'w':
        words_.emplace_back(at - at % 4, value);
        if (words_.back().first < words_.front().first ||
            words_.back().first - words_.front().first >= 4 * longest_buffer) {
          wrong();
        } else {
          second_ = words_.size() == expected_ ? 'c' : 'w';
        }
        return;
      case 'c':
        if (byte != 0xd0) {
          wrong();
          return;
        }
        for (const auto& [place, word] : words_) {
          if (place < sn::soc::cfi_flash::size) {
            program(place, 4, word);
          }
        }
        return;
      default:
        command(byte);
    }
  }

 private:
  void command(unsigned byte) {
    const std::map<unsigned, std::pair<char, char>> all{
        // What is shown from now on, and what the next write is.
        {0x70, {'s', 0}},   {0xb0, {'s', 0}},   {0xd0, {'s', 0}},   {0x90, {'i', 0}},
        {0x98, {'q', 0}},   {0x20, {'s', 'e'}}, {0x40, {'s', 'p'}}, {0x10, {'s', 'p'}},
        {0xe8, {'s', 'n'}}, {0x60, {'s', 'l'}},
    };
    if (byte == 0x50) {
      errors_ = 0;
      return;
    }
    const auto found = all.find(byte);
    shows_ = found == all.end() ? 'a' : found->second.first;
    second_ = found == all.end() ? '\0' : found->second.second;
  }
  void program(std::uint64_t at, unsigned count, std::uint32_t value) {
    if (refused(at, 0x10)) {
      return;
    }
    for (unsigned i = 0; i < count; ++i) {
      const auto before = content(at + i);
      content_[at + i] = static_cast<std::uint8_t>(before & (value >> (8 * i)));
    }
  }
  bool is_locked(std::uint64_t at) const {
    const auto found = locked_.find(at / block_bytes);
    return found != locked_.end() && found->second;
  }
  bool refused(std::uint64_t at, unsigned error) {
    if (is_locked(at)) {
      errors_ |= error | 0x02U;
    }
    return is_locked(at);
  }
  void wrong() {
    errors_ |= 0x30;
    shows_ = 's';
  }

  std::map<std::uint64_t, std::uint8_t> content_;
  std::map<std::uint64_t, bool> locked_;
  char shows_ = 'a';  ///< array, status, identity, query
  char second_ = 0;   ///< what the next write is
  unsigned errors_ = 0;
  unsigned expected_ = 0;
  std::vector<std::pair<std::uint64_t, std::uint32_t>> words_;
};

/// The bank on a bus, made once: SystemC builds only once.
struct bench {
  bench() {
    bus.connect(flash.socket);
    flash.on_change([this](std::uint64_t offset, const std::byte* data, std::size_t count) {
      if (count == block_bytes) {
        check(std::all_of(data, data + count,
                          [](std::byte each) { return each == std::byte{0xff}; }));
        file.erase(file.lower_bound(offset), file.lower_bound(offset + count));
        return;
      }
      for (std::size_t i = 0; i < count; ++i) {
        file[offset + i] = std::to_integer<std::uint8_t>(data[i]);
      }
    });
    sn::soc::test::elaborate();
    fresh = state();
  }
  std::vector<std::byte> state() const {
    sn::base::snapshot_writer to;
    flash.save(to);
    return to.finish();
  }
  void restore(const std::vector<std::byte>& from) {
    sn::base::snapshot_reader reader("state", from.data(), from.size());
    flash.restore(reader);
    reader.end();
  }

  sn::soc::cfi_flash flash{"flash"};
  sn::soc::test::initiator bus{"bus"};
  std::vector<std::byte> fresh;
  std::map<std::uint64_t, std::uint8_t> file;  ///< bytes that have been programmed
};

/// Some places: beginnings and ends of blocks, the identity and the query, the last block.
std::uint64_t place_of(input_reader& input) {
  constexpr std::array<std::uint64_t, 8> bases{0,
                                               0x40,
                                               block_bytes - 8,
                                               block_bytes,
                                               block_bytes + 256,
                                               2 * block_bytes,
                                               0x20 * 0x4,
                                               127 * block_bytes};
  const unsigned what = input.byte();
  return bases.at(what % bases.size()) + what / 8 * 4 + input.byte() % 4;
}

}  // namespace

// The library of SystemC asks for it, and nothing is simulated.
int sc_main(int /*count*/, char* /*arguments*/[]) {
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static bench all;
  all.restore(all.fresh);
  all.file.clear();
  model expected;
  input_reader input(data, size);
  while (input.more()) {
    const unsigned what = input.byte();
    const unsigned bytes = 1U << (what / 8 % 4);
    // As harts access it: aligned.
    const std::uint64_t at = place_of(input) & ~std::uint64_t{bytes - 1};
    switch (what % 8) {
      case 0:
      case 1: {
        const std::uint64_t value = all.bus.read(at, bytes);
        check(all.bus.status() == tlm::TLM_OK_RESPONSE);
        for (unsigned i = 0; i < bytes; ++i) {
          const auto wanted = expected.read(at + i);
          check(!wanted.has_value() || *wanted == (value >> (8 * i) & 0xff));
        }
        break;
      }
      case 2: {
        if (what / 8 % 4 == 0) {
          all.restore(all.state());
          break;
        }
        // What harts read past the bus is the content, and nothing while the chips show else.
        tlm::tlm_generic_payload payload;
        payload.set_address(at);
        payload.set_command(tlm::TLM_READ_COMMAND);
        tlm::tlm_dmi direct;
        const bool granted = all.bus.socket->get_direct_mem_ptr(payload, direct);
        check(granted == expected.shows_content());
        check(!granted ||
              direct.get_dmi_ptr()[at - direct.get_start_address()] == expected.content(at));
        break;
      }
      default: {
        // Mostly a command in all chips; else any value.
        constexpr std::array<unsigned, 16> commands{0xff, 0x70, 0x50, 0x90, 0x98, 0x20, 0x40, 0xe8,
                                                    0x60, 0x01, 0x2f, 0xd0, 0xb0, 0x10, 0x00, 0x03};
        const unsigned low = what % 8 < 6 ? commands.at(input.byte() % 16) : input.byte();
        std::uint64_t value = low;
        for (unsigned i = 1; what % 8 >= 6 && i < bytes; ++i) {
          value |= std::uint64_t{input.byte()} << (8 * i);
        }
        all.bus.write(at, bytes, value);
        check(all.bus.status() == tlm::TLM_OK_RESPONSE);
        // The bus of the chips has 32 bits.
        expected.write(at, std::min(bytes, 4U), static_cast<std::uint32_t>(value));
        if (bytes == 8) {
          expected.write(at + 4, 4, static_cast<std::uint32_t>(value >> 32));
        }
      }
    }
  }
  // What the file got is what the flash holds now.
  check(all.file == expected.programmed());
  return 0;
}
