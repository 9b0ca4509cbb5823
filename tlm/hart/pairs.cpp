#include <array>

#include "hart/execute.h"
#include "hart/handlers.h"

namespace sn::hart {
namespace handlers {
namespace {

/// Executes two steps at the cost of one dispatch. The second keeps its own handler, to which the
/// slow way of the first goes on.
template <unsigned xlen, typename first, typename step<xlen>::handler second>
void pair(core<xlen>& h, const step<xlen>* s) {
  if (!first::quick(h, s)) {
    return first::slow(h, s);
  }
  return second(h, s + 1);
}

/// The operations that compilers emit most; pairs of others are not worth their code.
constexpr bool is_frequent(operation op) {
  switch (op) {
    case operation::lui:
    case operation::lw:
    case operation::ld:
    case operation::lbu:
    case operation::lhu:
    case operation::sw:
    case operation::sd:
    case operation::sb:
    case operation::addi:
    case operation::andi:
    case operation::slli:
    case operation::srli:
    case operation::add:
    case operation::sub:
    case operation::op_xor:
    case operation::op_or:
    case operation::op_and:
    case operation::mul:
    case operation::addiw:
    case operation::addw:
    case operation::mulw:
      return true;
    default:
      return false;
  }
}

template <unsigned xlen>
using pair_table =
    std::array<std::array<typename step<xlen>::handler, operation_count>, operation_count>;

template <unsigned xlen, operation first_op, typename first, operation second_op,
          typename step<xlen>::handler second>
constexpr void fill_pair(pair_table<xlen>& table) {
  table[static_cast<std::size_t>(first_op)][static_cast<std::size_t>(second_op)] =
      pair<xlen, first, second>;
}

template <unsigned xlen, typename first, typename... seconds>
constexpr void fill_quick_seconds(pair_table<xlen>& table, list<seconds...>) {
  const auto fill = [&table](auto second) {
    using type = decltype(second);
    if constexpr (is_frequent(type::op)) {
      fill_pair<xlen, first::op, typename first::kind, type::op,
                execute<xlen, typename type::kind>>(table);
    }
  };
  (fill(seconds{}), ...);
}

template <unsigned xlen, typename first, typename... seconds>
constexpr void fill_branch_seconds(pair_table<xlen>& table, list<seconds...>) {
  (fill_pair<xlen, first::op, typename first::kind, seconds::op, seconds::kind::run>(table), ...);
}

template <unsigned xlen, typename... firsts>
constexpr pair_table<xlen> make_pairs(list<firsts...>) {
  pair_table<xlen> table{};
  const auto fill = [&table](auto first) {
    using type = decltype(first);
    if constexpr (is_frequent(type::op)) {
      fill_quick_seconds<xlen, type>(table, quick_instructions<xlen>{});
      fill_branch_seconds<xlen, type>(table, branches<xlen>{});
    }
  };
  (fill(firsts{}), ...);
  return table;
}

template <unsigned xlen>
constexpr pair_table<xlen> all_pairs = make_pairs<xlen>(quick_instructions<xlen>{});

}  // namespace
}  // namespace handlers

template <unsigned xlen>
typename step<xlen>::handler handler_of_pair(operation first, operation second) {
  return handlers::all_pairs<xlen>[static_cast<std::size_t>(first)]
                                  [static_cast<std::size_t>(second)];
}

template step<32>::handler handler_of_pair<32>(operation first, operation second);
template step<64>::handler handler_of_pair<64>(operation first, operation second);

}  // namespace sn::hart
