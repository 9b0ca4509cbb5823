// A fabric that keeps no order, between two checked hops, as a test tells it to deliver.
#include "fabric/order_checker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "alink/burst_pool.h"

namespace sn::fabric {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct order_checker_test : testing::Test {
  tlm::tlm_generic_payload& sent(std::uint64_t address, unsigned length, double ns = 0,
                                 base::endpoint_id source = 1, base::endpoint_id destination = 2) {
    tlm::tlm_generic_payload& payload = pool.acquire();
    payload.set_command(tlm::TLM_WRITE_COMMAND);
    payload.set_address(address);
    payload.set_data_length(length);
    alink::extension_of(payload).source = source;
    alink::extension_of(payload).destination = destination;
    order.requested(payload, sc_core::sc_time(ns, sc_core::SC_NS));
    return payload;
  }
  void answered(tlm::tlm_generic_payload& payload, bool well = true) {
    payload.set_response_status(well ? tlm::TLM_OK_RESPONSE : tlm::TLM_GENERIC_ERROR_RESPONSE);
    order.responded(payload);
  }

  alink::burst_pool pool;
  std::vector<std::string> violations;
  order_checker order{[this](const std::string& what) { violations.push_back(what); }};
};

TEST_F(order_checker_test, different_regions_endpoints_and_failed_bursts_may_be_passed) {
  auto& first = sent(0, 256);
  order.delivered(sent(256, 256));        // the next region
  order.delivered(sent(0, 256, 0, 3));    // of another source
  order.delivered(sent(0, 64, 0, 1, 4));  // to another destination
  answered(first, false);
  order.delivered(sent(0, 256));
  EXPECT_THAT(violations, IsEmpty());
  EXPECT_EQ(order.deliveries(), 4U);
}

TEST_F(order_checker_test, the_same_region_may_not_be_passed) {
  auto& first = sent(0, 257);   // regions 0 and 1, of the latter one byte
  auto& second = sent(511, 1);  // region 1, its last byte
  order.delivered(second);
  answered(second);
  EXPECT_THAT(violations, IsEmpty()) << "the first may still fail";
  order.delivered(first);
  EXPECT_THAT(violations, ElementsAre(HasSubstr(
                              "from endpoint 1 to 2 at 0x0 was delivered after one that was sent "
                              "later and touches the same region")));
}

TEST_F(order_checker_test, an_annotated_delay_makes_a_burst_later) {
  auto& late = sent(0, 64, 10);
  auto& early = sent(0, 64, 5);
  order.delivered(early);
  order.delivered(late);
  EXPECT_THAT(violations, IsEmpty());
  order.delivered(sent(0, 64, 20));
  auto& other = sent(64, 64, 19);
  EXPECT_THAT(violations, IsEmpty());
  order.delivered(other);
  EXPECT_THAT(violations, IsEmpty()) << "the later one was sent after the earlier was delivered";
}

TEST_F(order_checker_test, each_burst_is_delivered_once_and_before_a_good_answer) {
  auto& twice = sent(0, 64);
  order.delivered(twice);
  order.delivered(twice);
  auto& never = sent(4096, 64);
  answered(never);
  auto& payload = pool.acquire();
  alink::extension_of(payload).source = 1;
  order.delivered(payload);
  order.responded(payload);
  EXPECT_THAT(violations, ElementsAre(HasSubstr("twice"), HasSubstr("had not been delivered"),
                                      HasSubstr("never sent"), HasSubstr("had not been sent")));
}

}  // namespace
}  // namespace sn::fabric
