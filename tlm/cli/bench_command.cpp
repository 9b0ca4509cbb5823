#include "cli/bench_command.h"

#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <string>

#include "base/error.h"
#include "cli/fault_option.h"
#include "cli/fidelity.h"
#include "cli/numbers.h"
#include "cli/rank_lists.h"
#include "cli/result_file.h"
#include "cli/size.h"
#include "cli/snapshot_options.h"
#include "estimate/bench.h"
#include "estimate/bench_options.h"
#include "estimate/installation.h"
#include "estimate/library_bench.h"
#include "estimate/network_bench.h"
#include "platform/loader.h"
#include "platform/network_loader.h"

namespace sn::cli {

namespace {

constexpr int exit_wrong_data = 1;

/// As given; sizes and names are read when the command runs.
struct arguments {
  estimate::bench_options options;
  std::string collective;
  std::string algorithm = "auto";
  std::string begin = "8";
  std::string end;
  std::string fidelity;  ///< empty: flow for a machine of links, else cell
  std::string json_file;
  fault_arguments fault;
  std::string members;
  std::string parts_file;
  bool no_library = false;
  snapshot_options snapshots;
  bool sizes_given = false;  ///< --begin or --end
};

template <typename Value>
Value known(const std::optional<Value>& value, const char* key, const std::string& name,
            const std::string& expected) {
  if (!value) {
    throw base::configuration_error("", 0, key, "expected one of " + expected + ", not " + name);
  }
  return *value;
}

/// Members and parts.
void read_ranks(const arguments& given, estimate::bench_options& options) {
  const auto refuse = [](const char* key, const char* other) {
    throw base::configuration_error("", 0, key, fmt::format("not together with {}", other));
  };
  if (!given.members.empty()) {
    if (options.ranks != 0 || options.groups != 1) {
      refuse("--members", "--ranks or --groups, which follow from it");
    }
    const auto groups = members_from(given.members);
    options.ranks = static_cast<std::uint32_t>(groups.front().size());
    options.groups = static_cast<std::uint32_t>(groups.size());
    for (const auto& group : groups) {
      options.members.insert(options.members.end(), group.begin(), group.end());
    }
  }
  if (!given.parts_file.empty()) {
    if (given.sizes_given) {
      refuse("--parts", "--begin or --end, which follow from it");
    }
    const std::vector<std::uint64_t> parts = parts_from(given.parts_file);
    std::uint32_t ranks = 1;
    while (std::size_t{ranks} * ranks < parts.size()) {
      ++ranks;
    }
    options.ranks = options.ranks == 0 ? ranks : options.ranks;
    options.begin = base::bytes(estimate::largest_share(parts, ranks) * workload::element_size);
    options.end = options.begin;
    options.parts = std::make_shared<const std::vector<std::uint64_t>>(parts);
  }
}

estimate::bench_options read(const arguments& given) {
  estimate::bench_options options = given.options;
  options.kind =
      known(workload::collective_kind_from(given.collective), "COLLECTIVE", given.collective,
            "all_reduce, reduce_scatter, all_gather, all_to_all, all_to_all_v, broadcast, "
            "send_receive");
  if (given.algorithm != "auto") {
    options.algorithm =
        known(workload::collective_algorithm_from(given.algorithm), "--algorithm", given.algorithm,
              "auto, ring, direct, halving_doubling, binary_tree, double_binary_tree, in_switch, "
              "hierarchical");
  }
  options.begin = size_from(given.begin, "--begin");
  options.end = size_from(given.end.empty() ? (options.check ? "1M" : "1G") : given.end, "--end");
  if (given.end.empty() && options.end < options.begin) {
    options.end = options.begin;
  }
  read_ranks(given, options);
  options.fault = fault_of(given.fault);
  options.snapshots = given.snapshots.read();
  const fidelity chosen = fidelity_of(given.fidelity);
  options.engine = chosen.engine;
  options.arbiter = chosen.arbiter;
  if (options.firmware.empty()) {
    options.firmware = estimate::firmware_directory();
  }
  return options;
}

void print_header(const arguments& given, const estimate::bench_result& result) {
  const std::uint32_t groups = given.options.groups;
  fmt::print("# {} of {}{} ranks on {}, fidelity {}\n", given.collective,
             groups == 1 ? "" : fmt::format("{} groups of ", groups), result.ranks, result.platform,
             given.fidelity);
  if (result.links == estimate::link_use::everywhere) {
    fmt::print(
        "# Links and accelerators only: fair shares of every link, no switch is arbitrated and "
        "no firmware runs (docs/networks.md).\n");
  } else if (!result.library.empty()) {
    fmt::print(
        "# By the model of the library {}, which rests on {} assumed values of the platform "
        "(docs/collectives.md); --no-library simulates switches instead.\n",
        result.library, result.library_assumptions.size());
  } else {
    const std::string error = error_of(fidelity_of(given.fidelity));
    if (!error.empty()) {
      fmt::print("# {}\n", error);
    }
    fmt::print("# brought up by firmware: {} GPUs, {} ports trained\n", result.firmware.gpus_ready,
               result.firmware.ports_trained);
    if (result.links == estimate::link_use::between_domains) {
      fmt::print(
          "# Simulated switches in one domain, for which all others stand; between domains "
          "links only (docs/networks.md).\n");
    }
  }
  fmt::print("# line rate: {:.2f} GB/s of payload per rank and direction\n",
             static_cast<double>(result.line_rate.value) * 1e-9);
  fmt::print("#\n# {:>11} {:>13} {:>7} {:>18} {:>12} {:>9} {:>9} {:>7}\n", "size", "count", "type",
             "algorithm", "time", "algbw", "busbw", "#wrong");
  fmt::print("# {:>11} {:>13} {:>7} {:>18} {:>12} {:>9} {:>9}\n", "(B)", "(elements)", "", "",
             "(us)", "(GB/s)", "(GB/s)");
  std::fflush(stdout);
}

void print_row(const estimate::bench_row& row) {
  fmt::print("  {:>11} {:>13} {:>7} {:>18} {:>12.2f} {:>9.2f} {:>9.2f} {:>7}\n", row.size.value,
             row.size.value / workload::element_size, "float", workload::to_text(row.algorithm),
             static_cast<double>(row.time.value) * 1e-6, row.algorithm_bandwidth * 1e-9,
             row.bus_bandwidth * 1e-9, row.wrong ? std::to_string(*row.wrong) : "N/A");
  if (row.fault) {
    for (const std::string& line : estimate::sentences(*row.fault)) {
      fmt::print("# {}\n", line);
    }
  }
  std::fflush(stdout);
}

/// Prints why each algorithm was taken, once per run of sizes with the same one.
class reason_printer {
 public:
  void before(const estimate::bench_row& row) {
    if (!row.reason.empty() && last_ != row.algorithm) {
      fmt::print("# auto takes {}\n", row.reason);
      last_ = row.algorithm;
    }
  }

 private:
  std::optional<workload::collective_algorithm> last_;
};

/// The machine, if it has a communication library.
std::optional<platform::description> with_library(const std::string& file) {
  platform::description machine = platform::load(file);
  return machine.library.name.empty() ? std::nullopt : std::make_optional(std::move(machine));
}

int run(arguments given) {
  const auto links = platform::load_network(given.options.platform_file);
  if (links && given.snapshots.any()) {
    throw base::configuration_error(
        "", 0, "--save", "snapshots are of machines with firmware, not of machines of links");
  }
  // With a library the fidelity is flow, no data move and no link errs.
  const auto library = !links && !given.no_library && !given.options.check &&
                               given.members.empty() && given.parts_file.empty() &&
                               !given.options.bit_error_rate && !given.fault.any() &&
                               !given.snapshots.any() && given.options.traffic_class == 0 &&
                               (given.fidelity.empty() || given.fidelity == "flow")
                           ? with_library(given.options.platform_file)
                           : std::nullopt;
  if (given.fidelity.empty()) {
    given.fidelity = links || library ? "flow" : "cell";
  }
  const estimate::bench_options options = read(given);
  result_file file(given.json_file, "--json");
  reason_printer reasons;
  const auto begun = [&](const estimate::bench_result& up) { print_header(given, up); };
  const auto row_done = [&](const estimate::bench_row& row) {
    reasons.before(row);
    print_row(row);
  };
  const estimate::bench_result result =
      links     ? estimate::run_network_bench(options, *links, begun, row_done)
      : library ? estimate::run_library_bench(options, *library, begun, row_done)
                : estimate::run_bench(options, begun, row_done);
  double sum = 0.0;
  std::uint64_t wrong = 0;
  for (const estimate::bench_row& row : result.rows) {
    sum += row.bus_bandwidth * 1e-9;
    wrong += row.wrong.value_or(0);
  }
  fmt::print("# Wrong elements      : {}\n", options.check ? std::to_string(wrong) : "not checked");
  fmt::print("# Avg bus bandwidth   : {:.4f} GB/s\n",
             sum / static_cast<double>(result.rows.size()));
  if (result.library.empty()) {
    if (result.bytes_reduced.value + result.bytes_copied.value == 0) {
      fmt::print("# Bytes on the fabric   : {} injected = {} delivered + {} failed\n",
                 result.bytes_injected.value, result.bytes_delivered.value,
                 result.bytes_failed.value);
    } else {
      fmt::print(
          "# Bytes on the fabric   : {} injected + {} copied by switches = {} delivered + {} "
          "reduced by switches + {} failed\n",
          result.bytes_injected.value, result.bytes_copied.value, result.bytes_delivered.value,
          result.bytes_reduced.value, result.bytes_failed.value);
    }
    if (result.bytes_replayed.value != 0) {
      fmt::print("# Replayed by links     : {} bytes on the wire\n", result.bytes_replayed.value);
    }
    if (result.links_given_up != 0) {
      fmt::print("# Links that went down  : {}, since their replays brought nothing\n",
                 result.links_given_up);
    }
  }
  if (file) {
    file.write(estimate::bench_json(options, given.fidelity, result));
  }
  return wrong == 0 ? 0 : exit_wrong_data;
}

}  // namespace

void add_bench_command(CLI::App& app, int& exit_code) {
  auto given = std::make_shared<arguments>();
  CLI::App* command = app.add_subcommand(
      "bench", "Bring a platform up and time a collective on it, as nccl-tests does");
  command->add_option("platform", given->options.platform_file, "Platform file (YAML)")->required();
  command
      ->add_option("collective", given->collective,
                   "all_reduce, reduce_scatter, all_gather, all_to_all, all_to_all_v, broadcast or "
                   "send_receive")
      ->required();
  add_count(*command, "--ranks", given->options.ranks,
            "Ranks of each group (default: a whole scale-up domain; of a machine of links "
            "all accelerators)",
            1);
  add_count(*command, "--groups", given->options.groups,
            "Groups of ranks, GPUs in their order, that all do the collective at once", 1)
      ->capture_default_str();
  command
      ->add_option("--algorithm", given->algorithm,
                   "ring, direct, halving_doubling, binary_tree, double_binary_tree, in_switch, "
                   "hierarchical, or auto: the one with the shortest estimated time")
      ->capture_default_str();
  command->add_option("--begin", given->begin, "First size; K, M and G are powers of 1024")
      ->capture_default_str();
  command->add_option("--end", given->end, "Last size (default: 1G, with --check 1M)");
  add_count(*command, "--factor", given->options.factor, "From one size to the next", 2)
      ->capture_default_str();
  command->add_option("--members", given->members,
                      "Accelerators of the ranks, like 0-7/8-14:2,15,16,17: groups that all do the "
                      "collective at once");
  command->add_option("--parts", given->parts_file,
                      "File with the bytes of an all_to_all_v: a line for each source, in it a "
                      "size for each destination");
  add_fidelity_option(*command, given->fidelity);
  command
      ->add_option("--bit-error-rate", given->options.bit_error_rate,
                   "Of every link, after forward error correction, instead of the platform's; at "
                   "most 0.01, with fidelity flow 1e-5: above it links go down now and then")
      ->check(finite_number());
  add_fault_options(*command, given->fault);
  add_count(*command, "--traffic-class", given->options.traffic_class,
            "Of all messages; the highest that the switches have goes first")
      ->capture_default_str();
  command->add_flag("--check", given->options.check,
                    "Move real data and compare every element; exits with 1 if one is wrong");
  command->add_flag(
      "--no-library", given->no_library,
      "Simulate switches, also where the platform has a communication library; "
      "--check, --bit-error-rate, a fault, snapshots and a fidelity other than flow do so, "
      "too");
  command->add_option("--json", given->json_file, "File to write the rows to");
  command->add_flag_callback(
      "--no-checkers", [given] { given->options.check_protocols = false; },
      "Leave out the checkers of TLM-2.0's rules and of the order of bursts; results are the "
      "same");
  command->add_option("--firmware", given->options.firmware,
                      "Folder of cipu.elf, switch.elf and pool.elf (default: as built)");
  given->snapshots.add_to(*command);
  command->callback([given, command, &exit_code] {
    given->sizes_given = command->count("--begin") != 0 || command->count("--end") != 0;
    exit_code = run(*given);
  });
}

}  // namespace sn::cli
