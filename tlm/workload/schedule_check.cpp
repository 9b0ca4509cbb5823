#include <algorithm>

#include "workload/collective_check.h"
#include "workload/schedule.h"

namespace sn::workload {

namespace {

/// A transfer with what it carries.
struct message_in_flight {
  transfer what;
  std::vector<float> content;
};

}  // namespace

std::uint64_t count_wrong(const collective& what, const schedule& steps) {
  const collective_check check(what);
  constexpr float untouched = 12345.5F;  // no input and no sum of inputs
  std::vector<std::vector<float>> data(what.ranks,
                                       std::vector<float>(steps.data_elements, untouched));
  const auto at = [](std::uint64_t index) { return static_cast<std::ptrdiff_t>(index); };
  for (std::uint32_t rank = 0; rank < what.ranks; ++rank) {
    const std::vector<float> input = check.input(rank);
    std::copy(input.begin(), input.end(),
              data[rank].begin() + at(place_of(what, rank).input.first));
  }
  for (const schedule_stage& stage : steps.stages) {
    for (std::uint32_t repetition = 0; repetition < stage.front().repeats; ++repetition) {
      std::vector<message_in_flight> flying;
      const auto land = [&] {
        for (const message_in_flight& one : flying) {
          float* place = data[one.what.to].data() + one.what.place;
          for (std::size_t i = 0; i < one.content.size(); ++i) {
            place[i] = one.what.add ? place[i] + one.content[i] : one.content[i];
          }
        }
        flying.clear();
      };
      for (const schedule_step& step : stage) {
        for (std::uint32_t group = 0; group < step.among.count(); ++group) {
          step.transfers(repetition, group, [&](const transfer& one) {
            const auto first = data[one.from].begin() + at(one.part.first);
            flying.push_back({one, {first, first + at(one.part.count)}});
            if (step.relays.ranks != 0) {
              land();
            }
          });
        }
      }
      land();
    }
  }
  std::uint64_t wrong = 0;
  for (std::uint32_t rank = 0; rank < what.ranks; ++rank) {
    const element_range output = place_of(what, rank).output;
    wrong += check.wrong(
        rank, {data[rank].begin() + at(output.first), data[rank].begin() + at(output.end())});
  }
  return wrong;
}

}  // namespace sn::workload
