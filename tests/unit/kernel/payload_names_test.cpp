#include "kernel/payload_names.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace sn::kernel {
namespace {

/// Keeps payloads alive, which a memory manager need not free.
struct keeper : tlm::tlm_mm_interface {
  void free(tlm::tlm_generic_payload* /*payload*/) override {}
};

TEST(payload_names, give_each_payload_back_by_its_number_and_refuse_one_that_is_not_in_use) {
  keeper memory;
  tlm::tlm_generic_payload used(&memory);
  tlm::tlm_generic_payload idle(&memory);
  used.acquire();
  payload_names names;
  names.add(idle);
  names.add(used);
  EXPECT_EQ(names.number_of(used), 1U);
  base::snapshot_writer to;
  to.section("payloads");
  names.save(used, to);
  names.save(idle, to);
  to.number(std::uint32_t{2});
  const auto content = to.finish();
  base::snapshot_reader from("file", content.data(), content.size());
  from.section("payloads");
  EXPECT_EQ(&names.restore(from), &used);
  EXPECT_THROW(names.restore(from), base::configuration_error);
  base::snapshot_reader beyond("file", content.data(), content.size());
  beyond.section("payloads");
  beyond.number<std::uint64_t>();
  EXPECT_THROW(names.restore(beyond), base::configuration_error);
  used.release();
}

TEST(payload_names_death, a_payload_that_nobody_added_is_a_bug) {
  tlm::tlm_generic_payload stranger;
  EXPECT_DEATH(payload_names().number_of(stranger), "nobody named");
}

}  // namespace
}  // namespace sn::kernel
