#include "alink/status.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace sn::alink {
namespace {

TEST(status, every_cause_has_a_code_and_a_sentence_of_its_own) {
  const std::set<std::string> texts = {to_text(cause::none),
                                       to_text(cause::no_plane),
                                       to_text(cause::source_port_down),
                                       to_text(cause::no_route),
                                       to_text(cause::destination_port_down),
                                       to_text(cause::foreign_pod),
                                       to_text(cause::target_refused),
                                       to_text(cause::plane_lost),
                                       to_text(cause::link_lost)};
  EXPECT_EQ(texts.size(), 9U);
  EXPECT_EQ(status_of(cause::none), status::ok);
  EXPECT_EQ(status_of(cause::no_plane), status::isolate);
  EXPECT_EQ(status_of(cause::source_port_down), status::isolate);
  EXPECT_EQ(status_of(cause::no_route), status::decode_error);
  EXPECT_EQ(status_of(cause::destination_port_down), status::isolate);
  EXPECT_EQ(status_of(cause::foreign_pod), status::protection_violation);
  EXPECT_EQ(status_of(cause::target_refused), status::target_abort);
  EXPECT_EQ(status_of(cause::plane_lost), status::isolate);
  EXPECT_EQ(status_of(cause::link_lost), status::isolate);
}

TEST(status, codes_are_those_of_the_wire) {
  EXPECT_EQ(static_cast<int>(status::ok), 0);
  EXPECT_EQ(static_cast<int>(status::isolate), 5);
  EXPECT_STREQ(to_text(status::protection_violation), "protection violation");
}

}  // namespace
}  // namespace sn::alink
