#include "cli/console_script.h"

#include <sstream>

#include "base/error.h"
#include "base/file.h"

namespace sn::cli {
namespace {

std::string unescaped(const std::string& path, int line, const std::string& text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      result += text[i];
      continue;
    }
    ++i;
    switch (i < text.size() ? text[i] : '\0') {
      case 'n':
        result += '\n';
        break;
      case 'r':
        result += '\r';
        break;
      case 't':
        result += '\t';
        break;
      case '\\':
        result += '\\';
        break;
      default:
        throw base::configuration_error(path, line, "",
                                        "a backslash, expected \\n, \\r, \\t or \\\\");
    }
  }
  return result;
}

}  // namespace

console_script::console_script(const std::string& path) {
  std::istringstream file(base::file_content(path));
  int number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    if (line.empty() || line.front() == '#') {
      continue;
    }
    const std::size_t space = line.find(' ');
    const std::string verb = line.substr(0, space);
    if ((verb != "expect" && verb != "send") || space == std::string::npos ||
        space + 1 == line.size()) {
      throw base::configuration_error(path, number, verb,
                                      "expected \"expect TEXT\" or \"send TEXT\"");
    }
    steps_.push_back({verb == "expect", unescaped(path, number, line.substr(space + 1))});
  }
}

void console_script::take(char character) {
  if (finished()) {
    return;
  }
  seen_ += character;
  const std::string& wanted = steps_[next_].text;
  if (seen_.size() >= wanted.size() &&
      seen_.compare(seen_.size() - wanted.size(), wanted.size(), wanted) == 0) {
    seen_.clear();
    ++next_;
    advance();
  }
}

void console_script::advance() {
  while (!finished() && !steps_[next_].expects) {
    const std::string text = steps_[next_++].text;
    sink_(text);
  }
}

void console_script::save(base::snapshot_writer& to) const {
  to.number(std::uint64_t{next_});
  to.text(seen_);
}

void console_script::restore(base::snapshot_reader& from) {
  next_ = from.number_up_to<std::uint64_t>(steps_.size());
  seen_ = from.text();
}

void console_script::skip(base::snapshot_reader& from) {
  from.number<std::uint64_t>();
  from.text();
}

std::string console_script::waiting_for() const {
  return finished() ? std::string() : steps_[next_].text;
}

}  // namespace sn::cli
