// The table of transactions against std::map, with many entries coming and going.
#include "checker/payload_table.h"

#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "base/random.h"

namespace sn::checker {
namespace {

TEST(payload_table, finds_what_a_map_finds_whatever_comes_and_goes) {
  std::vector<tlm::tlm_generic_payload> payloads(300);
  std::map<const tlm::tlm_generic_payload*, unsigned> expected;
  payload_table<unsigned> table;
  base::random_generator random(4);
  for (unsigned turn = 0; turn < 20'000; ++turn) {
    const tlm::tlm_generic_payload* one = &payloads[random.below(payloads.size())];
    // Phases in which entries rather come, and in which they rather go.
    if (random.chance(turn / 2'000 % 2 == 0 ? 0.7 : 0.3)) {
      table.insert(one, turn);
      expected[one] = turn;
    } else {
      table.erase(one);
      expected.erase(one);
    }
    ASSERT_EQ(table.empty(), expected.empty());
    for (const auto& payload : payloads) {
      const unsigned* found = table.find(&payload);
      const auto known = expected.find(&payload);
      ASSERT_EQ(found != nullptr, known != expected.end());
      ASSERT_TRUE(found == nullptr || *found == known->second);
    }
  }
}

}  // namespace
}  // namespace sn::checker
