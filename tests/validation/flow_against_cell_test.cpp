// The error of fidelity flow: the same exchanges by the flow engine and by the cell engine, on the
// fabric of an AL128 domain. docs/fabric.md shows what is measured here, row for row.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "platform/fabric_parameters.h"
#include "platform/loader.h"
#include "unit/fabric/fabric_bench.h"
#include "validation/exchange.h"

namespace sn::validation {
namespace {

template <typename Bench>
outcome carry(Bench& bench, const exchange& work) {
  const base::picoseconds start = alink::now();
  for (const transfer& one : work.transfers) {
    bench.devices[one.from]->issue(
        bench.burst(one.from, one.to, tlm::TLM_WRITE_COMMAND, one.address, one.bytes),
        alink::to_sc_time(one.start));
  }
  sc_core::sc_start();
  bench.check();

  outcome result;
  std::size_t arrived = 0;
  for (const auto& device : bench.devices) {
    for (const auto& event : device->served) {
      const base::picoseconds when = event.when - start;
      result.last = std::max(result.last, when);
      result.mean_ps += static_cast<double>(when.value);
      ++arrived;
    }
  }
  EXPECT_EQ(arrived, work.transfers.size());
  result.mean_ps /= static_cast<double>(arrived);
  return result;
}

/// One exchange by both engines. Both start at the same picosecond of a slot.
struct measured {
  std::string name;
  outcome cell;
  outcome flow;

  double error() const {
    return static_cast<double>(flow.last.value) / static_cast<double>(cell.last.value) - 1.0;
  }
  double mean_error() const { return flow.mean_ps / cell.mean_ps - 1.0; }
  /// The row of the table in docs/fabric.md.
  std::string row() const {
    return fmt::format("| {} | {:.3f} | {:.3f} | {:+.1f} % | {:+.1f} % |", name,
                       static_cast<double>(cell.last.value) * 1e-6,
                       static_cast<double>(flow.last.value) * 1e-6, 100 * error(),
                       100 * mean_error());
  }
};

std::vector<measured> measure(const std::vector<exchange>& exchanges) {
  const auto machine = platform::load(SN_SOURCE_DIR "/platforms/al128.yaml");
  std::vector<std::unique_ptr<fabric::fabric_bench>> cells;
  std::vector<std::unique_ptr<fabric::flow_bench>> flows;
  for (std::size_t i = 0; i < exchanges.size(); ++i) {
    const std::string index = std::to_string(i);
    cells.push_back(std::make_unique<fabric::fabric_bench>(platform::cell_parameters(machine, 0),
                                                           "cell" + index));
    flows.push_back(std::make_unique<fabric::flow_bench>(platform::flow_parameters(machine, 0),
                                                         "flow" + index));
  }
  const sc_core::sc_time whole_slots(32, sc_core::SC_NS);  // five slots of 6.4 ns
  const auto align = [&] {
    const auto past = sc_core::sc_time_stamp().value() % whole_slots.value();
    sc_core::sc_start(whole_slots - sc_core::sc_time::from_value(past));
  };
  std::vector<measured> result;
  for (std::size_t i = 0; i < exchanges.size(); ++i) {
    align();
    const outcome cell = carry(*cells[i], exchanges[i]);
    align();
    const outcome flow = carry(*flows[i], exchanges[i]);
    result.push_back({exchanges[i].name, cell, flow});
  }
  return result;
}

/// Prints the table, holds every row against `limit` and against the documentation.
void hold(const std::vector<exchange>& exchanges, double limit, double limit_of_mean) {
  std::ifstream file(SN_SOURCE_DIR "/docs/fabric.md");
  const std::string documented((std::istreambuf_iterator<char>(file)),
                               std::istreambuf_iterator<char>());
  for (const measured& one : measure(exchanges)) {
    fmt::print("{}\n", one.row());
    EXPECT_LE(std::abs(one.error()), limit) << one.name;
    EXPECT_LE(std::abs(one.mean_error()), limit_of_mean) << one.name;
    EXPECT_NE(documented.find(one.row() + "\n"), std::string::npos)
        << "docs/fabric.md does not say\n"
        << one.row();
  }
}

/// What a copy engine of AL128 leaves between the bursts of a dispatch: about 120 KB at 4 TB/s.
constexpr base::picoseconds gap(30'000);

std::vector<exchange> patterns(std::uint32_t bytes, std::uint32_t skewed_bytes) {
  return {ring(64, bytes),
          permutation(64, bytes),
          incast(64, bytes),
          scatter(64, bytes),
          all_to_all(64, bytes),
          staggered_all_to_all(64, bytes, gap),
          groups_of_all_to_all(64, 8, bytes),
          skewed_all_to_all(64, skewed_bytes)};
}

TEST(flow_against_cell, one_cell_is_within_the_error_for_latency) {
  hold(patterns(256, 256), fabric::flow_error::latency_bound, fabric::flow_error::latency_bound);
}

TEST(flow_against_cell, few_cells_per_plane_are_within_the_error_for_latency) {
  hold(patterns(16'384, 4096), fabric::flow_error::latency_bound, 0.12);
}

TEST(flow_against_cell, tens_of_cells_per_plane_are_within_the_error_for_bandwidth) {
  hold(patterns(65'536, 65'536), fabric::flow_error::bandwidth_bound,
       fabric::flow_error::latency_bound);
}

TEST(flow_against_cell, hundreds_of_cells_per_plane_are_within_the_error_for_bandwidth) {
  hold(patterns(1'048'576, 262'144), fabric::flow_error::bandwidth_bound,
       fabric::flow_error::bandwidth_bound);
}

TEST(flow_against_cell, partly_connected_exchanges_are_within_the_error_for_bandwidth) {
  std::vector<exchange> all;
  for (const unsigned neighbours : {2U, 8U, 16U, 28U, 32U, 40U, 48U, 60U}) {
    all.push_back(to_neighbours(64, neighbours, 524'288));
  }
  for (const unsigned neighbours : {8U, 24U, 48U}) {
    all.push_back(staggered_to_neighbours(64, neighbours, 524'288, gap));
  }
  all.push_back(staggered_all_to_all(8, 524'288, gap));
  for (const unsigned peers : {4U, 16U, 48U}) {
    all.push_back(random_graph(64, peers, 524'288));
  }
  hold(all, fabric::flow_error::bandwidth_bound, 0.06);
}

/// What the stated error does not cover: how well iSLIP does here depends on where its pointers
/// happen to be. The limits are what is measured, so that a change shows.
TEST(flow_against_cell, some_partly_connected_exchanges_are_further_off) {
  hold({to_neighbours(64, 12, 524'288), to_neighbours(64, 24, 524'288),
        to_neighbours(48, 32, 524'288), to_both_sides(64, 16, 524'288),
        to_both_sides(64, 32, 524'288), to_both_sides(64, 40, 524'288)},
       0.49, 0.49);
}

}  // namespace
}  // namespace sn::validation
