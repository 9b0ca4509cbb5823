#include "alink/burst_pool.h"

#include <gtest/gtest.h>

namespace sn::alink {
namespace {

TEST(burst_pool, gives_a_payload_with_a_fresh_extension_and_one_reference) {
  burst_pool pool;
  auto& payload = pool.acquire();
  EXPECT_EQ(payload.get_ref_count(), 1);
  EXPECT_TRUE(payload.has_mm());
  EXPECT_EQ(extension_of(payload).completion, status::ok);
  EXPECT_EQ(pool.in_use(), 1U);
  payload.release();
  EXPECT_EQ(pool.in_use(), 0U);
}

TEST(burst_pool, reuses_a_payload_only_after_its_last_reference_and_with_defaults) {
  burst_pool pool;
  auto& payload = pool.acquire();
  unsigned char byte = 7;
  payload.set_command(tlm::TLM_WRITE_COMMAND);
  payload.set_address(0x1234);
  payload.set_data_ptr(&byte);
  payload.set_data_length(1);
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
  extension_of(payload).destination = 9;
  extension_of(payload).why = cause::no_route;
  payload.acquire();
  payload.release();
  auto& other = pool.acquire();
  EXPECT_NE(&other, &payload) << "it is still referenced";
  payload.release();
  auto& again = pool.acquire();
  ASSERT_EQ(&again, &payload);
  EXPECT_EQ(again.get_command(), tlm::TLM_IGNORE_COMMAND);
  EXPECT_EQ(again.get_address(), 0U);
  EXPECT_EQ(again.get_data_ptr(), nullptr);
  EXPECT_EQ(again.get_data_length(), 0U);
  EXPECT_EQ(again.get_response_status(), tlm::TLM_INCOMPLETE_RESPONSE);
  EXPECT_EQ(extension_of(again).destination, 0);
  EXPECT_EQ(extension_of(again).why, cause::none);
  EXPECT_EQ(pool.in_use(), 2U);
  again.release();
  other.release();
}

TEST(burst_pool, a_payload_without_the_extension_is_an_invariant_violation) {
  tlm::tlm_generic_payload bare;
  EXPECT_DEATH(extension_of(bare), "no burst extension");
}

}  // namespace
}  // namespace sn::alink
