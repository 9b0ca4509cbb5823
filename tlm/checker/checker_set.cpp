#include "checker/checker_set.h"

#include "base/error.h"

namespace sn::checker {

inline_checker& checker_set::add(const std::string& hop, data_policy data, witness* also) {
  const auto report = [](rule broken, const std::string& where) {
    base::invariant_violated("TLM-2.0: " + where + ": " + to_text(broken));
  };
  checkers_.push_back(std::make_unique<inline_checker>(sc_core::sc_gen_unique_name("checker"), hop,
                                                       data, report, also));
  return *checkers_.back();
}

void checker_set::audit() const {
  for (const auto& checker : checkers_) {
    checker->audit();
  }
}

void checker_set::save(base::snapshot_writer& to, const kernel::payload_names& names) const {
  to.number(std::uint64_t{checkers_.size()});
  for (const auto& each : checkers_) {
    each->save(to, names);
  }
}

void checker_set::restore(base::snapshot_reader& from, const kernel::payload_names& names) {
  if (from.number<std::uint64_t>() != checkers_.size()) {
    from.refuse("a machine with other checkers");
  }
  for (const auto& each : checkers_) {
    each->restore(from, names);
  }
}

}  // namespace sn::checker
