#include "base/yaml_reader.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <set>
#include <stdexcept>
#include <system_error>

#include "base/error.h"
#include "base/file.h"

namespace sn::base {

namespace {

int line_of(const YAML::Node& node) {
  return node.Mark().line + 1;  // yaml-cpp counts from 0, and has -1 for no mark
}

std::string joined(const std::vector<std::string>& items) {
  std::string text;
  for (const auto& item : items) {
    text += text.empty() ? item : ", " + item;
  }
  return text;
}

/// What a node is, for messages about what was found.
std::string described(const YAML::Node& node) {
  switch (node.Type()) {
    case YAML::NodeType::Scalar:
      return fmt::format("'{}'", node.Scalar());
    case YAML::NodeType::Sequence:
      return "a list";
    case YAML::NodeType::Map:
      return "a map";
    default:
      return "nothing";
  }
}

}  // namespace

std::string_view to_text(value_basis basis) {
  switch (basis) {
    case value_basis::published:
      return "published";
    case value_basis::derived:
      return "derived";
    case value_basis::assumed:
      return "assumed";
    case value_basis::unstated:
      break;
  }
  return "unstated";
}

/// The file as a whole and which of its keys have been asked for.
struct yaml_reader::document {
  // NOLINTNEXTLINE(bugprone-exception-escape): yaml-cpp's node has an assignment that may throw.
  struct map_entry {
    YAML::Node key;
    YAML::Node value;
    std::string name;
  };
  struct opened_map {
    std::string path;
    int line;
    std::vector<map_entry> entries;  ///< in the order of the file
    std::set<std::string> known;     ///< keys that were asked for, present or not
  };

  std::string file;
  std::vector<opened_map> maps;
  std::vector<yaml_value> values;

  /// Opens `node` as a map at `path`; the same place opens once.
  std::size_t open_map(const YAML::Node& node, const std::string& path) {
    const auto found = std::find_if(maps.begin(), maps.end(),
                                    [&](const opened_map& map) { return map.path == path; });
    if (found != maps.end()) {
      return static_cast<std::size_t>(found - maps.begin());
    }
    opened_map map{path, std::max(line_of(node), 1), {}, {}};
    for (const auto& pair : node) {
      if (!pair.first.IsScalar()) {
        throw configuration_error(file, line_of(pair.first), path,
                                  "expected a key that is a plain word");
      }
      map.entries.push_back({pair.first, pair.second, pair.first.Scalar()});
    }
    std::sort(map.entries.begin(), map.entries.end(), [](const map_entry& a, const map_entry& b) {
      return a.key.Mark().pos < b.key.Mark().pos;
    });
    for (std::size_t i = 0; i < map.entries.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        if (map.entries[i].name == map.entries[j].name) {
          throw configuration_error(file, line_of(map.entries[i].key), map.entries[i].name,
                                    fmt::format("expected each key once; it is already in line {}",
                                                line_of(map.entries[j].key)));
        }
      }
    }
    maps.push_back(std::move(map));
    return maps.size() - 1;
  }

  static const map_entry* find(const opened_map& map, const std::string& key) {
    const auto found = std::find_if(map.entries.begin(), map.entries.end(),
                                    [&](const map_entry& entry) { return entry.name == key; });
    return found == map.entries.end() ? nullptr : &*found;
  }

  /// The node of `key`, or the error that it is missing.
  YAML::Node require(std::size_t map_index, const std::string& key, const std::string& key_path,
                     const std::string& expected) {
    auto& map = maps[map_index];
    map.known.insert(key);
    const map_entry* entry = find(map, key);
    if (entry == nullptr) {
      std::vector<std::string> names;
      for (const auto& present : map.entries) {
        names.push_back(present.name);
      }
      throw configuration_error(
          file, map.line, key_path,
          fmt::format("missing; expected {}; the keys here are: {}", expected, joined(names)));
    }
    return entry->value;
  }

  /// The value itself of a node that may have the form {value, basis, source}.
  YAML::Node unwrap(const YAML::Node& node, yaml_value& record) const {
    if (!node.IsMap()) {
      return node;
    }
    const auto part = [&](const char* name, const char* expected) {
      const YAML::Node child = node[name];
      if (!child) {
        throw configuration_error(
            file, line_of(node), record.key,
            fmt::format("expected a value, or a map of value, basis and source; {} is missing ({})",
                        name, expected));
      }
      return child;
    };
    const YAML::Node value = part("value", "the value itself");
    const YAML::Node basis = part("basis", "published, derived or assumed");
    const YAML::Node source = part("source", "where the value is from, or why it is assumed");
    for (const auto& pair : node) {
      const std::string name = pair.first.IsScalar() ? pair.first.Scalar() : "";
      if (name != "value" && name != "basis" && name != "source") {
        throw configuration_error(file, line_of(pair.first), record.key + "." + name,
                                  "unknown key; expected value, basis or source");
      }
    }
    record.basis = value_basis::unstated;
    for (const auto known : {value_basis::published, value_basis::derived, value_basis::assumed}) {
      if (basis.IsScalar() && basis.Scalar() == to_text(known)) {
        record.basis = known;
      }
    }
    if (record.basis == value_basis::unstated) {
      throw configuration_error(
          file, line_of(basis), record.key + ".basis",
          "expected published, derived or assumed, found " + described(basis));
    }
    if (!source.IsScalar() || source.Scalar().empty()) {
      throw configuration_error(file, line_of(source), record.key + ".source",
                                "expected a text that is not empty, found " + described(source));
    }
    record.source = source.Scalar();
    return value;
  }

  void remember(yaml_value record) {
    const auto same = std::find_if(values.begin(), values.end(), [&](const yaml_value& value) {
      return value.key == record.key;
    });
    if (same == values.end()) {
      values.push_back(std::move(record));
    }
  }
};

/// A scalar of the file with its place.
struct yaml_reader::scalar {
  std::string text;
  std::string key;  ///< path
  int line;
};

yaml_reader::yaml_reader(std::shared_ptr<document> shared, std::size_t map)
    : document_(std::move(shared)), map_(map) {}

namespace {

YAML::Node load(const std::string& file, const std::optional<std::string>& text) {
  try {
    const YAML::Node root = YAML::Load(text ? *text : file_content(file));
    if (!root.IsMap()) {
      throw configuration_error(file, 0, "",
                                "expected a map of keys at the top, found " + described(root));
    }
    return root;
  } catch (const YAML::Exception& error) {
    throw configuration_error(file, error.mark.line + 1, "", "expected valid YAML: " + error.msg);
  }
}

}  // namespace

yaml_reader yaml_reader::open(const std::string& file) {
  auto shared = std::make_shared<document>();
  shared->file = file;
  const auto root = shared->open_map(load(file, std::nullopt), "");
  return {std::move(shared), root};
}

yaml_reader yaml_reader::parse(const std::string& text, const std::string& file) {
  auto shared = std::make_shared<document>();
  shared->file = file;
  const auto root = shared->open_map(load(file, text), "");
  return {std::move(shared), root};
}

const std::string& yaml_reader::file() const {
  return document_->file;
}

const std::string& yaml_reader::path() const {
  return document_->maps[map_].path;
}

std::string yaml_reader::path_of(const std::string& key) const {
  return path().empty() ? key : path() + "." + key;
}

bool yaml_reader::has(const std::string& key) {
  auto& map = document_->maps[map_];
  map.known.insert(key);
  return document::find(map, key) != nullptr;
}

std::vector<std::string> yaml_reader::keys() const {
  std::vector<std::string> names;
  for (const auto& entry : document_->maps[map_].entries) {
    names.push_back(entry.name);
  }
  return names;
}

yaml_reader yaml_reader::child(const std::string& key) {
  const YAML::Node node = document_->require(map_, key, path_of(key), "a map");
  if (!node.IsMap()) {
    fail(key, "expected a map, found " + described(node));
  }
  return {document_, document_->open_map(node, path_of(key))};
}

std::vector<yaml_reader> yaml_reader::children(const std::string& key) {
  const YAML::Node node = document_->require(map_, key, path_of(key), "a list of maps");
  if (!node.IsSequence()) {
    fail(key, "expected a list of maps, found " + described(node));
  }
  std::vector<yaml_reader> readers;
  for (std::size_t i = 0; i < node.size(); ++i) {
    const std::string place = fmt::format("{}[{}]", path_of(key), i);
    if (!node[i].IsMap()) {
      throw configuration_error(file(), line_of(node[i]), place,
                                "expected a map, found " + described(node[i]));
    }
    readers.push_back(yaml_reader(document_, document_->open_map(node[i], place)));
  }
  return readers;
}

yaml_reader::scalar yaml_reader::read_scalar(const std::string& key, const std::string& expected) {
  const YAML::Node node = document_->require(map_, key, path_of(key), expected);
  yaml_value record{path_of(key), "", value_basis::unstated, "", line_of(node)};
  const YAML::Node value = document_->unwrap(node, record);
  if (!value.IsScalar()) {
    fail(key, fmt::format("expected {}, found {}", expected, described(value)));
  }
  record.text = value.Scalar();
  document_->remember(record);
  return {record.text, record.key, line_of(value)};
}

std::vector<yaml_reader::scalar> yaml_reader::read_list(const std::string& key,
                                                        const std::string& expected) {
  const YAML::Node node = document_->require(map_, key, path_of(key), expected);
  yaml_value record{path_of(key), "", value_basis::unstated, "", line_of(node)};
  const YAML::Node list = document_->unwrap(node, record);
  if (!list.IsSequence()) {
    fail(key, fmt::format("expected {}, found {}", expected, described(list)));
  }
  std::vector<scalar> items;
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string place = fmt::format("{}[{}]", record.key, i);
    if (!list[i].IsScalar()) {
      throw configuration_error(file(), line_of(list[i]), place,
                                fmt::format("expected {}, found {}", expected, described(list[i])));
    }
    items.push_back({list[i].Scalar(), place, line_of(list[i])});
    texts.push_back(list[i].Scalar());
  }
  record.text = joined(texts);
  document_->remember(record);
  return items;
}

template <typename Quantity>
Quantity yaml_reader::read_quantity(const std::string& key, Quantity (*parser)(std::string_view),
                                    const char* expected, Quantity min, Quantity max) {
  const scalar item = read_scalar(key, expected);
  Quantity value;
  try {
    value = parser(item.text);
  } catch (const std::invalid_argument& error) {
    throw configuration_error(file(), item.line, item.key, error.what());
  }
  if (value < min || value > max) {
    const std::string limit =
        value < min ? "at least " + base::to_text(min) : "at most " + base::to_text(max);
    throw configuration_error(file(), item.line, item.key,
                              fmt::format("expected {}, found '{}'", limit, item.text));
  }
  return value;
}

bytes yaml_reader::get_bytes(const std::string& key, bytes min, bytes max) {
  return read_quantity(key, parse_bytes, "a size such as 144 GiB", min, max);
}
picoseconds yaml_reader::get_time(const std::string& key, picoseconds min, picoseconds max) {
  return read_quantity(key, parse_time, "a time such as 150 ns", min, max);
}
bytes_per_second yaml_reader::get_bandwidth(const std::string& key, bytes_per_second min,
                                            bytes_per_second max) {
  return read_quantity(key, parse_bandwidth, "a bandwidth such as 896 GB/s", min, max);
}
hertz yaml_reader::get_frequency(const std::string& key, hertz min, hertz max) {
  return read_quantity(key, parse_frequency, "a frequency such as 1.3 GHz", min, max);
}
milliwatts yaml_reader::get_power(const std::string& key, milliwatts min, milliwatts max) {
  return read_quantity(key, parse_power, "a power such as 2 kW", min, max);
}
flops_per_second yaml_reader::get_compute_rate(const std::string& key, flops_per_second min,
                                               flops_per_second max) {
  return read_quantity(key, parse_compute_rate, "a compute rate such as 500 TFLOPS", min, max);
}

std::uint64_t yaml_reader::to_integer(const scalar& item, std::uint64_t min,
                                      std::uint64_t max) const {
  std::string_view digits = item.text;
  int number_base = 10;
  if (digits.substr(0, 2) == "0x") {
    digits.remove_prefix(2);
    number_base = 16;
  }
  std::uint64_t value = 0;
  const char* const end = digits.data() + digits.size();
  const auto parsed = std::from_chars(digits.data(), end, value, number_base);
  if (parsed.ec != std::errc() || parsed.ptr != end || value < min || value > max) {
    const std::string interval = max == no_limit ? fmt::format("of at least {}", min)
                                                 : fmt::format("from {} to {}", min, max);
    throw configuration_error(
        file(), item.line, item.key,
        fmt::format("expected a whole number {}, found '{}'", interval, item.text));
  }
  return value;
}

std::uint64_t yaml_reader::get_integer(const std::string& key, std::uint64_t min,
                                       std::uint64_t max) {
  return to_integer(read_scalar(key, "a whole number"), min, max);
}

std::vector<std::uint64_t> yaml_reader::get_integers(const std::string& key, std::uint64_t min,
                                                     std::uint64_t max) {
  std::vector<std::uint64_t> numbers;
  for (const auto& item : read_list(key, "a list of whole numbers")) {
    numbers.push_back(to_integer(item, min, max));
  }
  return numbers;
}

double yaml_reader::get_number(const std::string& key, double min, double max) {
  const scalar item = read_scalar(key, "a number");
  double value = 0.0;
  const char* const end = item.text.data() + item.text.size();
  const auto parsed = std::from_chars(item.text.data(), end, value);
  if (parsed.ec != std::errc() || parsed.ptr != end || !std::isfinite(value) || value < min ||
      value > max) {
    std::string interval;
    if (min != std::numeric_limits<double>::lowest()) {
      interval += fmt::format(" of at least {}", min);
    }
    if (max != std::numeric_limits<double>::max()) {
      interval += fmt::format("{} at most {}", interval.empty() ? " of" : " and", max);
    }
    throw configuration_error(file(), item.line, item.key,
                              fmt::format("expected a number{}, found '{}'", interval, item.text));
  }
  return value;
}

bool yaml_reader::get_bool(const std::string& key) {
  return get_choice<bool>(key, {{"true", true}, {"false", false}});
}

std::string yaml_reader::get_string(const std::string& key) {
  const scalar item = read_scalar(key, "a text");
  if (item.text.empty()) {
    throw configuration_error(file(), item.line, item.key, "expected a text that is not empty");
  }
  return item.text;
}

std::vector<std::string> yaml_reader::get_strings(const std::string& key) {
  std::vector<std::string> texts;
  for (const auto& item : read_list(key, "a list of texts")) {
    texts.push_back(item.text);
  }
  return texts;
}

std::ptrdiff_t yaml_reader::choice_index(const std::string& key,
                                         const std::vector<std::string_view>& names) {
  std::string expected;
  for (std::size_t i = 0; i < names.size(); ++i) {
    expected += i == 0 ? "" : (i + 1 == names.size() ? " or " : ", ");
    expected += names[i];
  }
  const scalar item = read_scalar(key, expected);
  const auto found = std::find(names.begin(), names.end(), item.text);
  if (found == names.end()) {
    throw configuration_error(file(), item.line, item.key,
                              fmt::format("expected {}, found '{}'", expected, item.text));
  }
  return found - names.begin();
}

void yaml_reader::fail(const std::string& key, const std::string& message) const {
  const auto& map = document_->maps[map_];
  const auto* entry = document::find(map, key);
  throw configuration_error(file(), entry == nullptr ? map.line : line_of(entry->key), path_of(key),
                            message);
}

void yaml_reader::finish() const {
  const document::map_entry* first = nullptr;
  const document::opened_map* place = nullptr;
  for (const auto& map : document_->maps) {
    for (const auto& entry : map.entries) {
      if (map.known.count(entry.name) == 0 &&
          (first == nullptr || entry.key.Mark().pos < first->key.Mark().pos)) {
        first = &entry;
        place = &map;
      }
    }
  }
  if (first == nullptr) {
    return;
  }
  const std::string key = place->path.empty() ? first->name : place->path + "." + first->name;
  throw configuration_error(
      file(), line_of(first->key), key,
      fmt::format("unknown key; expected one of: {}",
                  joined(std::vector<std::string>(place->known.begin(), place->known.end()))));
}

std::vector<yaml_value> yaml_reader::values() const {
  std::vector<yaml_value> ordered = document_->values;
  std::stable_sort(ordered.begin(), ordered.end(),
                   [](const yaml_value& a, const yaml_value& b) { return a.line < b.line; });
  return ordered;
}

}  // namespace sn::base
