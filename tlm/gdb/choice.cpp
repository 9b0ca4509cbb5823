#include "gdb/choice.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "base/error.h"
#include "soc/soc.h"

namespace sn::gdb {
namespace {

[[noreturn]] void refuse(const std::string& message) {
  throw base::configuration_error("", 0, "--controller", message);
}

class controller : public target {
 public:
  explicit controller(soc::controller_soc& soc) : soc_(soc) {}

  soc::controller_soc& soc() { return soc_; }
  soc::hart_module& hart() override { return soc_.debugged_hart(); }
  bool read_debug(std::uint64_t address, void* data, std::size_t size) override {
    return soc_.read_debug(address, data, size);
  }
  bool write_debug(std::uint64_t address, const void* data, std::size_t size) override {
    return soc_.write_debug(address, data, size);
  }
  const std::vector<soc::address_window>& address_map() const override {
    return soc_.address_map();
  }
  std::optional<std::string> reset() override {
    soc_.reset();
    return std::nullopt;
  }

 private:
  soc::controller_soc& soc_;
};

bool names(const std::string& word, const std::string& controller) {
  const auto begins_with = [&](const char* kind) { return controller.rfind(kind, 0) == 0; };
  return word == controller || (word == "cipus" && begins_with("cipu")) ||
         (word == "switches" && begins_with("switch")) || (word == "pools" && begins_with("pool"));
}

}  // namespace

std::vector<named_target> all_controllers(platform::system& system) {
  std::vector<named_target> all;
  const auto add = [&all](std::string name, soc::controller_soc& soc) {
    all.push_back({std::move(name), std::make_shared<controller>(soc)});
  };
  const platform::description& machine = system.machine();
  for (unsigned i = 0; i < machine.topology.partitions(); ++i) {
    add(fmt::format("cipu{}", i), system.cipu(i).controller());
  }
  for (unsigned domain = 0; domain < machine.topology.domains(); ++domain) {
    for (unsigned plane = 0; plane < machine.topology.planes; ++plane) {
      add(fmt::format("switch{}.{}", domain, plane),
          system.alink_switch(domain, plane).controller());
    }
  }
  for (unsigned i = 0; i < machine.pools(); ++i) {
    add(fmt::format("pool{}", i), system.pool(i).controller());
  }
  return all;
}

soc::controller_soc& controller_of(platform::system& system, const std::string& name) {
  for (const named_target& each : all_controllers(system)) {
    if (each.name == name) {
      return static_cast<controller&>(*each.what).soc();
    }
  }
  refuse(fmt::format("'{}' is no controller of the platform", name));
}

std::vector<named_target> choose(const std::vector<named_target>& all, const std::string& choice) {
  std::vector<named_target> chosen;
  std::istringstream words(choice);
  for (std::string word; std::getline(words, word, ',');) {
    bool found = false;
    for (const named_target& each : all) {
      if (!names(word, each.name)) {
        continue;
      }
      found = true;
      const bool is_new = std::none_of(chosen.begin(), chosen.end(),
                                       [&](const auto& other) { return other.what == each.what; });
      if (is_new) {
        chosen.push_back(each);
      }
    }
    if (!found) {
      refuse(
          fmt::format("'{}', expected a controller of the platform ({} to {}) or a group: cipus, "
                      "switches, pools",
                      word, all.front().name, all.back().name));
    }
  }
  if (chosen.empty()) {
    refuse("expected at least one controller");
  }
  for (const named_target& each : chosen) {
    if (each.xlen() != chosen.front().xlen()) {
      refuse(
          fmt::format("{} is RV{} and {} is RV{}, expected harts of one width: GDB has one "
                      "architecture per target",
                      chosen.front().name, chosen.front().xlen(), each.name, each.xlen()));
    }
  }
  return chosen;
}

}  // namespace sn::gdb
