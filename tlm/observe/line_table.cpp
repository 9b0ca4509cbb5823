#include "observe/line_table.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <fcntl.h>
#include <gelf.h>
#include <unistd.h>

#include <cstring>
#include <memory>

#include "base/error.h"

namespace sn::observe {
namespace {

/// The file as libdw reads it.
class debug_file {
 public:
  explicit debug_file(const std::string& path) : file_(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    dwarf_ = file_ < 0 ? nullptr : dwarf_begin(file_, DWARF_C_READ);
  }
  debug_file(const debug_file&) = delete;
  debug_file& operator=(const debug_file&) = delete;
  ~debug_file() {
    dwarf_end(dwarf_);
    if (file_ >= 0) {
      close(file_);
    }
  }
  Dwarf* get() const { return dwarf_; }

 private:
  int file_;
  Dwarf* dwarf_;
};

/// The bytes of the sections with code.
class code_sections {
 public:
  explicit code_sections(Elf* elf) {
    Elf_Scn* next = nullptr;
    while ((next = elf_nextscn(elf, next)) != nullptr) {
      GElf_Shdr header;
      if (gelf_getshdr(next, &header) == nullptr || header.sh_type != SHT_PROGBITS ||
          (header.sh_flags & SHF_EXECINSTR) == 0) {
        continue;
      }
      const Elf_Data* data = elf_rawdata(next, nullptr);
      if (data != nullptr && data->d_buf != nullptr) {
        sections_.push_back({header.sh_addr, static_cast<const char*>(data->d_buf), data->d_size});
      }
    }
  }

  std::vector<std::uint16_t> read(std::uint64_t begin, std::uint64_t end) const {
    std::vector<std::uint16_t> code;
    for (const section& each : sections_) {
      const std::uint64_t offset = begin - each.address;
      if (offset >= each.size || end - begin > each.size - offset) {
        continue;
      }
      code.resize((end - begin) / 2);
      if (!code.empty()) {
        std::memcpy(code.data(), each.data + offset, code.size() * 2);
      }
    }
    return code;
  }

 private:
  struct section {
    std::uint64_t address;
    const char* data;
    std::size_t size;
  };
  std::vector<section> sections_;
};

void add_ranges(Dwarf_Die& unit, const code_sections& code, line_table& to) {
  Dwarf_Lines* lines = nullptr;
  std::size_t count = 0;
  if (dwarf_getsrclines(&unit, &lines, &count) != 0) {
    return;
  }
  for (std::size_t i = 0; i + 1 < count; ++i) {
    Dwarf_Line* row = dwarf_onesrcline(lines, i);
    bool ends = false;
    Dwarf_Addr begin = 0;
    Dwarf_Addr end = 0;
    int line = 0;
    bool is_statement = false;
    dwarf_lineendsequence(row, &ends);
    dwarf_lineaddr(row, &begin);
    dwarf_lineaddr(dwarf_onesrcline(lines, i + 1), &end);
    dwarf_lineno(row, &line);
    dwarf_linebeginstatement(row, &is_statement);
    const char* file = dwarf_linesrc(row, nullptr, nullptr);
    if (ends || file == nullptr || begin > end) {
      continue;
    }
    std::vector<std::uint16_t> content = code.read(begin, end);
    // Code that the linker has dropped stays in the table, at addresses that are no code. Of
    // several lines at one address all but the last have no code of their own.
    if (!content.empty() || !code.read(begin, begin + 2).empty()) {
      to.ranges.push_back(
          {begin, end, file, static_cast<unsigned>(line), is_statement, std::move(content)});
    }
  }
}

struct function_search {
  const code_sections* code;
  line_table* to;
};

int add_function(Dwarf_Die* function, void* argument) {
  const auto* search = static_cast<const function_search*>(argument);
  Dwarf_Addr begin = 0;
  int line = 0;
  const char* name = dwarf_diename(function);
  const char* file = dwarf_decl_file(function);
  if (name != nullptr && file != nullptr && dwarf_entrypc(function, &begin) == 0 &&
      dwarf_decl_line(function, &line) == 0 && !search->code->read(begin, begin + 2).empty()) {
    search->to->functions.push_back({begin, name, file, static_cast<unsigned>(line)});
  }
  return DWARF_CB_OK;
}

}  // namespace

line_table read_lines(const std::string& path) {
  line_table result;
  const debug_file file(path);
  if (file.get() != nullptr) {
    const code_sections code(dwarf_getelf(file.get()));
    Dwarf_Off offset = 0;
    Dwarf_Off next = 0;
    std::size_t header = 0;
    while (dwarf_nextcu(file.get(), offset, &next, &header, nullptr, nullptr, nullptr) == 0) {
      Dwarf_Die unit;
      if (dwarf_offdie(file.get(), offset + header, &unit) != nullptr) {
        add_ranges(unit, code, result);
        function_search search{&code, &result};
        dwarf_getfuncs(&unit, add_function, &search, 0);
      }
      offset = next;
    }
  }
  if (result.ranges.empty()) {
    throw base::configuration_error(path, 0, "coverage",
                                    "has no debug information of lines, expected a program built "
                                    "with -g");
  }
  return result;
}

}  // namespace sn::observe
