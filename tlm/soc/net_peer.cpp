#include "soc/net_peer.h"

#include <fmt/format.h>

#include <optional>
#include <sstream>
#include <utility>

#include "base/error.h"
#include "soc/net_host.h"
#include "soc/pcap_file.h"

namespace sn::soc {
namespace {

class nobody final : public net_peer {
 public:
  std::vector<net_frame> answers(const net_frame& /*received*/) override { return {}; }
};

class loopback final : public net_peer {
 public:
  std::vector<net_frame> answers(const net_frame& received) override { return {received}; }
};

class replay final : public net_peer {
 public:
  explicit replay(const std::string& path) : frames_(read_pcap(path)) {}
  std::vector<timed_frame> planned() const override { return frames_; }
  std::vector<net_frame> answers(const net_frame& /*received*/) override { return {}; }

 private:
  const std::vector<timed_frame> frames_;
};

/// What follows `prefix` in `word`, if it begins so.
std::optional<std::string> after(const std::string& prefix, const std::string& word) {
  return word.compare(0, prefix.size(), prefix) == 0 ? std::optional(word.substr(prefix.size()))
                                                     : std::nullopt;
}

}  // namespace

net_connection parse_connection(const std::string& text) {
  net_connection wanted;
  const auto refuse = [&text] {
    throw base::configuration_error(
        "", 0, "net",
        fmt::format("'{}', expected one of none, loopback, host, host:FOLDER and replay:FILE, and "
                    "pcap:FILE, with a comma",
                    text));
  };
  std::istringstream words(text);
  for (std::string word; std::getline(words, word, ',');) {
    if (const auto file = after("pcap:", word); file.has_value()) {
      if (file->empty() || !wanted.capture.empty()) {
        refuse();
      }
      wanted.capture = *file;
      continue;
    }
    const bool known = word == "none" || word == "loopback" || word == "host" ||
                       !after("host:", word).value_or("").empty() ||
                       !after("replay:", word).value_or("").empty();
    if (!known || !wanted.peer.empty()) {
      refuse();
    }
    wanted.peer = word;
  }
  if (wanted.peer.empty() && wanted.capture.empty()) {
    refuse();
  }
  wanted.exists = true;
  return wanted;
}

std::unique_ptr<net_peer> make_peer(const net_connection& connection) {
  if (const auto folder = after("host:", connection.peer); folder.has_value()) {
    return std::make_unique<net_host>(*folder);
  }
  if (const auto file = after("replay:", connection.peer); file.has_value()) {
    return std::make_unique<replay>(*file);
  }
  if (connection.peer == "host") {
    return std::make_unique<net_host>("");
  }
  if (connection.peer == "loopback") {
    return std::make_unique<loopback>();
  }
  return std::make_unique<nobody>();
}

}  // namespace sn::soc
