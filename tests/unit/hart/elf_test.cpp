// The ELF reader: what it finds, and what it refuses with which words.
#include "hart/elf.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/random.h"

namespace sn::hart {
namespace {

const std::vector<memory_range> ram{{0x8000'0000, 0x1'0000}};

/// A file that is put together field by field, by the tables of the ELF specification.
class elf_file {
 public:
  struct segment {
    std::uint64_t address;
    std::uint64_t memory_size;
    std::string content;
  };

  explicit elf_file(unsigned xlen) : wide_(xlen == 64) {}

  std::uint16_t type = 2;
  std::uint16_t machine = 243;
  std::uint64_t entry = 0x8000'0004;
  std::vector<segment> segments{{0x8000'0000, 0x20, "firmware"}};
  bool with_symbols = false;

  std::string bytes() {
    out_.clear();
    const std::uint64_t header_size = wide_ ? 64 : 52;
    const std::uint64_t program_size = wide_ ? 56 : 32;
    std::uint64_t content = header_size + segments.size() * program_size;
    std::string contents;
    for (const segment& s : segments) {
      contents += s.content;
    }
    const std::string names = std::string("\0main\0table\0", 12);
    const std::uint64_t symbols_at = content + contents.size();
    const std::uint64_t symbols_size = 3 * symbol_size();
    const std::uint64_t names_at = symbols_at + symbols_size;
    const std::uint64_t sections_at = with_symbols ? names_at + names.size() : 0;

    out_ += std::string(
        "\x7f"
        "ELF",
        4);
    put(wide_ ? 2 : 1, 1);
    put(1, 1);
    put(1, 1);
    out_ += std::string(9, '\0');
    put(type, 2);
    put(machine, 2);
    put(1, 4);
    put_word(entry);
    put_word(header_size);
    put_word(sections_at);
    put(0, 4);
    put(header_size, 2);
    put(program_size, 2);
    put(segments.size(), 2);
    put(wide_ ? 64 : 40, 2);
    put(with_symbols ? 3 : 0, 2);
    put(0, 2);
    for (const segment& s : segments) {
      put(1, 4);
      if (wide_) {
        put(5, 4);
      }
      put_word(content);
      put_word(0x1234'0000);  // the virtual address does not matter
      put_word(s.address);
      put_word(s.content.size());
      put_word(s.memory_size);
      if (!wide_) {
        put(5, 4);
      }
      put_word(4);
      content += s.content.size();
    }
    out_ += contents;
    if (with_symbols) {
      out_ += std::string(symbol_size(), '\0');
      put_symbol(6, 0x8000'0010, 8, 1);
      put_symbol(1, 0x8000'0004, 12, 2);
      out_ += names;
      put_section(0, 0, 0, 0);
      put_section(2, symbols_at, symbols_size, 2);
      put_section(3, names_at, names.size(), 0);
    }
    return out_;
  }

 private:
  std::uint64_t symbol_size() const { return wide_ ? 24 : 16; }
  void put(std::uint64_t value, unsigned size) {
    out_.append(reinterpret_cast<const char*>(&value), size);
  }
  void put_word(std::uint64_t value) { put(value, wide_ ? 8 : 4); }
  void put_symbol(std::uint64_t name, std::uint64_t address, std::uint64_t size,
                  std::uint64_t info) {
    put(name, 4);
    if (wide_) {
      put(info, 1);
      put(0, 1);
      put(1, 2);
      put(address, 8);
      put(size, 8);
    } else {
      put(address, 4);
      put(size, 4);
      put(info, 1);
      put(0, 1);
      put(1, 2);
    }
  }
  void put_section(std::uint64_t kind, std::uint64_t at, std::uint64_t size, std::uint64_t link) {
    put(0, 4);
    put(kind, 4);
    put_word(0);
    put_word(0);
    put_word(at);
    put_word(size);
    put(link, 4);
    put(0, 4);
    put_word(1);
    put_word(0);
  }

  bool wide_;
  std::string out_;
};

elf_image parse(const std::string& bytes, unsigned xlen) {
  return parse_elf("boot.elf", reinterpret_cast<const std::byte*>(bytes.data()), bytes.size(), xlen,
                   ram);
}

std::string error_of(const std::string& bytes, unsigned xlen) {
  try {
    parse(bytes, xlen);
  } catch (const base::configuration_error& error) {
    return error.what();
  }
  return "no error";
}

class elf : public testing::TestWithParam<unsigned> {};
INSTANTIATE_TEST_SUITE_P(both_widths, elf, testing::Values(32U, 64U));

using testing::HasSubstr;
using testing::StartsWith;

TEST_P(elf, finds_entry_and_segments_in_order) {
  elf_file file(GetParam());
  file.segments = {{0x8000'1000, 0x10, "data"}, {0x8000'0000, 8, "firmware"}};
  const elf_image image = parse(file.bytes(), GetParam());
  EXPECT_EQ(image.entry, 0x8000'0004U);
  ASSERT_EQ(image.segments.size(), 2U);
  EXPECT_EQ(image.segments[0].address, 0x8000'0000U);
  EXPECT_EQ(image.segments[0].size, 8U);
  EXPECT_EQ(std::memcmp(image.segments[0].data.data(), "firmware", 8), 0);
  EXPECT_EQ(image.segments[1].address, 0x8000'1000U);
  EXPECT_EQ(image.segments[1].size, 0x10U);
  EXPECT_EQ(image.segments[1].data.size(), 4U);
  EXPECT_TRUE(image.symbols.empty());
}

TEST_P(elf, finds_symbols_by_address) {
  elf_file file(GetParam());
  file.with_symbols = true;
  const elf_image image = parse(file.bytes(), GetParam());
  ASSERT_EQ(image.symbols.size(), 2U);
  EXPECT_EQ(image.symbols[0].name, "main");
  EXPECT_EQ(image.symbols[0].address, 0x8000'0004U);
  EXPECT_EQ(image.symbols[0].size, 12U);
  EXPECT_TRUE(image.symbols[0].is_function);
  EXPECT_EQ(image.symbols[1].name, "table");
  EXPECT_FALSE(image.symbols[1].is_function);
}

TEST_P(elf, refuses_what_is_no_elf_file) {
  EXPECT_EQ(error_of("", GetParam()), "boot.elf: not an ELF file");
  EXPECT_EQ(error_of("#!/bin/sh\n", GetParam()), "boot.elf: not an ELF file");
}

TEST_P(elf, refuses_every_truncation) {
  elf_file file(GetParam());
  file.with_symbols = true;
  const std::string bytes = file.bytes();
  for (std::size_t size = 4; size < bytes.size(); ++size) {
    EXPECT_THAT(error_of(bytes.substr(0, size), GetParam()),
                StartsWith("boot.elf: the ELF file is truncated"))
        << size;
  }
  EXPECT_EQ(error_of(bytes, GetParam()), "no error");
}

TEST_P(elf, refuses_other_machines_widths_and_kinds) {
  elf_file file(GetParam());
  file.machine = 62;
  EXPECT_EQ(error_of(file.bytes(), GetParam()),
            "boot.elf: a program for ELF machine 62, expected 243 (RISC-V)");
  file.machine = 243;
  const unsigned other = GetParam() == 64 ? 32 : 64;
  EXPECT_EQ(error_of(file.bytes(), other), "boot.elf: a program for RV" +
                                               std::to_string(GetParam()) + ", expected RV" +
                                               std::to_string(other));
  file.type = 3;
  EXPECT_THAT(error_of(file.bytes(), GetParam()), HasSubstr("not an executable"));
  std::string big_endian = file.bytes();
  big_endian[5] = 2;
  EXPECT_THAT(error_of(big_endian, GetParam()), HasSubstr("big-endian"));
}

TEST_P(elf, refuses_segments_that_overlap) {
  elf_file file(GetParam());
  file.segments = {{0x8000'0000, 0x11, "a"}, {0x8000'0010, 0x10, "b"}};
  EXPECT_EQ(error_of(file.bytes(), GetParam()),
            "boot.elf: the segments at 0x80000000 and 0x80000010 overlap");
  file.segments[0].memory_size = 0x10;
  EXPECT_EQ(error_of(file.bytes(), GetParam()), "no error");
}

TEST_P(elf, refuses_segments_outside_of_memory) {
  elf_file file(GetParam());
  file.segments = {{0x8000'fff0, 0x11, "a"}};
  EXPECT_EQ(error_of(file.bytes(), GetParam()),
            "boot.elf: the segment of 17 bytes at 0x8000fff0 lies outside of memory (0x80000000 to "
            "0x8000ffff)");
  file.segments = {{0x7fff'ffff, 2, "a"}};
  EXPECT_THAT(error_of(file.bytes(), GetParam()), HasSubstr("outside of memory"));
  if (GetParam() == 64) {
    file.segments = {{0x8000'0000, ~std::uint64_t{0}, "a"}};
    EXPECT_THAT(error_of(file.bytes(), GetParam()), HasSubstr("outside of memory"));
  }
}

TEST_P(elf, refuses_a_segment_larger_in_the_file_than_in_memory) {
  elf_file file(GetParam());
  file.segments = {{0x8000'0000, 5, "firmware"}};
  EXPECT_THAT(error_of(file.bytes(), GetParam()), HasSubstr("more bytes in the file (8)"));
}

TEST_P(elf, refuses_programs_without_an_entry_or_without_content) {
  elf_file file(GetParam());
  file.entry = 0;
  EXPECT_EQ(error_of(file.bytes(), GetParam()),
            "boot.elf: no entry: the entry address 0x0 lies in no segment");
  file.entry = 0x8000'0003;
  EXPECT_THAT(error_of(file.bytes(), GetParam()), HasSubstr("the entry address 0x80000003 is odd"));
  file.segments.clear();
  EXPECT_THAT(error_of(file.bytes(), GetParam()), HasSubstr("nothing to load"));
}

TEST_P(elf, survives_any_damage) {
  elf_file file(GetParam());
  file.with_symbols = true;
  const std::string intact = file.bytes();
  base::random_generator random(1);
  unsigned accepted = 0;
  for (int round = 0; round < 50'000; ++round) {
    std::string damaged = intact;
    for (std::uint64_t i = 0; i <= random.below(4); ++i) {
      // Small numbers, all ones, single bits and anything else.
      const std::uint8_t choices[] = {0, 0xff, static_cast<std::uint8_t>(1U << random.below(8)),
                                      static_cast<std::uint8_t>(random.next())};
      damaged[random.below(damaged.size())] = static_cast<char>(choices[random.below(4)]);
    }
    try {
      for (const elf_segment& segment : parse(damaged, GetParam()).segments) {
        ASSERT_LE(segment.data.size(), segment.size);
        ASSERT_LE(segment.address + segment.size, 0x8001'0000U);
        ASSERT_GE(segment.address, 0x8000'0000U);
      }
      ++accepted;
    } catch (const base::configuration_error& error) {
      ASSERT_THAT(error.what(), StartsWith("boot.elf: "));
    }
  }
  EXPECT_GT(accepted, 0U);  // damage to names and contents does not matter
}

TEST(elf_file_on_disk, that_cannot_be_opened_is_named) {
  try {
    read_elf("/does/not/exist.elf", 64, ram);
    FAIL();
  } catch (const base::configuration_error& error) {
    EXPECT_EQ(error.file(), "/does/not/exist.elf");
  }
}

}  // namespace
}  // namespace sn::hart
