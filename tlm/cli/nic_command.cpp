#include "cli/nic_command.h"

#include <fmt/format.h>

#include <map>
#include <memory>
#include <string>

#include "base/error.h"
#include "cli/numbers.h"
#include "cli/result_file.h"
#include "cli/size.h"
#include "estimate/nic_bench.h"
#include "platform/network_loader.h"

namespace sn::cli {

namespace {

constexpr double giga = 1e9;

struct arguments {
  estimate::nic_bench_options options;
  std::string platform_file;
  std::string pattern;
  std::string size = "16M";
  std::string retransmission;  ///< empty: as the platform says
  std::string multipath;       ///< the same
  std::string json_file;
};

template <typename Value>
Value look_up(const std::map<std::string, Value>& names, const std::string& name) {
  return names.at(name);  // CLI11 has checked it
}

const std::map<std::string, estimate::nic_pattern> patterns{
    {"single", estimate::nic_pattern::single},
    {"incast", estimate::nic_pattern::incast},
    {"shift", estimate::nic_pattern::shift},
    {"all_to_all", estimate::nic_pattern::all_to_all}};
const std::map<std::string, network::retransmission> retransmissions{
    {"go_back_n", network::retransmission::go_back_n},
    {"selective", network::retransmission::selective}};
const std::map<std::string, network::multipath> multipaths{
    {"flow_hash", network::multipath::flow_hash}, {"spray", network::multipath::spray}};

void print(const estimate::nic_bench_options& options, const std::string& platform,
           const estimate::nic_bench_result& result) {
  fmt::print("# {} among {} NICs of {}, {} bytes each, loss {}, seed {}\n",
             estimate::to_text(options.pattern), options.nics, platform, options.size.value,
             options.loss, options.seed);
  fmt::print("time          {} for {} queue pairs\n", base::to_text(result.time), result.pairs);
  fmt::print("line rate     {:.3f} GB/s of payload per port\n", result.line_rate / giga);
  fmt::print("goodput       {:.3f} GB/s in all; per pair {:.3f} to {:.3f}, {:.3f} on average\n",
             result.goodput / giga, result.least / giga, result.most / giga, result.mean / giga);
  fmt::print("fairness      {:.4f} (Jain, over pairs)\n", result.fairness);
  fmt::print("packets       {} sent, {} of them again, {} in vain\n", result.packets,
             result.repeated, result.duplicates);
  fmt::print("lost          {} on the way, {} for want of room; {} timeouts\n", result.lost,
             result.dropped, result.timeouts);
  fmt::print("fullest queue {}\n", base::to_text(result.most_queued));
}

void run(arguments& given) {
  estimate::nic_bench_options& options = given.options;
  options.pattern = look_up(patterns, given.pattern);
  options.size = size_from(given.size, "--size");
  if (!given.retransmission.empty()) {
    options.repeat = look_up(retransmissions, given.retransmission);
  }
  if (!given.multipath.empty()) {
    options.ways = look_up(multipaths, given.multipath);
  }
  const auto machine = platform::load_network(given.platform_file);
  if (!machine) {
    throw base::configuration_error(given.platform_file, 0, "cluster",
                                    "expected a cluster: NICs join its supernodes");
  }
  result_file file(given.json_file, "--json");
  const estimate::nic_bench_result result = estimate::run_nic_bench(options, *machine);
  print(options, machine->name, result);
  if (file) {
    file.write(estimate::nic_bench_json(options, *machine, result));
  }
}

}  // namespace

void add_nic_command(CLI::App& app, int& exit_code) {
  auto given = std::make_shared<arguments>();
  CLI::App* command = app.add_subcommand(
      "nic", "Runs the NICs between the supernodes of a cluster, packet by packet");
  command->add_option("platform", given->platform_file, "Platform file of a cluster (YAML)")
      ->required();
  command
      ->add_option("pattern", given->pattern,
                   "single (NIC 0 to the last), incast (all to NIC 0), shift (by half of them) or "
                   "all_to_all")
      ->required()
      ->check(CLI::IsMember(patterns));
  add_count(*command, "--nics", given->options.nics, "NICs that take part", 2)
      ->capture_default_str();
  add_count(*command, "--stride", given->options.stride,
            "From the accelerator of one NIC to that of the next", 1)
      ->capture_default_str();
  command->add_option("--size", given->size, "Of each message; K, M and G are powers of 1024")
      ->capture_default_str();
  command->add_option("--loss", given->options.loss, "Probability for packets and acknowledgements")
      ->check(finite_number())
      ->capture_default_str();
  command
      ->add_option("--retransmission", given->retransmission,
                   "go_back_n or selective, instead of the platform's")
      ->check(CLI::IsMember(retransmissions));
  command
      ->add_option("--multipath", given->multipath, "flow_hash or spray, instead of the platform's")
      ->check(CLI::IsMember(multipaths));
  add_count(*command, "--seed", given->options.seed, "Seed of all randomness")
      ->capture_default_str();
  command->add_option("--json", given->json_file, "File to write the result to");
  command->callback([given, &exit_code] {
    run(*given);
    exit_code = 0;
  });
}

}  // namespace sn::cli
