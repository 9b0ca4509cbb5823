// Decoded code: traces of instructions that run one after the other, found by their first address.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <type_traits>
#include <unordered_map>
#include <vector>

#include "hart/isa.h"
#include "hart/memory_view.h"
#include "hart/operation.h"

namespace sn::hart {

template <unsigned xlen>
class core;

template <unsigned xlen>
using word_of = std::conditional_t<xlen == 64, std::uint64_t, std::uint32_t>;

/// One instruction, ready to execute. Each ends by calling the next step's `execute` (a tail call),
/// or by leaving the block.
template <unsigned xlen>
struct step {
  using handler = void (*)(core<xlen>& hart, const step* self);

  handler execute = nullptr;
  word_of<xlen> immediate = 0;  ///< also the target of jumps, and the encoding where that is needed
  word_of<xlen> pc = 0;
  std::uint8_t rd = 0;  ///< x0 as destination is replaced by core::discard
  std::uint8_t rs1 = 0;
  std::uint8_t rs2 = 0;
  std::uint8_t length = 0;
  operation op = operation::illegal;
  std::uint16_t index = 0;  ///< instructions of the block before this one
};

/// Where code is to be found, as the hart has translated it.
template <unsigned xlen>
struct code_place {
  word_of<xlen> pc = 0;
  std::uint64_t physical = 0;  ///< of `pc`
  /// The physical address is known for the page of `pc` only: a trace ends with it.
  bool paged = false;
  /// Physical address of the second half of an instruction at `pc` that crosses a page.
  std::uint64_t second_half = 0;

  static code_place unpaged(word_of<xlen> pc) { return {pc, pc, false, 0}; }
};

/// A trace: straight code, through jumps and on the expected side of branches.
template <unsigned xlen>
struct block {
  struct range {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
  };
  word_of<xlen> pc = 0;
  std::uint64_t physical = 0;     ///< of `pc`
  bool paged = false;             ///< see code_place
  unsigned count = 0;             ///< instructions, if none leaves early
  std::vector<step<xlen>> steps;  ///< one more than `count` when the last does not leave by itself
  std::vector<range> source;      ///< where the instructions lie, physically
};

/// All blocks of a hart.
template <unsigned xlen>
class block_cache {
 public:
  using word = word_of<xlen>;

  block_cache(memory_view& memory, const extensions& with)
      : memory_(memory), with_(with), recent_(recent_entries) {}

  /// The block that begins at `pc`, where nothing is translated or protected; decoded now if need
  /// be. Valid until collect() or clear().
  const block<xlen>& find(word pc) {
    const block<xlen>* found = recent_[(pc >> 1) % recent_entries];
    return found != nullptr && found->pc == pc && !found->paged
               ? *found
               : find_slow(code_place<xlen>::unpaged(pc));
  }
  /// The same where only the page of `place.pc` is known.
  const block<xlen>& find(const code_place<xlen>& place) {
    const block<xlen>* found = recent_[(place.pc >> 1) % recent_entries];
    return found != nullptr && found->pc == place.pc && found->physical == place.physical &&
                   found->paged
               ? *found
               : find_slow(place);
  }
  /// Copies the first `count` instructions of `whole`; `count` is not 0 and less than its own.
  const block<xlen>& cut(const block<xlen>& whole, unsigned count);

  /// The one instruction at `place`, not kept. Valid until the next call.
  const block<xlen>& single(const code_place<xlen>& place, bool heed_breakpoints);

  /// A block ends before each of these addresses, and the block that begins at one only says so.
  /// Holds for blocks built from now on.
  void set_breakpoints(const std::set<std::uint64_t>& addresses) { breakpoints_ = addresses; }
  const std::set<std::uint64_t>& breakpoints() const { return breakpoints_; }

  /// Removes the blocks that contain one of these bytes, but keeps them alive until collect().
  /// False if there are none.
  bool remove(std::uint64_t address, unsigned size);
  /// Frees what remove() removed, and everything if there is too much.
  void collect();
  /// Removes and frees all.
  void clear();

  /// Longest block.
  static constexpr unsigned length_limit = 64;

 private:
  static constexpr std::size_t recent_entries = 4096;
  static constexpr std::size_t block_limit = 32'768;

  /// What a block is found by.
  struct key {
    std::uint64_t pc;
    std::uint64_t physical;
    bool paged;
    bool operator==(const key& other) const {
      return pc == other.pc && physical == other.physical && paged == other.paged;
    }
  };
  struct hash {
    std::size_t operator()(const key& value) const {
      return static_cast<std::size_t>((value.pc ^ value.physical << 20) * 2 +
                                      (value.paged ? 1 : 0));
    }
  };

  const block<xlen>& find_slow(const code_place<xlen>& place);
  void remove_block(const key& which);
  std::unique_ptr<block<xlen>> build(const code_place<xlen>& place);

  memory_view& memory_;
  const extensions with_;
  std::vector<const block<xlen>*> recent_;
  std::unordered_map<key, std::unique_ptr<block<xlen>>, hash> blocks_;
  std::unordered_map<std::uint64_t, std::vector<key>> blocks_by_line_;
  std::vector<std::unique_ptr<block<xlen>>> removed_;
  block<xlen> cut_;
  block<xlen> single_;
  std::set<std::uint64_t> breakpoints_;
};

}  // namespace sn::hart
