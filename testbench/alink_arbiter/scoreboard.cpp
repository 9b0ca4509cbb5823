#include "alink_arbiter/scoreboard.h"

#include <fmt/format.h>

namespace sn::testbench {

std::string scoreboard::check(const arbiter::slot_request& request,
                              const arbiter::slot_grant& grant) {
  std::string broken = check_pairs(request, grant);
  if (broken.empty()) {
    broken = check_work(request, grant);
  }
  if (broken.empty()) {
    broken = check_waits(request, grant);
  }
  return broken;
}

std::uint64_t scoreboard::waiting() const {
  std::uint64_t count = 0;
  for (const base::port_set& row : open_) {
    count += row.count();
  }
  return count;
}

/// Every grant answers a live request to a ready output, and no input is matched twice.
std::string scoreboard::check_pairs(const arbiter::slot_request& request,
                                    const arbiter::slot_grant& grant) {
  base::port_set taken;
  for (unsigned output = 0; output < base::port_limit; ++output) {
    const unsigned input = grant.input_for_output[output];
    if (grant.granted.test(output) != (input != arbiter::slot_grant::none)) {
      return fmt::format("output {}: granted and input_for_output disagree", output);
    }
    if (!grant.granted.test(output)) {
      continue;
    }
    if (output >= ports_ || input >= ports_) {
      return fmt::format("output {} is granted to input {}: no such port", output, input);
    }
    if (!request.inputs_for_output[output].test(input)) {
      return fmt::format("output {} is granted to input {}, which did not ask", output, input);
    }
    if (!request.ready.test(output)) {
      return fmt::format("output {} is granted and is not ready", output);
    }
    if (taken.test(input)) {
      return fmt::format("input {} is matched twice", input);
    }
    taken.set(input);
  }
  return {};
}

/// Each iteration matches a pair at least as long as one is left: either no unmatched input asks an
/// unmatched ready output, or there are as many pairs as iterations.
std::string scoreboard::check_work(const arbiter::slot_request& request,
                                   const arbiter::slot_grant& grant) {
  if (grant.granted.count() >= iterations_) {
    return {};
  }
  base::port_set taken;
  grant.granted.for_each([&](unsigned output) { taken.set(grant.input_for_output[output]); });
  for (unsigned output = 0; output < ports_; ++output) {
    if (request.ready.test(output) && !grant.granted.test(output) &&
        (request.inputs_for_output[output] & ~taken).any()) {
      return fmt::format("output {} is ready and asked by an idle input, and nothing is granted",
                         output);
    }
  }
  return {};
}

/// With one iteration, all outputs ready and nothing withdrawn a request is passed over in at most
/// 2N(N-1) slots. A slot in which that is not so begins the count of all anew.
std::string scoreboard::check_waits(const arbiter::slot_request& request,
                                    const arbiter::slot_grant& grant) {
  bool conditions = iterations_ == 1 && request.ready == base::port_set::first(ports_);
  for (unsigned output = 0; output < ports_; ++output) {
    const base::port_set& asked = request.inputs_for_output[output];
    const base::port_set gone = open_[output] & ~asked;
    withdrawn_ += gone.count();
    appeared_ += (asked & ~open_[output]).count();
    conditions = conditions && gone.none();
    open_[output] = asked;
  }
  if (!conditions) {
    waited_ = {};
  }
  std::string broken;
  const unsigned bound = 2 * ports_ * (ports_ - 1);
  for (unsigned output = 0; output < ports_; ++output) {
    if (grant.granted.test(output)) {
      const unsigned input = grant.input_for_output[output];
      open_[output].reset(input);
      waited_[output][input] = 0;
      ++granted_;
    }
    if (!conditions) {
      continue;
    }
    open_[output].for_each([&](unsigned input) {
      const unsigned waited = ++waited_[output][input];
      longest_wait_ = waited > longest_wait_ ? waited : longest_wait_;
      if (waited > bound) {
        broken = fmt::format("input {} waits for output {} for {} slots; at most {} are possible",
                             input, output, waited, bound);
      }
    });
  }
  return broken;
}

}  // namespace sn::testbench
