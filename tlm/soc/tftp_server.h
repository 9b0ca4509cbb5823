// Serves the files of a folder by TFTP.
#pragma once

#include <cstdint>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "base/snapshot.h"

namespace sn::soc {

/// Read requests of RFC 1350, with the options blksize (at most 1468) and tsize of RFC 2347 to
/// 2349. There is one transfer at a time: a new request ends the one before.
class tftp_server {
 public:
  using message = std::vector<std::uint8_t>;

  static constexpr std::uint16_t request_port = 69;
  static constexpr std::uint16_t transfer_port = 3069;

  /// Without a folder no file is found. Throws base::configuration_error when it is not a folder.
  explicit tftp_server(std::string folder);

  /// What to send, from transfer_port, to the port that sent this to `port`.
  std::optional<message> answer(std::uint16_t port, std::uint16_t from, const message& received);

  void save(base::snapshot_writer& to) const;
  void restore(base::snapshot_reader& from);

 private:
  struct transfer {
    std::string name;  ///< empty: there is none
    std::uint16_t peer = 0;
    std::uint16_t block_size = 512;
    std::uint64_t block = 0;  ///< sent last; 0: the options, if there are any
  };

  std::optional<message> begin(std::uint16_t from, const message& request);
  std::optional<message> go_on(std::uint16_t from, const message& acknowledgement);
  bool open(const std::string& name);
  message data();

  const std::string folder_;
  transfer now_;
  std::ifstream file_;
  std::uint64_t file_bytes_ = 0;
};

}  // namespace sn::soc
