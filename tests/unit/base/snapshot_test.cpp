#include "base/snapshot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <string>

#include "base/error.h"

namespace sn::base {
namespace {

using testing::HasSubstr;

std::vector<std::byte> small_file() {
  snapshot_writer writer;
  writer.section("first");
  writer.number(std::uint16_t{0x1234});
  writer.number(true);
  writer.section("second");
  writer.text("hello");
  return writer.finish();
}

std::string refusal(const std::vector<std::byte>& file) {
  try {
    snapshot_reader reader("a.snap", file.data(), file.size());
    reader.section("first");
    reader.number<std::uint16_t>();
    reader.number<bool>();
    reader.section("second");
    reader.text();
    reader.end();
  } catch (const configuration_error& error) {
    return error.what();
  }
  return "";
}

TEST(snapshot, gives_back_what_was_written) {
  snapshot_writer writer;
  writer.section("numbers");
  writer.number(std::uint8_t{200});
  writer.number(std::int32_t{-5});
  writer.number(~std::uint64_t{0});
  writer.numbers(std::vector<std::uint32_t>{1, 2, 3});
  writer.section("rest");
  writer.text("a\0b");
  writer.bytes(nullptr, 0);
  const std::vector<std::byte> file = writer.finish();

  snapshot_reader reader("a.snap", file.data(), file.size());
  reader.section("numbers");
  EXPECT_EQ(reader.number<std::uint8_t>(), 200);
  EXPECT_EQ(reader.number<std::int32_t>(), -5);
  EXPECT_EQ(reader.number<std::uint64_t>(), ~std::uint64_t{0});
  EXPECT_EQ(reader.numbers<std::uint32_t>(), (std::vector<std::uint32_t>{1, 2, 3}));
  reader.section("rest");
  EXPECT_EQ(reader.text(), "a");
  EXPECT_TRUE(reader.bytes().empty());
  reader.end();
}

TEST(snapshot, a_memory_of_zeros_takes_no_room_and_overwrites_what_was_there) {
  std::vector<std::byte> memory(100 * 4096 + 100);
  memory[5 * 4096 + 7] = std::byte{1};
  memory.back() = std::byte{2};  // in a page that is not whole
  snapshot_writer writer;
  writer.section("ram");
  writer.memory(memory.data(), memory.size());
  const std::vector<std::byte> file = writer.finish();
  EXPECT_LT(file.size(), 300U);

  std::vector<std::byte> other(memory.size(), std::byte{0xaa});
  snapshot_reader reader("a.snap", file.data(), file.size());
  reader.section("ram");
  reader.memory(other.data(), other.size());
  reader.end();
  EXPECT_EQ(other, memory);
}

TEST(snapshot, a_memory_of_another_size_is_refused) {
  std::vector<std::byte> memory(4096);
  snapshot_writer writer;
  writer.section("ram");
  writer.memory(memory.data(), memory.size());
  const std::vector<std::byte> file = writer.finish();
  std::vector<std::byte> other(2 * 4096);
  snapshot_reader reader("a.snap", file.data(), file.size());
  reader.section("ram");
  EXPECT_THROW(reader.memory(other.data(), other.size()), configuration_error);
}

TEST(snapshot, every_byte_of_the_file_is_guarded) {
  const std::vector<std::byte> file = small_file();
  ASSERT_EQ(refusal(file), "");
  for (std::size_t i = 0; i < file.size(); ++i) {
    std::vector<std::byte> changed = file;
    changed[i] ^= std::byte{0x10};
    EXPECT_THAT(refusal(changed), HasSubstr("a.snap")) << "byte " << i;
  }
  for (std::size_t size = 0; size < file.size(); ++size) {
    EXPECT_THAT(refusal({file.begin(), file.begin() + static_cast<std::ptrdiff_t>(size)}),
                HasSubstr("a.snap"))
        << size << " bytes";
  }
}

TEST(snapshot, another_format_is_named_with_the_one_expected) {
  std::vector<std::byte> file = small_file();
  file[8] = std::byte{77};
  EXPECT_THAT(refusal(file),
              HasSubstr("format 77, expected format " + std::to_string(snapshot_format)));
}

TEST(snapshot, a_size_beyond_all_bounds_is_refused_before_memory_is_taken) {
  std::vector<std::byte> file = small_file();
  file[18] = std::byte{0x7f};  // of the 8 bytes from 12 on
  EXPECT_THAT(refusal(file), HasSubstr("damaged"));
}

TEST(snapshot, a_reader_must_take_what_the_writer_gave) {
  const std::vector<std::byte> file = small_file();
  snapshot_reader less("a.snap", file.data(), file.size());
  less.section("first");
  EXPECT_THROW(less.section("second"), configuration_error);
  snapshot_reader more("a.snap", file.data(), file.size());
  more.section("first");
  EXPECT_THROW(more.number<std::uint64_t>(), configuration_error);
  snapshot_reader other("a.snap", file.data(), file.size());
  EXPECT_THROW(other.section("second"), configuration_error);
}

TEST(snapshot, a_file_that_cannot_be_opened_or_written_is_named) {
  EXPECT_THROW(snapshot_reader::from_file("/nowhere/a.snap"), configuration_error);
  snapshot_writer writer;
  writer.section("x");
  EXPECT_THROW(writer.write("/nowhere/a.snap"), configuration_error);
}

}  // namespace
}  // namespace sn::base
