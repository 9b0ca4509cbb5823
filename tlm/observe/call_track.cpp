#include "observe/call_track.h"

namespace sn::observe {

call_track::call_track(const observed_hart& hart, base::trace& trace)
    : call_observer(hart.symbols),
      module_(*hart.module),
      trace_(trace),
      track_(trace.add_track("functions", hart.name)) {}

base::picoseconds call_track::now() const {
  // The instruction that is shown has been executed.
  return base::picoseconds{(module_.local_time() - module_.instruction_time()).value()};
}

void call_track::entered(std::size_t function) {
  calls_.push_back({function, now()});
}

void call_track::left() {
  const call& ended = calls_.back();
  trace_.slice(track_, functions().name(ended.function), ended.begin, now());
  calls_.pop_back();
}

void call_track::finish() {
  while (!calls_.empty()) {
    const call& ended = calls_.back();
    trace_.slice(track_, functions().name(ended.function), ended.begin,
                 base::picoseconds{module_.local_time().value()});
    calls_.pop_back();
  }
}

}  // namespace sn::observe
