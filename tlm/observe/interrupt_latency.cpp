#include "observe/interrupt_latency.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace sn::observe {
namespace {

constexpr unsigned mip = 0x344;
constexpr std::uint64_t ps_per_ns = 1000;

std::string nanoseconds(const sc_core::sc_time& time) {
  return fmt::format("{}.{:03}", time.value() / ps_per_ns, time.value() % ps_per_ns);
}

}  // namespace

interrupt_latency::interrupt_latency(const observed_hart& hart)
    : name_(hart.name), module_(*hart.module) {
  module_.watch_interrupts([this](hart::interrupt line, bool level) {
    const auto cause = static_cast<unsigned>(line);
    source& which = sources_.at(cause);
    if (level) {
      rise(which);
      pending_ |= std::uint64_t{1} << cause;
    } else {
      fall(which);
      pending_ &= ~(std::uint64_t{1} << cause);
    }
  });
}

void interrupt_latency::rise(source& which) {
  if (!which.asserted.has_value()) {
    which.asserted = module_.local_time();
  }
}

void interrupt_latency::fall(source& which) {
  which.withdrawn += which.asserted.has_value() ? 1 : 0;
  which.asserted.reset();
}

void interrupt_latency::on_instruction(const hart::executed_instruction& /*done*/) {
  // What software has changed.
  const std::uint64_t now = module_.core().read_csr(mip).value_or(0);
  const std::uint64_t changed = now ^ pending_;
  for (unsigned i = 0; changed != 0 && i < sources_.size(); ++i) {
    const bool is_changed = (changed >> i & 1U) != 0;
    if (is_changed && (now >> i & 1U) != 0) {
      rise(sources_.at(i));
    } else if (is_changed) {
      fall(sources_.at(i));
    }
  }
  pending_ = now;
}

void interrupt_latency::on_trap(const hart::taken_trap& taken) {
  if (!taken.is_interrupt || taken.cause >= sources_.size()) {
    return;
  }
  source& which = sources_.at(taken.cause);
  which.name = name_of(taken);
  if (which.asserted.has_value()) {
    which.entries.push_back({*which.asserted, module_.local_time(), taken.from});
    which.asserted.reset();
  } else {
    ++which.again;
  }
}

void interrupt_latency::write(std::ostream& out) const {
  for (const source& each : sources_) {
    if (each.name.empty()) {
      continue;
    }
    // By the power of two of nanoseconds that it is less than.
    std::map<std::uint64_t, std::uint64_t> histogram;
    for (const entry& one : each.entries) {
      std::uint64_t limit = 1;
      while (limit * ps_per_ns <= (one.entered - one.asserted).value()) {
        limit *= 2;
      }
      ++histogram[limit];
    }
    out << fmt::format("{}: {}: {} taken, {} again while asserted, {} withdrawn\n", name_,
                       each.name, each.entries.size(), each.again, each.withdrawn);
    for (const auto& [limit, count] : histogram) {
      out << fmt::format("  below {:>10} ns: {}\n", limit, count);
    }
  }
  for (const source& each : sources_) {
    for (const entry& one : each.entries) {
      out << fmt::format("{} {} {} at {:x} after {} ns\n", seconds(one.entered), name_, each.name,
                         one.from, nanoseconds(one.entered - one.asserted));
    }
  }
}

}  // namespace sn::observe
