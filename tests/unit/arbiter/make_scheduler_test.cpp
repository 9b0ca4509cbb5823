#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "arbiter/arbiter.h"
#include "arbiter/rtl_scheduler.h"
#include "base/error.h"

namespace sn::arbiter {
namespace {

using testing::HasSubstr;

std::string error_of(kind which, unsigned ports, unsigned iterations) {
  try {
    make_scheduler(which, ports, iterations);
  } catch (const base::configuration_error& error) {
    return error.what();
  }
  return "no error";
}

TEST(make_scheduler, refuses_what_the_arbiter_does_not_have_and_says_what_it_has) {
  for (const kind which : {kind::model, kind::rtl, kind::lockstep}) {
    EXPECT_THAT(error_of(which, 0, 1), HasSubstr("ports: expected 1 to 128"));
    EXPECT_THAT(error_of(which, 129, 1), HasSubstr("ports: expected 1 to 128"));
    EXPECT_THAT(error_of(which, 4, 0), HasSubstr("iterations: expected 1 to 4"));
    EXPECT_THAT(error_of(which, 4, 5), HasSubstr("iterations: expected 1 to 4"));
  }
}

TEST(make_scheduler, has_rtl_for_every_legal_number_of_ports_and_iterations) {
  for (unsigned ports = 1; ports <= 128; ++ports) {
    for (unsigned iterations = 1; iterations <= 4; ++iterations) {
      EXPECT_EQ(error_of(kind::rtl, ports, iterations), "no error");
    }
  }
}

TEST(make_rtl_scheduler, names_the_built_shapes_when_none_fits) {
  try {
    make_rtl_scheduler(129, 2);
    FAIL() << "there is no such shape";
  } catch (const base::configuration_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("129 ports and 2 iterations"));
    EXPECT_THAT(error.what(), HasSubstr(" 64x4 80x1 128x1"));
  }
}

TEST(make_scheduler, gives_the_ports_and_iterations_that_were_asked_for) {
  for (const kind which : {kind::model, kind::rtl, kind::lockstep}) {
    const auto arbiter = make_scheduler(which, 72, 1);
    EXPECT_EQ(arbiter->ports(), 72U);
    EXPECT_EQ(arbiter->iterations(), 1U);
  }
}

TEST(rtl_shapes, are_ordered_so_that_the_smallest_that_fits_is_found_first) {
  for (std::size_t i = 1; i < rtl_shapes().size(); ++i) {
    EXPECT_LE(rtl_shapes()[i - 1].ports, rtl_shapes()[i].ports);
  }
}

}  // namespace
}  // namespace sn::arbiter
