#include "hart/isa.h"

#include <set>
#include <sstream>

#include "base/error.h"

namespace sn::hart {
namespace {

[[noreturn]] void refuse(const std::string& text, const std::string& why) {
  throw base::configuration_error("", 0, "isa", "\"" + text + "\": " + why);
}

}  // namespace

isa parse_isa(const std::string& text) {
  isa result;
  if (text.rfind("rv32", 0) == 0) {
    result.xlen = 32;
  } else if (text.rfind("rv64", 0) != 0) {
    refuse(text, "expected rv32 or rv64 and the extensions, such as rv64gc or rv32imac_zba");
  }
  std::istringstream parts(text.substr(4));
  std::string letters;
  std::getline(parts, letters, '_');
  std::set<char> single;
  for (const char letter : letters) {
    if (letter == 'g') {
      single.insert({'i', 'm', 'a', 'f', 'd'});
    } else if (std::string("imafdcsu").find(letter) != std::string::npos) {
      single.insert(letter);
    } else {
      refuse(text, std::string("extension '") + letter + "' is not implemented");
    }
  }
  for (const char needed : {'i', 'm', 'a', 'c'}) {
    if (single.count(needed) == 0) {
      refuse(text, std::string("extension '") + needed + "' is always there and must be named");
    }
  }
  for (std::string name; std::getline(parts, name, '_');) {
    if (name == "zba") {
      result.with.zba = true;
    } else if (name == "zbb") {
      result.with.zbb = true;
    } else if (name == "zbs") {
      result.with.zbs = true;
    } else if (name != "zicsr" && name != "zifencei" && name != "zicntr" && name != "zihpm") {
      refuse(text, "extension '" + name + "' is not implemented");
    }
  }
  result.with.f = single.count('f') != 0;
  result.with.d = single.count('d') != 0;
  if (result.with.d && !result.with.f) {
    refuse(text, "extension 'd' needs 'f'");
  }
  if (result.with.f && result.xlen == 32) {
    refuse(text, "floating point is implemented for rv64 only");
  }
  result.with.supervisor = true;
  return result;
}

std::string isa_string(const isa& what) {
  std::string text = what.xlen == 64 ? "rv64ima" : "rv32ima";
  text += what.with.f ? "f" : "";
  text += what.with.d ? "d" : "";
  text += "c_zicsr_zifencei";
  text += what.with.zba ? "_zba" : "";
  text += what.with.zbb ? "_zbb" : "";
  text += what.with.zbs ? "_zbs" : "";
  return text;
}

}  // namespace sn::hart
