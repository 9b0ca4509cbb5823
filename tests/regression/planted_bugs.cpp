#include "regression/planted_bugs.h"

#include <array>

#include "arbiter/verilated_arbiter.h"
#include "base/error.h"
#include "valink_arbiter_double_accept.h"
#include "valink_arbiter_grants_survive_reset.h"
#include "valink_arbiter_index_off_by_one.h"
#include "valink_arbiter_later_iteration_moves_pointer.h"
#include "valink_arbiter_output_starved.h"
#include "valink_arbiter_ready_ignored.h"
#include "valink_arbiter_reset_incomplete.h"
#include "valink_arbiter_rotation_off_by_one.h"
#include "valink_arbiter_unaccepted_grant_moves_pointer.h"

namespace sn::test {

namespace {

struct bug {
  const char* name;
  std::unique_ptr<arbiter::scheduler> (*make)(bool assertions);
};

template <class model>
std::unique_ptr<arbiter::scheduler> make(bool assertions) {
  auto result = std::make_unique<
      arbiter::verilated_arbiter<model, planted_bug_ports, planted_bug_iterations>>(
      planted_bug_ports);
  result->check_assertions(assertions);
  return result;
}

constexpr std::array bugs{
    bug{"unaccepted_grant_moves_pointer", make<valink_arbiter_unaccepted_grant_moves_pointer>},
    bug{"ready_ignored", make<valink_arbiter_ready_ignored>},
    bug{"rotation_off_by_one", make<valink_arbiter_rotation_off_by_one>},
    bug{"later_iteration_moves_pointer", make<valink_arbiter_later_iteration_moves_pointer>},
    bug{"reset_incomplete", make<valink_arbiter_reset_incomplete>},
    bug{"double_accept", make<valink_arbiter_double_accept>},
    bug{"output_starved", make<valink_arbiter_output_starved>},
    bug{"grants_survive_reset", make<valink_arbiter_grants_survive_reset>},
    bug{"index_off_by_one", make<valink_arbiter_index_off_by_one>}};

}  // namespace

std::vector<std::string> planted_bug_names() {
  std::vector<std::string> names;
  names.reserve(bugs.size());
  for (const bug& planted : bugs) {
    names.emplace_back(planted.name);
  }
  return names;
}

std::unique_ptr<arbiter::scheduler> make_planted_bug(const std::string& name, bool assertions) {
  for (const bug& planted : bugs) {
    if (name == planted.name) {
      return planted.make(assertions);
    }
  }
  base::invariant_violated("make_planted_bug: no such bug");
}

}  // namespace sn::test
