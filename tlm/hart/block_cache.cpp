#include "hart/block_cache.h"

#include <algorithm>
#include <optional>

#include "hart/core.h"
#include "hart/decode.h"
#include "hart/execute.h"
#include "hart/translation.h"

namespace sn::hart {
namespace {

/// Operations that end a trace because what follows is not known.
bool always_leaves(operation op) {
  switch (op) {
    case operation::illegal:
    case operation::jalr:
    case operation::ecall:
    case operation::ebreak:
    case operation::mret:
    case operation::sret:
    case operation::sfence_vma:
    case operation::wfi:
    case operation::fence_i:
    case operation::fetch_fault:
    case operation::block_end:
      return true;
    default:
      return false;
  }
}

/// The branch that is taken when `op` is not; `count` if `op` is no branch.
operation opposite_branch(operation op) {
  switch (op) {
    case operation::beq:
      return operation::bne;
    case operation::bne:
      return operation::beq;
    case operation::blt:
      return operation::bge;
    case operation::bge:
      return operation::blt;
    case operation::bltu:
      return operation::bgeu;
    case operation::bgeu:
      return operation::bltu;
    default:
      return operation::count;
  }
}

/// Decodes a trace.
template <unsigned xlen>
class trace_builder {
 public:
  using word = word_of<xlen>;

  /// A trace of at most `limit` instructions from `place`, up to one of `breakpoints`.
  trace_builder(memory_view& memory, const extensions& with, const code_place<xlen>& place,
                unsigned limit, const std::set<std::uint64_t>& breakpoints)
      : memory_(memory),
        with_(with),
        place_(place),
        pc_(place.pc),
        limit_(limit),
        breakpoints_(breakpoints) {
    trace_.pc = place.pc;
    trace_.physical = place.physical;
    trace_.paged = place.paged;
  }

  block<xlen> build() {
    bool left = false;
    while (!left && trace_.count < limit_) {
      std::uint32_t encoding = 0;
      word failed = 0;
      if (breakpoints_.count(pc_) != 0) {
        if (trace_.count == 0) {
          add(operation::debug_break, {}, 0);
          left = true;
        }
        break;
      }
      if (fetch(encoding, failed)) {
        left = add_instruction(decode(encoding, xlen, with_));
      } else if (trace_.count == 0) {
        add(operation::fetch_fault, {}, failed);
        left = true;
      } else {
        break;
      }
    }
    if (!left) {
      add(operation::block_end, {}, 0);
      --trace_.count;
    }
    pair_steps();
    return std::move(trace_);
  }

 private:
  /// Physical address of code at `pc`; nothing outside of what is known.
  std::optional<std::uint64_t> locate(word pc) const {
    if (!place_.paged) {
      return pc;
    }
    if (pc / page_bytes == place_.pc / page_bytes) {
      return place_.physical - place_.pc % page_bytes + pc % page_bytes;
    }
    if (pc_ == place_.pc && pc == static_cast<word>(pc_ + 2) && place_.second_half != 0) {
      return place_.second_half;
    }
    return std::nullopt;
  }

  bool fetch_half(word pc, std::uint32_t& value) {
    const auto physical = locate(pc);
    return physical.has_value() && memory_.fetch(*physical, value);
  }

  bool fetch(std::uint32_t& encoding, word& failed) {
    failed = pc_;
    if (!fetch_half(pc_, encoding)) {
      return false;
    }
    if (instruction_length(encoding) == 4) {
      std::uint32_t high = 0;
      failed = static_cast<word>(pc_ + 2);
      if (!fetch_half(failed, high)) {
        return false;
      }
      encoding |= high << 16;
    }
    return true;
  }

  void add(operation op, const decoded& d, word immediate) {
    step<xlen> s;
    s.execute = handler_of<xlen>(op);
    s.op = op;
    s.immediate = immediate;
    s.pc = pc_;
    s.rd = d.rd == 0 ? core<xlen>::discard : d.rd;
    s.rs1 = d.rs1;
    s.rs2 = d.rs2;
    s.length = d.length;
    s.index = static_cast<std::uint16_t>(trace_.count++);
    trace_.steps.push_back(s);
  }

  void add_source(unsigned length) {
    for (unsigned part = 0; part < length; part += 2) {
      const std::uint64_t physical = locate(static_cast<word>(pc_ + part)).value_or(pc_ + part);
      if (trace_.source.empty() || trace_.source.back().end != physical) {
        trace_.source.push_back({physical, physical});
      }
      trace_.source.back().end += 2;
    }
  }

  /// Adds the instruction at pc_ and moves on to the next; true if there is none.
  bool add_instruction(const decoded& d) {
    add_source(d.length);
    const word following = static_cast<word>(pc_ + d.length);
    const word target = static_cast<word>(pc_ + static_cast<word>(d.immediate));
    const operation opposite = opposite_branch(d.op);
    if (d.op == operation::jal) {
      add(operation::lui, d, following);
      pc_ = target;
    } else if (opposite != operation::count && d.immediate < 0) {
      // A loop: expected to go round.
      add(opposite, d, following);
      pc_ = target;
    } else if (opposite != operation::count) {
      add(d.op, d, target);
      pc_ = following;
    } else if (d.op == operation::auipc) {
      add(operation::lui, d, target);
      pc_ = following;
    } else {
      add(d.op, d, static_cast<word>(d.immediate));
      pc_ = following;
    }
    return always_leaves(d.op);
  }

  /// Lets the first of two steps execute both where there is a function for that.
  void pair_steps() {
    auto& steps = trace_.steps;
    for (std::size_t i = 0; i + 1 < steps.size(); ++i) {
      const auto pair = handler_of_pair<xlen>(steps[i].op, steps[i + 1].op);
      if (pair != nullptr) {
        steps[i].execute = pair;
        ++i;
      }
    }
  }

  memory_view& memory_;
  const extensions& with_;
  const code_place<xlen> place_;
  word pc_;
  const unsigned limit_;
  const std::set<std::uint64_t>& breakpoints_;
  block<xlen> trace_;
};

}  // namespace

template <unsigned xlen>
std::unique_ptr<block<xlen>> block_cache<xlen>::build(const code_place<xlen>& place) {
  auto built = std::make_unique<block<xlen>>(
      trace_builder<xlen>(memory_, with_, place, length_limit, breakpoints_).build());
  const key mine{place.pc, place.physical, place.paged};
  for (const auto& part : built->source) {
    memory_.mark_code(part.begin, part.end - part.begin);
    const std::uint64_t last = (part.end - 1) / memory_view::line_size;
    for (std::uint64_t line = part.begin / memory_view::line_size; line <= last; ++line) {
      auto& users = blocks_by_line_[line];
      if (users.empty() || !(users.back() == mine)) {
        users.push_back(mine);
      }
    }
  }
  return built;
}

template <unsigned xlen>
const block<xlen>& block_cache<xlen>::find_slow(const code_place<xlen>& place) {
  auto& slot = blocks_[{place.pc, place.physical, place.paged}];
  if (slot == nullptr) {
    slot = build(place);
  }
  recent_[(place.pc >> 1) % recent_entries] = slot.get();
  return *slot;
}

template <unsigned xlen>
const block<xlen>& block_cache<xlen>::cut(const block<xlen>& whole, unsigned count) {
  cut_.pc = whole.pc;
  cut_.physical = whole.physical;
  cut_.paged = whole.paged;
  cut_.count = count;
  cut_.steps.assign(whole.steps.begin(), whole.steps.begin() + count + 1);
  cut_.steps.back().execute = handler_of<xlen>(operation::block_end);
  // The last one may have been paired with what is cut off.
  step<xlen>& last = cut_.steps[count - 1];
  last.execute = handler_of<xlen>(last.op);
  return cut_;
}

template <unsigned xlen>
const block<xlen>& block_cache<xlen>::single(const code_place<xlen>& place, bool heed_breakpoints) {
  static const std::set<std::uint64_t> none;
  single_ =
      trace_builder<xlen>(memory_, with_, place, 1, heed_breakpoints ? breakpoints_ : none).build();
  return single_;
}

template <unsigned xlen>
bool block_cache<xlen>::remove(std::uint64_t address, unsigned size) {
  const std::uint64_t end = address + size;
  std::vector<key> victims;
  for (std::uint64_t line = address / memory_view::line_size;
       line <= (end - 1) / memory_view::line_size; ++line) {
    const auto users = blocks_by_line_.find(line);
    if (users == blocks_by_line_.end()) {
      continue;
    }
    for (const key& user : users->second) {
      const auto& source = blocks_.at(user)->source;
      if (std::any_of(source.begin(), source.end(),
                      [&](const auto& part) { return address < part.end && part.begin < end; })) {
        victims.push_back(user);
      }
    }
  }
  for (const key& victim : victims) {
    remove_block(victim);
  }
  return !victims.empty();
}

template <unsigned xlen>
void block_cache<xlen>::remove_block(const key& which) {
  const auto found = blocks_.find(which);
  if (found == blocks_.end()) {
    return;  // named twice
  }
  for (const auto& part : found->second->source) {
    const std::uint64_t last = (part.end - 1) / memory_view::line_size;
    for (std::uint64_t line = part.begin / memory_view::line_size; line <= last; ++line) {
      auto& users = blocks_by_line_[line];
      users.erase(std::remove(users.begin(), users.end(), which), users.end());
    }
  }
  auto& recent = recent_[(which.pc >> 1) % recent_entries];
  if (recent == found->second.get()) {
    recent = nullptr;
  }
  removed_.push_back(std::move(found->second));
  blocks_.erase(found);
}

template <unsigned xlen>
void block_cache<xlen>::collect() {
  removed_.clear();
  if (blocks_.size() > block_limit) {
    clear();
  }
}

template <unsigned xlen>
void block_cache<xlen>::clear() {
  std::fill(recent_.begin(), recent_.end(), nullptr);
  blocks_.clear();
  blocks_by_line_.clear();
  removed_.clear();
  memory_.forget_code();
}

template class block_cache<32>;
template class block_cache<64>;

}  // namespace sn::hart
