#include "soc/htif.h"

#include <array>

namespace sn::soc {
namespace {

// Linux's numbers of the system calls that test programs make.
constexpr std::uint64_t call_write = 64;
constexpr std::uint64_t call_exit = 93;
constexpr std::uint64_t not_implemented = ~std::uint64_t{37};  // -ENOSYS

constexpr std::uint64_t device_system = 0;
constexpr std::uint64_t device_console = 1;
constexpr std::uint64_t console_write = 1;

}  // namespace

bool htif::is_request(std::uint64_t address, unsigned size) {
  if (address == tohost_) {
    return size == 8 || size == 4;
  }
  std::uint32_t lower = 0;
  return address == tohost_ + 4 && size == 4 && memory_.read(tohost_, &lower, sizeof lower) &&
         lower != 0;
}

std::optional<std::uint64_t> htif::serve() {
  std::uint64_t request = 0;
  if (!memory_.read(tohost_, &request, sizeof request) || request == 0) {
    return std::nullopt;
  }
  const std::uint64_t none = 0;
  const std::uint64_t device = request >> 56;
  const std::uint64_t command = request >> 48 & 0xff;
  const std::uint64_t payload = request & 0xffff'ffff'ffff;
  if (device == device_system && command == 0) {
    if ((payload & 1U) != 0) {
      return payload >> 1;
    }
    memory_.write(tohost_, &none, sizeof none);
    return call(payload);
  }
  memory_.write(tohost_, &none, sizeof none);
  if (device == device_console && command == console_write) {
    if (sink_) {
      sink_(static_cast<char>(payload & 0xff));
    }
    answer(device << 56 | command << 48);
  }
  return std::nullopt;
}

std::optional<std::uint64_t> htif::call(std::uint64_t arguments) {
  std::array<std::uint64_t, 4> words{};
  if (!memory_.read(arguments, words.data(), sizeof words)) {
    return std::nullopt;
  }
  std::uint64_t result = not_implemented;
  if (words[0] == call_exit) {
    return words[1];
  }
  if (words[0] == call_write) {
    result = 0;
    for (; result < words[3]; ++result) {
      char character = 0;
      if (!memory_.read(words[2] + result, &character, 1)) {
        break;
      }
      if (sink_) {
        sink_(character);
      }
    }
  }
  memory_.write(arguments, &result, sizeof result);
  answer(1);
  return std::nullopt;
}

void htif::answer(std::uint64_t value) {
  if (fromhost_.has_value()) {
    memory_.write(*fromhost_, &value, sizeof value);
  }
}

}  // namespace sn::soc
