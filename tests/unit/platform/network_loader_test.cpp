// Files of machines of links: what is made of them, and how mistakes are refused.
#include "platform/network_loader.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "base/error.h"
#include "scratch.h"

namespace sn::platform {
namespace {

namespace fs = std::filesystem;

std::string text_of(const std::string& name) {
  std::ifstream file(fs::path(SN_SOURCE_DIR) / "platforms" / name);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// The file with one piece of text, which must be there once, replaced by another; it lies beside
/// copies of the others, as clusters name their supernodes.
class NetworkLoader : public testing::Test {
 protected:
  NetworkLoader() : folder_(scratch_path("")) {
    fs::create_directories(folder_);
    for (const auto& each : fs::directory_iterator(fs::path(SN_SOURCE_DIR) / "platforms")) {
      fs::copy_file(each.path(), folder_ / each.path().filename());
    }
  }

  ~NetworkLoader() override { fs::remove_all(folder_); }

  network_machine load(const std::string& name, const std::string& from = "",
                       const std::string& to = "") {
    std::string text = text_of(name);
    if (!from.empty()) {
      const std::size_t at = text.find(from);
      EXPECT_NE(at, std::string::npos) << from;
      EXPECT_EQ(text.find(from, at + 1), std::string::npos) << from << " is there twice";
      text.replace(at, from.size(), to);
    }
    std::ofstream(folder_ / name) << text;
    return load_network((folder_ / name).string()).value();
  }

  std::string refusal(const std::string& name, const std::string& from, const std::string& to) {
    try {
      load(name, from, to);
    } catch (const base::configuration_error& error) {
      EXPECT_EQ(fs::path(error.file()).filename(), name);
      EXPECT_GT(error.line(), 0);
      const std::string what = error.what();
      return what.substr(what.find(error.key()));
    }
    return "not refused";
  }

  fs::path folder_;
};

TEST_F(NetworkLoader, AFileOfAMachineWithSwitchesIsNotOne) {
  EXPECT_FALSE(load_network((folder_ / "al128.yaml").string()).has_value());
}

TEST_F(NetworkLoader, FiguresOfAClos) {
  const network_machine machine = load("cloudmatrix384.yaml");
  EXPECT_EQ(machine.accelerators(), 384U);
  EXPECT_EQ(machine.levels, (std::vector<std::uint32_t>{8, 48}));
  // 392 GB/s of which 0.852 is reached.
  EXPECT_EQ(machine.scale_up_rate.value, 333'984'000'000U);
  EXPECT_EQ(machine.network->endpoints(), 384U);
}

TEST_F(NetworkLoader, FiguresOfATorus) {
  const network_machine machine = load("trn2_ultraserver64.yaml");
  // 4 x 128 + 2 x 64 GB/s each way, 0.9 of it.
  EXPECT_EQ(machine.scale_up_rate.value, 576'000'000'000U);
  EXPECT_EQ(machine.levels, (std::vector<std::uint32_t>{4, 4, 4}));
  EXPECT_TRUE(machine.is_grid());
}

TEST_F(NetworkLoader, ClustersOfMachinesWithAndWithoutSwitches) {
  const network_machine links = load("cloudmatrix384_cluster.yaml");
  EXPECT_EQ(links.accelerators(), 165'888U);
  EXPECT_EQ(links.levels, (std::vector<std::uint32_t>{8, 48, 432}));
  EXPECT_EQ(links.supernode, nullptr);
  // 400 Gbit/s, 0.93 of it.
  EXPECT_EQ(links.scale_out_rate.value, 46'500'000'000U);

  const network_machine switches = load("al128_two_layer.yaml");
  EXPECT_EQ(switches.domains, 8U);  // four racks of two
  ASSERT_NE(switches.supernode, nullptr);
  EXPECT_EQ(switches.supernode->name, "al128");

  const network_machine shared = load("al128_shared_nics.yaml");
  network::route way;
  shared.network->append_route(0, 511, way);
  EXPECT_EQ(way.hops.size(), 8U);  // up, down to the NICs; two leaves; up from NICs, down
}

TEST_F(NetworkLoader, ShapesThatDoNotAddUpAreRefused) {
  EXPECT_EQ(
      refusal("cloudmatrix384.yaml", "accelerators_per_leaf: {value: 8",
              "accelerators_per_leaf: {value: 7"),
      "topology.accelerators_per_leaf: expected a divisor of the 384 accelerators, found '7'");
  EXPECT_EQ(refusal("sd200.yaml", "[4, 4, 4]", "[4, 4, 5]"),
            "topology.dimensions: expected sizes whose product is the 64 accelerators");
  EXPECT_EQ(refusal("sd200.yaml", "[100 GB/s, 100 GB/s, 100 GB/s]", "[100 GB/s, 100 GB/s]"),
            "scale_up.link_rates: expected one for each of the 3 dimensions, found 2");
  EXPECT_EQ(refusal("sd200.yaml", "[100 GB/s, 100 GB/s, 100 GB/s]", "[100 GB/s, 100, 100 GB/s]"),
            "scale_up.link_rates: expected bandwidths like '128 GB/s', found '100'");
}

TEST_F(NetworkLoader, ClustersThatCannotBeAreRefused) {
  EXPECT_EQ(refusal("nvl72_superpod.yaml", "value: nvl72.yaml", "value: shanghai_cube.yaml"),
            "cluster.supernode: expected a machine, found the cluster shanghai_cube.yaml");
  EXPECT_EQ(refusal("nvl72_superpod.yaml", "supernodes: {value: 8", "supernodes: {value: 1"),
            "cluster.supernodes: expected at least two domains to join, found one");
  EXPECT_EQ(refusal("nvl72_superpod.yaml", "attachment: {value: accelerator",
                    "attachment: {value: shared"),
            "cluster.network.kind: expected fat_tree, since shared ports belong to no rail");
  EXPECT_EQ(refusal("shanghai_cube.yaml", "oversubscription: {value: 1.0",
                    "oversubscription: {value: 0.5")
                .substr(0, 33),
            "cluster.network.oversubscription:");
  EXPECT_EQ(
      refusal("al128_shared_nics.yaml", "accelerators_per_leaf: {value: 64",
              "accelerators_per_leaf: {value: 63"),
      "cluster.network.accelerators_per_leaf: expected whole domains of 64, which share their "
      "ports, found '63'");
}

TEST_F(NetworkLoader, UnknownKeysAreRefused) {
  EXPECT_EQ(refusal("sd200.yaml", "  dimensions:", "  dimension:").substr(0, 20),
            "topology.dimensions:");
  EXPECT_EQ(refusal("trn2_server.yaml", "  protocol:", "  colour: red\n  protocol:").substr(0, 15),
            "scale_up.colour");
}

}  // namespace
}  // namespace sn::platform
