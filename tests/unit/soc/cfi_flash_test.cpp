#include "soc/cfi_flash.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "unit/soc/tlm_access.h"

namespace sn::soc {
namespace {

/// The 0x50000 is in block 1 of 256 KiB.
constexpr std::uint64_t place = 0x5'0000;

struct fixture {
  cfi_flash flash{"flash"};
  test::initiator bus{"bus"};
  std::vector<std::pair<std::uint64_t, std::size_t>> changes;

  fixture() {
    bus.connect(flash.socket);
    flash.on_change([this](std::uint64_t offset, const std::byte*, std::size_t count) {
      changes.emplace_back(offset, count);
    });
  }
  void command(std::uint64_t offset, std::uint32_t value) { bus.write(offset, 4, value); }
  void program(std::uint64_t offset, std::uint32_t value) {
    command(offset, 0x0040'0040);
    command(offset, value);
  }
  std::uint64_t content(std::uint64_t offset) {
    command(0, 0xff);
    return bus.read(offset, 4);
  }
};

TEST(cfi_flash, query_of_both_chips) {
  fixture f;
  f.command(0x55 * 4, 0x0098'0098);
  EXPECT_EQ(f.bus.read(0x10 * 4, 4), 0x0051'0051U);  // Q
  EXPECT_EQ(f.bus.read(0x11 * 4, 4), 0x0052'0052U);  // R
  EXPECT_EQ(f.bus.read(0x12 * 4, 4), 0x0059'0059U);  // Y
  EXPECT_EQ(f.bus.read(0x13 * 4, 4), 0x0001'0001U);  // Intel's extended command set
  const std::uint64_t table = f.bus.read(0x15 * 4, 1);
  EXPECT_EQ(f.bus.read(table * 4, 1), static_cast<unsigned>('P'));
  // 2^24 bytes in each of two chips; as many blocks times their size.
  EXPECT_EQ(f.bus.read(0x27 * 4, 1), 24U);
  const std::uint64_t blocks = f.bus.read(0x2d * 4, 1) + 1;
  const std::uint64_t block = f.bus.read(0x30 * 4, 1) << 16;  // of 256 bytes, the upper byte
  EXPECT_EQ(2 * blocks * block, cfi_flash::size);
  EXPECT_EQ(2 * block, cfi_flash::block_size);
  f.command(0, 0xff);
  EXPECT_EQ(f.bus.read(0x10 * 4, 4), 0xffff'ffffU);
}

TEST(cfi_flash, identity) {
  fixture f;
  f.command(0, 0x0090'0090);
  EXPECT_EQ(f.bus.read(0, 4), 0x0089'0089U);
  EXPECT_EQ(f.bus.read(4, 4), 0x0018'0018U);
}

TEST(cfi_flash, programming_only_clears_bits_and_erasing_sets_those_of_a_block) {
  fixture f;
  f.program(place, 0x1234'ffff);
  EXPECT_EQ(f.bus.read(0, 4), 0x0080'0080U);  // ready, without an error
  f.program(place, 0xf0ff'5678);
  EXPECT_EQ(f.content(place), 0x1034'5678U);
  f.program(cfi_flash::block_size - 4, 1);  // the block before
  f.command(place, 0x0020'0020);
  f.command(place, 0x00d0'00d0);
  EXPECT_EQ(f.content(place), 0xffff'ffffU);
  EXPECT_EQ(f.content(cfi_flash::block_size - 4), 1U);
  EXPECT_EQ(f.changes.back(),
            (std::pair<std::uint64_t, std::size_t>(cfi_flash::block_size, cfi_flash::block_size)));
}

TEST(cfi_flash, narrow_accesses) {
  fixture f;
  f.bus.write(0, 2, 0x40);
  f.bus.write(place + 2, 2, 0xabcd);
  EXPECT_EQ(f.content(place), 0xabcd'ffffU);
  EXPECT_EQ(f.bus.read(place + 3, 1), 0xabU);
  EXPECT_EQ(f.bus.read(place, 8), 0xffff'ffff'abcd'ffffU);
}

TEST(cfi_flash, a_buffer_is_programmed_when_it_is_confirmed) {
  fixture f;
  f.command(place, 0x00e8'00e8);
  f.command(place, 1);  // two words
  f.command(place, 0x11);
  f.command(place + 4, 0x22);
  EXPECT_TRUE(f.changes.empty());
  f.command(place, 0xd0);
  EXPECT_EQ(f.bus.read(0, 1), 0x80U);
  EXPECT_EQ(f.content(place), 0x11U);
  EXPECT_EQ(f.content(place + 4), 0x22U);
}

TEST(cfi_flash, what_is_out_of_order_is_an_error_and_changes_nothing) {
  fixture f;
  f.command(place, 0xe8);
  f.command(place, 64);  // the buffer has 64 words, and this is the number less one
  EXPECT_EQ(f.bus.read(0, 1), 0xb0U);
  f.command(0, 0x50);
  EXPECT_EQ(f.bus.read(0, 1), 0x80U);
  f.command(place, 0xe8);
  f.command(place, 1);
  f.command(place, 0x11);
  f.command(place + 64 * 4, 0x22);  // beyond the buffer
  EXPECT_EQ(f.bus.read(0, 1), 0xb0U);
  f.command(0, 0x50);
  f.command(place, 0x20);
  f.command(place, 0xff);  // instead of the confirmation
  EXPECT_EQ(f.bus.read(0, 1), 0xb0U);
  EXPECT_TRUE(f.changes.empty());
}

TEST(cfi_flash, a_locked_block_does_not_change) {
  fixture f;
  f.command(place, 0x60);
  f.command(place, 0x01);
  f.command(0, 0x90);
  EXPECT_EQ(f.bus.read(cfi_flash::block_size + 8, 4), 0x0001'0001U);
  EXPECT_EQ(f.bus.read(8, 4), 0U);  // the block before is not locked
  f.program(place, 0);
  EXPECT_EQ(f.bus.read(0, 1), 0x92U);  // program error, protected
  f.command(0, 0x50);
  f.command(place, 0x20);
  f.command(place, 0xd0);
  EXPECT_EQ(f.bus.read(0, 1), 0xa2U);  // erase error, protected
  EXPECT_EQ(f.content(place), 0xffff'ffffU);
  f.command(0, 0x50);
  f.command(place, 0x60);
  f.command(place, 0xd0);
  f.program(place, 0);
  EXPECT_EQ(f.content(place), 0U);
}

TEST(cfi_flash, is_read_directly_while_it_shows_its_content) {
  fixture f;
  const std::uint32_t value = 0xcafe'f00d;
  f.flash.load(place, &value, sizeof value);
  test::elaborate();
  tlm::tlm_generic_payload payload;
  payload.set_address(place);
  tlm::tlm_dmi dmi;
  ASSERT_TRUE(f.bus.socket->get_direct_mem_ptr(payload, dmi));
  EXPECT_FALSE(dmi.is_write_allowed());
  const unsigned char* const byte = dmi.get_dmi_ptr() + (place - dmi.get_start_address());
  EXPECT_EQ(*byte, 0x0d);
  f.command(0, 0x70);
  EXPECT_FALSE(f.bus.socket->get_direct_mem_ptr(payload, dmi));
  f.command(0, 0xff);
  EXPECT_TRUE(f.bus.socket->get_direct_mem_ptr(payload, dmi));
}

TEST(cfi_flash, a_snapshot_brings_back_content_locks_and_a_command_in_progress) {
  fixture f;
  f.program(place, 0x11);
  f.command(place, 0x60);
  f.command(place, 0x01);
  f.command(0, 0x40);  // and no data yet
  base::snapshot_writer to;
  f.flash.save(to);
  const std::vector<std::byte> file = to.finish();
  f.command(0, 0xdead'beef);
  f.program(2 * cfi_flash::block_size, 0x33);
  f.command(place, 0x60);
  f.command(place, 0xd0);

  base::snapshot_reader from("test", file.data(), file.size());
  f.flash.restore(from);
  from.end();
  f.command(0, 0x44);  // the data of the command
  EXPECT_EQ(f.content(0), 0x44U);
  EXPECT_EQ(f.content(place), 0x11U);
  EXPECT_EQ(f.content(2 * cfi_flash::block_size), 0xffff'ffffU);
  f.program(place, 0);
  EXPECT_EQ(f.content(place), 0x11U);
}

}  // namespace
}  // namespace sn::soc
