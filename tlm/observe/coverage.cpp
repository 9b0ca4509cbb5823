#include "observe/coverage.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "observe/line_table.h"

namespace sn::observe {
namespace {

constexpr unsigned length_of(std::uint32_t encoding) {
  return (encoding & 3U) == 3U ? 4 : 2;
}

/// BEQ and its like, C.BEQZ and C.BNEZ.
constexpr bool is_branch(std::uint32_t encoding) {
  return length_of(encoding) == 4 ? (encoding & 0x7fU) == 0x63U
                                  : (encoding & 3U) == 1U && ((encoding >> 13 & 7U) == 6U ||
                                                              (encoding >> 13 & 7U) == 7U);
}

/// What is known of a source file.
struct source {
  std::map<unsigned, std::uint64_t> lines;
  std::map<unsigned, std::set<std::uint64_t>> branches;  ///< addresses by line
  std::map<std::pair<unsigned, std::string>, std::uint64_t> functions;
};

}  // namespace

void coverage::counter::on_instruction(const hart::executed_instruction& done) {
  // One that traps has been tried, and a branch that traps has gone nowhere.
  counts& here = sum_.instructions_[done.pc];
  ++here.executed;
  if (!std::exchange(trapped_, false) && is_branch(done.encoding) &&
      core_.pc() != done.pc + length_of(done.encoding)) {
    ++here.taken;
  }
}

void coverage::counter::on_trap(const hart::taken_trap& taken) {
  // Fetches that fail and interrupts belong to no instruction that is shown.
  trapped_ = !taken.is_interrupt && taken.cause != 1 && taken.cause != 12;
}

coverage::counts coverage::at(std::uint64_t pc) const {
  const auto found = instructions_.find(pc);
  return found == instructions_.end() ? counts{} : found->second;
}

void coverage::write(const std::string& program, std::ostream& out) const {
  const line_table table = read_lines(program);
  std::map<std::string, source> sources;
  for (const line_range& each : table.ranges) {
    if (each.line == 0) {
      continue;
    }
    source& file = sources[each.file];
    if (each.is_statement) {
      std::uint64_t& count = file.lines[each.line];
      count = std::max(count, at(each.begin).executed);
    }
    for (std::size_t i = 0; i < each.code.size(); i += length_of(each.code[i]) / 2) {
      if (is_branch(each.code[i])) {
        file.branches[each.line].insert(each.begin + 2 * i);
      }
    }
  }
  for (const source_function& each : table.functions) {
    std::uint64_t& count = sources[each.file].functions[{each.line, each.name}];
    count += at(each.begin).executed;
  }
  for (const auto& [name, file] : sources) {
    out << "TN:\nSF:" << name << '\n';
    std::size_t executed = 0;
    for (const auto& [function, count] : file.functions) {
      out << fmt::format("FN:{},{}\n", function.first, function.second);
    }
    for (const auto& [function, count] : file.functions) {
      out << fmt::format("FNDA:{},{}\n", count, function.second);
      executed += count != 0 ? 1 : 0;
    }
    out << fmt::format("FNF:{}\nFNH:{}\n", file.functions.size(), executed);
    std::size_t found = 0;
    std::size_t hit = 0;
    for (const auto& [line, addresses] : file.branches) {
      unsigned block = 0;
      for (const std::uint64_t address : addresses) {
        const counts here = at(address);
        const std::uint64_t not_taken = here.executed - here.taken;
        if (here.executed == 0) {
          out << fmt::format("BRDA:{0},{1},0,-\nBRDA:{0},{1},1,-\n", line, block);
        } else {
          out << fmt::format("BRDA:{0},{1},0,{2}\nBRDA:{0},{1},1,{3}\n", line, block, here.taken,
                             not_taken);
        }
        found += 2;
        hit += (here.taken != 0 ? 1U : 0U) + (not_taken != 0 ? 1U : 0U);
        ++block;
      }
    }
    out << fmt::format("BRF:{}\nBRH:{}\n", found, hit);
    executed = 0;
    for (const auto& [line, count] : file.lines) {
      out << fmt::format("DA:{},{}\n", line, count);
      executed += count != 0 ? 1 : 0;
    }
    out << fmt::format("LF:{}\nLH:{}\nend_of_record\n", file.lines.size(), executed);
  }
}

}  // namespace sn::observe
