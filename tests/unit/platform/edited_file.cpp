#include "unit/platform/edited_file.h"

#include <cstddef>
#include <fstream>
#include <stdexcept>
#include <utility>

namespace sn::platform {

edited_file::edited_file(const std::string& name) {
  std::ifstream file(std::string(SN_SOURCE_DIR) + "/platforms/" + name);
  for (std::string line; std::getline(file, line);) {
    lines_.push_back(line);
  }
  if (lines_.empty()) {
    throw std::runtime_error("no such platform: " + name);
  }
}

int edited_file::line_of(const std::string& path) const {
  std::vector<std::pair<std::size_t, std::string>> open;  // indentation and key of the maps around
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    const std::size_t indentation = lines_[i].find_first_not_of(' ');
    const std::size_t colon = lines_[i].find(':');
    if (indentation == std::string::npos || lines_[i][indentation] == '#' ||
        colon == std::string::npos) {
      continue;
    }
    while (!open.empty() && open.back().first >= indentation) {
      open.pop_back();
    }
    open.emplace_back(indentation, lines_[i].substr(indentation, colon - indentation));
    std::string here;
    for (const auto& map : open) {
      here += (here.empty() ? "" : ".") + map.second;
    }
    if (here == path) {
      return static_cast<int>(i) + 1;
    }
  }
  throw std::runtime_error("no such key: " + path);
}

edited_file& edited_file::set(const std::string& path, const std::string& value) {
  std::string& line = lines_[static_cast<std::size_t>(line_of(path)) - 1];
  const std::string before = "{value: ";
  const std::size_t begin = line.find(before);
  const std::size_t end = line.find(", basis:");
  if (begin == std::string::npos || end == std::string::npos) {
    throw std::runtime_error("no value with a basis at " + path);
  }
  line.replace(begin + before.size(), end - begin - before.size(), value);
  return *this;
}

edited_file& edited_file::remove(const std::string& path) {
  lines_.erase(lines_.begin() + (line_of(path) - 1));
  return *this;
}

edited_file& edited_file::append(const std::string& text) {
  lines_.push_back(text);
  return *this;
}

std::string edited_file::text() const {
  std::string whole;
  for (const auto& line : lines_) {
    whole += line + "\n";
  }
  return whole;
}

}  // namespace sn::platform
