#include "soc/pcap_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

#include "base/error.h"
#include "base/file.h"

namespace sn::soc {
namespace {

// https://www.ietf.org/archive/id/draft-gharris-opsawg-pcap-01.html
constexpr std::uint32_t magic_nanoseconds = 0xa1b2'3c4d;
constexpr std::uint32_t magic_microseconds = 0xa1b2'c3d4;
constexpr std::uint32_t link_ethernet = 1;
constexpr std::uint32_t longest_frame = 65'535;
constexpr std::size_t file_header_words = 6;
constexpr std::size_t record_header_words = 4;

constexpr std::uint64_t ns_per_s = 1'000'000'000;

std::uint32_t swapped(std::uint32_t value) {
  return value >> 24 | (value >> 8 & 0xff00U) | (value << 8 & 0xff'0000U) | value << 24;
}

/// The file, from its beginning.
class reader {
 public:
  explicit reader(const std::string& path) : path_(path) {
    content_ = base::file_content(path, "net");
    const std::uint32_t magic = content_.size() < sizeof magic ? 0 : word();
    swaps_ = magic == swapped(magic_nanoseconds) || magic == swapped(magic_microseconds);
    const std::uint32_t known = swaps_ ? swapped(magic) : magic;
    if (known != magic_nanoseconds && known != magic_microseconds) {
      fail("is not a pcap file");
    }
    ns_per_unit_ = known == magic_nanoseconds ? 1 : 1000;
    need((file_header_words - 1) * sizeof magic);
    for (std::size_t i = 2; i < file_header_words; ++i) {
      word();
    }
    const std::uint32_t link = word() & 0xffffU;
    if (link != link_ethernet) {
      fail(fmt::format("has link type {}, expected 1 (Ethernet)", link));
    }
  }

  bool at_end() const { return place_ == content_.size(); }
  /// The next frame and its time in ns.
  std::pair<std::uint64_t, net_frame> next() {
    need(record_header_words * sizeof(std::uint32_t));
    const std::uint64_t seconds = word();
    const std::uint64_t time = seconds * ns_per_s + std::uint64_t{word()} * ns_per_unit_;
    const std::uint32_t captured = word();
    const std::uint32_t original = word();
    if (captured != original || captured > longest_frame) {
      fail(
          fmt::format("has a frame of {} bytes of which {} are there, expected whole frames of at "
                      "most 65535",
                      original, captured));
    }
    need(captured);
    net_frame frame(captured);
    std::copy_n(content_.begin() + static_cast<std::ptrdiff_t>(place_), captured, frame.begin());
    place_ += captured;
    return {time, frame};
  }
  [[noreturn]] void fail(const std::string& message) const {
    throw base::configuration_error(path_, 0, "net", message);
  }

 private:
  void need(std::size_t count) const {
    if (content_.size() - place_ < count) {
      fail("is cut short");
    }
  }
  std::uint32_t word() {
    std::uint32_t value = 0;
    std::memcpy(&value, content_.data() + place_, sizeof value);
    place_ += sizeof value;
    return swaps_ ? swapped(value) : value;
  }

  std::string path_;
  std::string content_;
  std::size_t place_ = 0;
  bool swaps_ = false;
  std::uint64_t ns_per_unit_ = 1;
};

void write_words(std::ofstream& file, const std::uint32_t* words, std::size_t count) {
  file.write(reinterpret_cast<const char*>(words),
             static_cast<std::streamsize>(count * sizeof *words));
}

}  // namespace

pcap_writer::pcap_writer(const std::string& path) : file_(path, std::ios::binary) {
  // Version 2.4, in the host's order.
  const std::array<std::uint32_t, file_header_words> header{magic_nanoseconds, 4U << 16 | 2, 0, 0,
                                                            longest_frame,     link_ethernet};
  write_words(file_, header.data(), header.size());
  if (!file_.flush()) {
    throw base::configuration_error(path, 0, "net", "cannot be written");
  }
}

void pcap_writer::add(const sc_core::sc_time& time, const net_frame& frame) {
  const std::uint64_t ns = time.value() / 1000;  // of picoseconds
  const auto size = static_cast<std::uint32_t>(frame.size());
  const std::array<std::uint32_t, record_header_words> header{
      static_cast<std::uint32_t>(ns / ns_per_s), static_cast<std::uint32_t>(ns % ns_per_s), size,
      size};
  write_words(file_, header.data(), header.size());
  file_.write(reinterpret_cast<const char*>(frame.data()), size);
  file_.flush();
}

std::vector<timed_frame> read_pcap(const std::string& path) {
  reader from(path);
  std::vector<timed_frame> all;
  std::optional<std::uint64_t> first;
  while (!from.at_end()) {
    auto [ns, frame] = from.next();
    first = first.value_or(ns);
    const std::uint64_t picoseconds = (ns - *first) * 1000;
    if (ns < *first || ns - *first > ~std::uint64_t{0} / 2000 ||
        (!all.empty() && all.back().time.value() > picoseconds)) {
      from.fail("has frames that are not in order of time");
    }
    all.push_back({sc_core::sc_time::from_value(picoseconds), std::move(frame)});
  }
  return all;
}

}  // namespace sn::soc
