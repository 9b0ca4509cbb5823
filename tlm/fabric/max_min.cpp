#include "fabric/max_min.h"

#include <algorithm>

#include "base/error.h"

namespace sn::fabric {

using base::port_set;

max_min::max_min(const std::vector<rate>& capacity)
    : in_(capacity.size()),
      out_(capacity.size()),
      outputs_(capacity.size()),
      inputs_(capacity.size()),
      open_outputs_(capacity.size()),
      open_inputs_(capacity.size()) {
  base::ensure(capacity.size() <= base::port_limit, "flows share more ports than there can be");
  for (std::size_t port = 0; port < capacity.size(); ++port) {
    base::ensure(capacity[port] != 0, "a link without capacity cannot be shared");
    in_[port].full = in_[port].capacity = capacity[port];
    out_[port].full = out_[port].capacity = capacity[port];
  }
}

void max_min::add(unsigned input, unsigned output) {
  base::ensure(!contains(input, output), "a flow was added twice");
  outputs_[input].set(output);
  inputs_[output].set(input);
  dirty_inputs_.set(input);
  dirty_outputs_.set(output);
}

void max_min::remove(unsigned input, unsigned output) {
  base::ensure(contains(input, output), "a flow was removed that was not there");
  outputs_[input].reset(output);
  inputs_[output].reset(input);
  dirty_inputs_.set(input);
  dirty_outputs_.set(output);
}

void max_min::set_capacity(unsigned port, rate capacity) {
  base::ensure(capacity != 0 && outputs_[port].none() && inputs_[port].none(),
               "the capacity of a link changes while flows use it, or to none");
  in_[port].full = in_[port].capacity = capacity;
  out_[port].full = out_[port].capacity = capacity;
}

void max_min::limit_output(unsigned output, double part) {
  base::ensure(part > 0.0 && part <= 1.0, "an output is limited to more or less than it has");
  link& one = out_[output];
  one.capacity = static_cast<rate>(static_cast<double>(one.full) * part);
}

bool max_min::gather() {
  port_set new_inputs;
  port_set new_outputs;
  if (dirty_inputs_.any()) {
    new_inputs.set(dirty_inputs_.next_from(0));
  } else if (dirty_outputs_.any()) {
    new_outputs.set(dirty_outputs_.next_from(0));
  } else {
    return false;
  }
  component_inputs_ = new_inputs;
  component_outputs_ = new_outputs;
  while (new_inputs.any() || new_outputs.any()) {
    port_set reached_outputs;
    port_set reached_inputs;
    new_inputs.for_each([&](unsigned i) { reached_outputs = reached_outputs | outputs_[i]; });
    new_outputs.for_each([&](unsigned o) { reached_inputs = reached_inputs | inputs_[o]; });
    new_inputs = reached_inputs & ~component_inputs_;
    new_outputs = reached_outputs & ~component_outputs_;
    component_inputs_ = component_inputs_ | new_inputs;
    component_outputs_ = component_outputs_ | new_outputs;
  }
  dirty_inputs_ = dirty_inputs_ & ~component_inputs_;
  dirty_outputs_ = dirty_outputs_ & ~component_outputs_;
  return true;
}

void max_min::solve() {
  candidates_.clear();
  const auto open = [this](link& one, port_set& undecided, const port_set& flows,
                           std::size_t index) {
    one.left = one.capacity;
    one.open = flows.count();
    one.level = unlimited;
    undecided = flows;
    if (one.open != 0) {
      candidates_.push_back({one.left / one.open, static_cast<std::uint16_t>(index)});
    }
  };
  component_inputs_.for_each([&](unsigned i) { open(in_[i], open_outputs_[i], outputs_[i], i); });
  component_outputs_.for_each([&](unsigned o) {
    open(out_[o], open_inputs_[o], inputs_[o], std::size_t{base::port_limit} + o);
  });
  const auto later = [](const candidate& a, const candidate& b) {
    return a.share != b.share ? a.share > b.share : a.index > b.index;
  };
  std::make_heap(candidates_.begin(), candidates_.end(), later);

  while (!candidates_.empty()) {
    std::pop_heap(candidates_.begin(), candidates_.end(), later);
    candidate next = candidates_.back();
    candidates_.pop_back();
    link& full = link_at(next.index);
    if (full.open == 0) {
      continue;
    }
    const rate share = full.left / full.open;
    next.share = share;
    if (!candidates_.empty() && later(next, candidates_.front())) {
      candidates_.push_back(next);
      std::push_heap(candidates_.begin(), candidates_.end(), later);
      continue;
    }
    full.level = share;
    const auto give = [share](link& other, port_set& undecided, unsigned flow) {
      other.left -= share;
      --other.open;
      undecided.reset(flow);
    };
    if (next.index < base::port_limit) {
      const unsigned input = next.index;
      open_outputs_[input].for_each(
          [&](unsigned output) { give(out_[output], open_inputs_[output], input); });
    } else {
      const unsigned output = next.index - base::port_limit;
      open_inputs_[output].for_each(
          [&](unsigned input) { give(in_[input], open_outputs_[input], output); });
    }
    full.open = 0;
  }
}

}  // namespace sn::fabric
