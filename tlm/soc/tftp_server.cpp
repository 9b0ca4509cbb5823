#include "soc/tftp_server.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "base/error.h"
#include "soc/big_endian.h"

namespace sn::soc {
namespace {

constexpr std::uint16_t read_request = 1;
constexpr std::uint16_t data_block = 3;
constexpr std::uint16_t acknowledgement = 4;
constexpr std::uint16_t error = 5;
constexpr std::uint16_t option_acknowledgement = 6;

constexpr std::uint16_t file_not_found = 1;
constexpr std::uint16_t illegal_operation = 4;

constexpr unsigned long smallest_block = 8;
constexpr unsigned long largest_block = 1468;  // what a frame holds

using message = tftp_server::message;

void append_text(message& to, const std::string& text) {
  to.insert(to.end(), text.begin(), text.end());
  to.push_back(0);
}

message refusal(std::uint16_t code, const std::string& text) {
  message answer;
  append_16(answer, error);
  append_16(answer, code);
  append_text(answer, text);
  return answer;
}

/// The texts from `place` on, each of which ends with a 0.
std::vector<std::string> texts(const message& of, std::size_t place) {
  std::vector<std::string> all;
  auto begin = of.begin() + static_cast<std::ptrdiff_t>(place);
  for (auto end = std::find(begin, of.end(), 0); end != of.end();
       end = std::find(begin, of.end(), 0)) {
    all.emplace_back(begin, end);
    begin = end + 1;
  }
  return all;
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char each) {
    return each >= 'A' && each <= 'Z' ? static_cast<char>(each - 'A' + 'a') : each;
  });
  return text;
}

/// A number of at most six digits, or 0.
unsigned long number(const std::string& text) {
  const bool good = !text.empty() && text.size() <= 6 &&
                    text.find_first_not_of("0123456789") == std::string::npos;
  return good ? std::stoul(text) : 0;
}

}  // namespace

tftp_server::tftp_server(std::string folder) : folder_(std::move(folder)) {
  if (!folder_.empty() && !std::filesystem::is_directory(folder_)) {
    throw base::configuration_error(folder_, 0, "net", "is not a folder to serve files from");
  }
}

std::optional<message> tftp_server::answer(std::uint16_t port, std::uint16_t from,
                                           const message& received) {
  constexpr std::size_t shortest = 4;
  if (received.size() < shortest) {
    return std::nullopt;
  }
  if (port == request_port) {
    return begin(from, received);
  }
  return port == transfer_port ? go_on(from, received) : std::nullopt;
}

bool tftp_server::open(const std::string& name) {
  const std::filesystem::path relative = std::filesystem::path(name).relative_path();
  const bool leaves = std::find(relative.begin(), relative.end(), "..") != relative.end();
  const std::filesystem::path path = std::filesystem::path(folder_) / relative;
  std::error_code none;
  if (folder_.empty() || leaves || !std::filesystem::is_regular_file(path, none)) {
    return false;
  }
  file_ = std::ifstream(path, std::ios::binary | std::ios::ate);
  if (!file_) {
    return false;
  }
  file_bytes_ = static_cast<std::uint64_t>(file_.tellg());
  return true;
}

std::optional<message> tftp_server::begin(std::uint16_t from, const message& request) {
  const std::vector<std::string> words = texts(request, 2);
  if (big_endian_16(request, 0) != read_request || words.size() < 2) {
    return refusal(illegal_operation, "only files can be read");
  }
  now_ = {};
  if (!open(words[0])) {
    return refusal(file_not_found, "there is no such file");
  }
  now_.name = words[0];
  now_.peer = from;
  message options;
  append_16(options, option_acknowledgement);
  for (std::size_t i = 2; i + 1 < words.size(); i += 2) {
    const std::string name = lower(words[i]);
    if (name == "blksize" && number(words[i + 1]) >= smallest_block) {
      now_.block_size = static_cast<std::uint16_t>(std::min(number(words[i + 1]), largest_block));
      append_text(options, words[i]);
      append_text(options, std::to_string(now_.block_size));
    } else if (name == "tsize") {
      append_text(options, words[i]);
      append_text(options, std::to_string(file_bytes_));
    }
  }
  if (options.size() > 2) {
    return options;
  }
  now_.block = 1;
  return data();
}

std::optional<message> tftp_server::go_on(std::uint16_t from, const message& received) {
  if (now_.name.empty() || from != now_.peer) {
    return std::nullopt;
  }
  const std::uint16_t what = big_endian_16(received, 0);
  if (what == error) {
    now_ = {};
    return std::nullopt;
  }
  const std::uint16_t block = big_endian_16(received, 2);
  if (what != acknowledgement) {
    return refusal(illegal_operation, "expected an acknowledgement");
  }
  if (block != static_cast<std::uint16_t>(now_.block)) {
    // Of the block before: the last one is said again.
    const bool again = now_.block > 0 && block == static_cast<std::uint16_t>(now_.block - 1);
    return again ? std::optional(data()) : std::nullopt;
  }
  if (now_.block > 0 && now_.block * now_.block_size > file_bytes_) {
    now_ = {};  // that was the last, which is shorter than a block
    return std::nullopt;
  }
  ++now_.block;
  return data();
}

message tftp_server::data() {
  const std::uint64_t begin = (now_.block - 1) * now_.block_size;
  const std::uint64_t count =
      begin < file_bytes_ ? std::min<std::uint64_t>(now_.block_size, file_bytes_ - begin) : 0;
  message answer;
  append_16(answer, data_block);
  append_16(answer, static_cast<std::uint32_t>(now_.block & 0xffff));
  std::vector<char> bytes(count);
  file_.clear();
  file_.seekg(static_cast<std::streamoff>(begin));
  file_.read(bytes.data(), static_cast<std::streamsize>(count));
  answer.insert(answer.end(), bytes.begin(), bytes.end());
  return answer;
}

void tftp_server::save(base::snapshot_writer& to) const {
  to.text(now_.name);
  to.number(now_.peer);
  to.number(now_.block_size);
  to.number(now_.block);
}

void tftp_server::restore(base::snapshot_reader& from) {
  now_.name = from.text();
  from.number(now_.peer);
  now_.block_size = from.number_up_to(static_cast<std::uint16_t>(largest_block));
  from.number(now_.block);
  if (!now_.name.empty() && !open(now_.name)) {
    from.refuse("a transfer of the file " + now_.name + ", which is not there any more");
  }
}

}  // namespace sn::soc
