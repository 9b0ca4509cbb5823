#include "hart/elf.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "base/file.h"

namespace sn::hart {
namespace {

// Values of the ELF specification that matter here.
constexpr unsigned class_32 = 1;
constexpr unsigned class_64 = 2;
constexpr unsigned little_endian = 1;
constexpr unsigned type_executable = 2;
constexpr unsigned machine_riscv = 243;
constexpr unsigned segment_load = 1;
constexpr unsigned section_symbols = 2;
constexpr std::uint64_t section_allocated = 2;
constexpr unsigned symbol_object = 1;
constexpr unsigned symbol_function = 2;
constexpr unsigned absolute_section = 0xfff1;
constexpr unsigned symbol_untyped = 0;

/// A place in the file that is read as little-endian numbers.
class reader {
 public:
  reader(const std::string& name, const std::byte* content, std::size_t size)
      : name_(name), content_(content), size_(size) {}

  [[noreturn]] void fail(const std::string& message) const {
    throw base::configuration_error(name_, 0, "", message);
  }

  bool holds(std::uint64_t offset, std::uint64_t length) const {
    return offset <= size_ && length <= size_ - offset;
  }
  const std::byte* at(std::uint64_t offset, std::uint64_t length, const char* what) const {
    if (!holds(offset, length)) {
      fail(fmt::format("the ELF file is truncated: {} lies at bytes {} to {} of {}", what, offset,
                       offset + length, size_));
    }
    return content_ + offset;
  }
  std::uint64_t number(std::uint64_t offset, unsigned length, const char* what) const {
    std::uint64_t value = 0;
    std::memcpy(&value, at(offset, length, what), length);
    return value;
  }

 private:
  const std::string& name_;
  const std::byte* content_;
  std::size_t size_;
};

/// Where the fields of the two classes of ELF lie.
struct layout {
  unsigned word;  ///< bytes of an address
  // File header.
  unsigned entry, program_offset, section_offset;
  unsigned program_entry_size, program_count, section_entry_size, section_count, header_size;
  // Program header.
  unsigned file_offset, physical, file_size, memory_size, program_size;
  // Section header.
  unsigned section_file_offset, section_size, section_link, section_header_size;
  // Symbol.
  unsigned symbol_value, symbol_length, symbol_info, symbol_size;
};
constexpr layout layout_32{4,  24, 28, 32, 42, 44, 46, 48, 52, 4,  12,
                           16, 20, 32, 16, 20, 24, 40, 4,  8,  12, 16};
constexpr layout layout_64{8,  24, 32, 40, 54, 56, 58, 60, 64, 8, 24,
                           32, 40, 56, 24, 32, 40, 64, 8,  16, 4, 24};

class parser {
 public:
  parser(const std::string& name, const std::byte* content, std::size_t size, unsigned xlen)
      : file_(name, content, size), xlen_(xlen), layout_(xlen == 64 ? layout_64 : layout_32) {}

  elf_image parse(const std::vector<memory_range>& memory) {
    check_header();
    elf_image image;
    image.entry = file_.number(layout_.entry, layout_.word, "the header");
    read_segments(image, memory);
    check_segments(image, memory);
    read_symbols(image);
    return image;
  }

 private:
  void check_header() {
    constexpr unsigned char magic[] = {0x7f, 'E', 'L', 'F'};
    if (!file_.holds(0, sizeof magic) ||
        std::memcmp(file_.at(0, sizeof magic, "the header"), magic, sizeof magic) != 0) {
      file_.fail("not an ELF file");
    }
    const std::uint64_t elf_class = file_.number(4, 1, "the header");
    if (file_.number(5, 1, "the header") != little_endian) {
      file_.fail("a big-endian ELF file, expected a little-endian one");
    }
    if (const auto machine = file_.number(18, 2, "the header"); machine != machine_riscv) {
      file_.fail(fmt::format("a program for ELF machine {}, expected {} (RISC-V)", machine,
                             machine_riscv));
    }
    if (elf_class != (xlen_ == 64 ? class_64 : class_32)) {
      file_.fail(fmt::format("a program for RV{}, expected RV{}",
                             elf_class == class_64 ? "64" : "32", xlen_));
    }
    if (file_.number(16, 2, "the header") != type_executable) {
      file_.fail("not an executable ELF file (an object, a library or position-independent)");
    }
    file_.at(0, layout_.header_size, "the header");
  }

  void read_segments(elf_image& image, const std::vector<memory_range>& memory) {
    const auto table = file_.number(layout_.program_offset, layout_.word, "the header");
    const auto stride = file_.number(layout_.program_entry_size, 2, "the header");
    const auto count = file_.number(layout_.program_count, 2, "the header");
    if (count != 0 && stride < layout_.program_size) {
      file_.fail(
          fmt::format("program headers of {} bytes, expected {}", stride, layout_.program_size));
    }
    file_.at(table, stride * count, "the table of program headers");
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::uint64_t header = table + i * stride;
      const auto field = [&](unsigned offset) {
        return file_.number(header + offset, layout_.word, "a program header");
      };
      const std::uint64_t size = field(layout_.memory_size);
      if (file_.number(header, 4, "a program header") != segment_load || size == 0) {
        continue;
      }
      elf_segment segment;
      segment.address = field(layout_.physical);
      segment.size = size;
      const std::uint64_t in_file = field(layout_.file_size);
      if (in_file > size) {
        file_.fail(
            fmt::format("the segment at {:#x} has more bytes in the file ({}) than in memory "
                        "({})",
                        segment.address, in_file, size));
      }
      const std::uint64_t offset = field(layout_.file_offset);
      const std::byte* const data = file_.at(offset, in_file, "a segment");
      const std::uint64_t skipped = lies_in(memory, segment) ? 0 : headers_of(offset, in_file);
      if (skipped == size) {
        continue;
      }
      segment.address += skipped;
      segment.size -= skipped;
      segment.data.assign(data + skipped, data + in_file);
      image.segments.push_back(std::move(segment));
    }
    std::sort(image.segments.begin(), image.segments.end(),
              [](const elf_segment& a, const elf_segment& b) { return a.address < b.address; });
  }

  static bool lies_in(const std::vector<memory_range>& memory, const elf_segment& segment) {
    return std::any_of(memory.begin(), memory.end(), [&](const memory_range& range) {
      const std::uint64_t offset = segment.address - range.base;
      return segment.address >= range.base && offset <= range.size &&
             segment.size <= range.size - offset;
    });
  }

  /// The bytes of a segment that are the file's own headers, and what fills up to its first
  /// section: GNU ld puts them in front of the text of a program that has no linker script. The
  /// program does not count on them, so they may lie where no memory is.
  std::uint64_t headers_of(std::uint64_t offset, std::uint64_t length) const {
    const auto table = file_.number(layout_.section_offset, layout_.word, "the header");
    const auto stride = file_.number(layout_.section_entry_size, 2, "the header");
    const auto count = file_.number(layout_.section_count, 2, "the header");
    if (offset != 0 || count == 0 || stride < layout_.section_header_size) {
      return 0;
    }
    file_.at(table, stride * count, "the table of sections");
    std::uint64_t first = length;
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::uint64_t header = table + i * stride;
      const part where = section(header);
      if ((file_.number(header + 8, 4, "a section header") & section_allocated) != 0 &&
          where.size != 0) {
        first = std::min(first, where.offset);
      }
    }
    return first;
  }

  void check_segments(const elf_image& image, const std::vector<memory_range>& memory) {
    if (image.segments.empty()) {
      file_.fail("nothing to load: the ELF file has no loadable segment");
    }
    const elf_segment* previous = nullptr;
    for (const elf_segment& segment : image.segments) {
      if (!lies_in(memory, segment)) {
        file_.fail(fmt::format("the segment of {} bytes at {:#x} lies outside of memory ({})",
                               segment.size, segment.address, describe(memory)));
      }
      if (previous != nullptr && segment.address - previous->address < previous->size) {
        file_.fail(fmt::format("the segments at {:#x} and {:#x} overlap", previous->address,
                               segment.address));
      }
      previous = &segment;
    }
    if (std::none_of(image.segments.begin(), image.segments.end(), [&](const elf_segment& segment) {
          return image.entry >= segment.address && image.entry - segment.address < segment.size;
        })) {
      file_.fail(fmt::format("no entry: the entry address {:#x} lies in no segment", image.entry));
    }
    if (image.entry % 2 != 0) {
      file_.fail(fmt::format("the entry address {:#x} is odd, expected that of an instruction",
                             image.entry));
    }
  }

  static std::string describe(const std::vector<memory_range>& memory) {
    std::string text;
    for (const memory_range& range : memory) {
      text += fmt::format("{}{:#x} to {:#x}", text.empty() ? "" : ", ", range.base,
                          range.base + (range.size - 1));
    }
    return text;
  }

  void read_symbols(elf_image& image) {
    const auto table = file_.number(layout_.section_offset, layout_.word, "the header");
    const auto stride = file_.number(layout_.section_entry_size, 2, "the header");
    const auto count = file_.number(layout_.section_count, 2, "the header");
    if (count == 0 || stride < layout_.section_header_size) {
      return;  // stripped
    }
    file_.at(table, stride * count, "the table of sections");
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::uint64_t header = table + i * stride;
      if (file_.number(header + 4, 4, "a section header") != section_symbols) {
        continue;
      }
      const auto link = file_.number(header + layout_.section_link, 4, "a section header");
      if (link >= count) {
        file_.fail("the symbol table names no string table");
      }
      read_symbol_section(image, header, table + link * stride);
    }
    std::sort(image.symbols.begin(), image.symbols.end(),
              [](const elf_symbol& a, const elf_symbol& b) {
                return a.address != b.address ? a.address < b.address : a.name < b.name;
              });
  }

  struct part {
    std::uint64_t offset;
    std::uint64_t size;
  };
  part section(std::uint64_t header) const {
    return {file_.number(header + layout_.section_file_offset, layout_.word, "a section header"),
            file_.number(header + layout_.section_size, layout_.word, "a section header")};
  }

  void read_symbol_section(elf_image& image, std::uint64_t header, std::uint64_t names_header) {
    const part symbols = section(header);
    const part names = section(names_header);
    file_.at(symbols.offset, symbols.size, "the symbol table");
    const auto* const text =
        reinterpret_cast<const char*>(file_.at(names.offset, names.size, "the string table"));
    for (std::uint64_t at = 0; symbols.size - at >= layout_.symbol_size;
         at += layout_.symbol_size) {
      const std::uint64_t entry = symbols.offset + at;
      const auto name = file_.number(entry, 4, "a symbol");
      const auto type = file_.number(entry + layout_.symbol_info, 1, "a symbol") & 0xf;
      if (name == 0 || name >= names.size ||
          (type != symbol_object && type != symbol_function && type != symbol_untyped)) {
        continue;
      }
      elf_symbol symbol;
      symbol.address = file_.number(entry + layout_.symbol_value, layout_.word, "a symbol");
      symbol.size = file_.number(entry + layout_.symbol_length, layout_.word, "a symbol");
      // What is absolute lies in no section: a weak function that nobody defines is at 0.
      const auto section = file_.number(entry + layout_.symbol_info + 2, 2, "a symbol");
      symbol.is_function = type == symbol_function && section != absolute_section;
      const auto* const first = text + name;
      symbol.name.assign(first, std::find(first, text + names.size, '\0'));
      image.symbols.push_back(std::move(symbol));
    }
  }

  reader file_;
  unsigned xlen_;
  const layout& layout_;
};

}  // namespace

elf_image parse_elf(const std::string& name, const std::byte* content, std::size_t size,
                    unsigned xlen, const std::vector<memory_range>& memory) {
  return parser(name, content, size, xlen).parse(memory);
}

elf_image read_elf(const std::string& path, unsigned xlen,
                   const std::vector<memory_range>& memory) {
  const std::string content = base::file_content(path);
  return parse_elf(path, reinterpret_cast<const std::byte*>(content.data()), content.size(), xlen,
                   memory);
}

}  // namespace sn::hart
