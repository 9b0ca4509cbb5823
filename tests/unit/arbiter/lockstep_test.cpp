// The RTL and its twin, slot for slot.
#include "arbiter/lockstep.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <ostream>

#include "arbiter/islip.h"
#include "unit/arbiter/requests.h"

namespace sn::arbiter {
namespace {

struct shape {
  unsigned ports;
  unsigned iterations;
  int slots_per_seed;
};

std::ostream& operator<<(std::ostream& out, const shape& tested) {
  return out << tested.ports << 'x' << tested.iterations;
}

class rtl_and_twin : public testing::TestWithParam<shape> {};

TEST_P(rtl_and_twin, agree_on_random_requests_at_every_density_and_through_resets) {
  const auto arbiter = make_scheduler(kind::lockstep, GetParam().ports, GetParam().iterations);
  slot_grant grant;
  std::uint64_t grants = 0;
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    for (const double density : {0.02, 0.1, 0.3, 0.7, 1.0}) {
      base::random_generator random(seed, static_cast<std::uint64_t>(density * 100));
      const double readiness = seed % 2 == 0 ? 1.0 : 0.75;
      for (int slot = 0; slot < GetParam().slots_per_seed; ++slot) {
        if (random.chance(0.002)) {
          arbiter->reset();
        }
        arbiter->arbitrate(random_request(random, GetParam().ports, density, readiness), grant);
        grants += grant.granted.count();
      }
    }
  }
  EXPECT_GT(grants, 0U);
}

// Requests that stay until they are served reach other pointer positions than fresh ones do.
TEST_P(rtl_and_twin, agree_on_requests_that_persist) {
  const unsigned ports = GetParam().ports;
  const auto arbiter = make_scheduler(kind::lockstep, ports, GetParam().iterations);
  base::random_generator random(11);
  slot_request request;
  request.ready = base::port_set::first(ports);
  slot_grant grant;
  for (int slot = 0; slot < 20 * GetParam().slots_per_seed; ++slot) {
    for (unsigned input = 0; input < ports; ++input) {
      if (random.chance(0.9)) {
        request.inputs_for_output[random.below(ports)].set(input);
      }
    }
    arbiter->arbitrate(request, grant);
    grant.granted.for_each([&](unsigned output) {
      request.inputs_for_output[output].reset(grant.input_for_output[output]);
    });
  }
}

INSTANTIATE_TEST_SUITE_P(shapes, rtl_and_twin,
                         testing::Values(shape{1, 1, 1000}, shape{2, 1, 2500}, shape{4, 1, 10000},
                                         shape{7, 1, 5000}, shape{8, 1, 5000}, shape{16, 1, 2500},
                                         shape{16, 2, 2500}, shape{13, 4, 2500}, shape{16, 4, 2500},
                                         shape{40, 1, 500}, shape{64, 1, 500}, shape{64, 2, 500},
                                         shape{50, 3, 500}, shape{64, 4, 500}, shape{72, 1, 300},
                                         shape{80, 1, 300}, shape{100, 1, 200}, shape{128, 1, 200},
                                         shape{81, 2, 100}, shape{128, 3, 100}, shape{128, 4, 100}),
                         [](const auto& test) {
                           return fmt::format("{}_ports_{}_iterations", test.param.ports,
                                              test.param.iterations);
                         });

/// A scheduler that drops the grant of output 1 in slot 3.
class forgetful final : public scheduler {
 public:
  unsigned ports() const override { return twin_.ports(); }
  unsigned iterations() const override { return twin_.iterations(); }
  void reset() override {
    twin_.reset();
    slot_ = 0;
  }
  void save(base::snapshot_writer& to) const override { twin_.save(to); }
  void restore(base::snapshot_reader& from) override { twin_.restore(from); }
  void arbitrate(const slot_request& request, slot_grant& grant) override {
    twin_.arbitrate(request, grant);
    if (slot_++ == 3) {
      grant.granted.reset(1);
      grant.input_for_output[1] = slot_grant::none;
    }
  }

 private:
  islip twin_{4, 1};
  unsigned slot_ = 0;
};

TEST(lockstep, stops_at_the_first_difference_with_the_slot_the_requests_and_both_answers) {
  lockstep arbiter(std::make_unique<islip>(4, 1), std::make_unique<forgetful>());
  slot_request request;
  request.inputs_for_output[1].set(0);
  request.inputs_for_output[1].set(2);
  request.ready = base::port_set::first(2);
  slot_grant grant;
  for (int slot = 0; slot < 3; ++slot) {
    arbiter.arbitrate(request, grant);
  }
  try {
    arbiter.arbitrate(request, grant);
    FAIL() << "the difference was not seen";
  } catch (const lockstep_error& error) {
    EXPECT_EQ(error.slot(), 3U);
    // The pointer of output 1 went 0, 1, 3 (that is 0), 1: slot 3 serves input 2.
    EXPECT_STREQ(error.what(),
                 "lockstep: the arbiters differ in slot 3\n"
                 "  output 1 is asked by inputs 0 2\n"
                 "  ready outputs: 0 1\n"
                 "  reference grants (output<-input): 1<-2\n"
                 "  tested grants    (output<-input): none");
  }
}

TEST(lockstep, counts_slots_from_the_last_reset) {
  lockstep arbiter(std::make_unique<islip>(4, 1), std::make_unique<forgetful>());
  slot_request request;
  request.inputs_for_output[1].set(0);
  request.ready = base::port_set::first(4);
  slot_grant grant;
  arbiter.arbitrate(request, grant);
  arbiter.reset();
  for (int slot = 0; slot < 3; ++slot) {
    arbiter.arbitrate(request, grant);
  }
  EXPECT_THROW(arbiter.arbitrate(request, grant), lockstep_error);
}

}  // namespace
}  // namespace sn::arbiter
