#include "hart/execute.h"

#include <array>

#include "hart/handlers.h"

namespace sn::hart {
namespace handlers {
namespace {

template <unsigned xlen>
using handler_table = std::array<typename step<xlen>::handler, operation_count>;

constexpr std::size_t index_of(operation op) {
  return static_cast<std::size_t>(op);
}

template <unsigned xlen, typename... entries>
constexpr void fill_quick(handler_table<xlen>& table, list<entries...>) {
  ((table[index_of(entries::op)] = execute<xlen, typename entries::kind>), ...);
}

template <unsigned xlen, typename... entries>
constexpr void fill_branches(handler_table<xlen>& table, list<entries...>) {
  ((table[index_of(entries::op)] = entries::kind::run), ...);
}

/// The 11 atomics of one width, from `first` (LR) on.
template <unsigned xlen, typename T>
constexpr void fill_atomics(handler_table<xlen>& table, operation first) {
  const std::array<typename step<xlen>::handler, 11> row{
      load_reserved<xlen, T>,
      store_conditional<xlen, T>,
      atomic<xlen, T, a::second>,
      atomic<xlen, T, a::add>,
      atomic<xlen, T, a::exclusive_or>,
      atomic<xlen, T, a::conjunction>,
      atomic<xlen, T, a::inclusive_or>,
      atomic<xlen, T, a::minimum>,
      atomic<xlen, T, a::maximum>,
      atomic<xlen, T, a::minimum_unsigned>,
      atomic<xlen, T, a::maximum_unsigned>,
  };
  for (std::size_t i = 0; i < row.size(); ++i) {
    table[index_of(first) + i] = row[i];
  }
}

template <unsigned xlen>
constexpr void fill_system(handler_table<xlen>& table) {
  table[index_of(operation::illegal)] = illegal<xlen>;
  table[index_of(operation::jalr)] = jump_register<xlen>;
  table[index_of(operation::fence)] = do_nothing<xlen>;
  table[index_of(operation::fence_i)] = fence_code<xlen>;
  table[index_of(operation::ecall)] = call_environment<xlen>;
  table[index_of(operation::ebreak)] = break_point<xlen>;
  table[index_of(operation::mret)] = return_from_machine<xlen>;
  table[index_of(operation::sret)] = return_from_supervisor<xlen>;
  table[index_of(operation::sfence_vma)] = fence_translations<xlen>;
  table[index_of(operation::wfi)] = wait<xlen>;
  table[index_of(operation::csrrw)] = access_csr<xlen, csr_update::write, false>;
  table[index_of(operation::csrrs)] = access_csr<xlen, csr_update::set, false>;
  table[index_of(operation::csrrc)] = access_csr<xlen, csr_update::clear, false>;
  table[index_of(operation::csrrwi)] = access_csr<xlen, csr_update::write, true>;
  table[index_of(operation::csrrsi)] = access_csr<xlen, csr_update::set, true>;
  table[index_of(operation::csrrci)] = access_csr<xlen, csr_update::clear, true>;
  table[index_of(operation::block_end)] = end_block<xlen>;
  table[index_of(operation::fetch_fault)] = fetch_fault<xlen>;
  table[index_of(operation::debug_break)] = debug_break<xlen>;
}

template <unsigned xlen>
constexpr handler_table<xlen> make_table() {
  handler_table<xlen> table{};
  fill_quick<xlen>(table, quick_instructions<xlen>{});
  fill_quick<xlen>(table, bit_instructions<xlen>{});
  table[index_of(operation::flw)] = load_float<xlen, std::uint32_t>;
  table[index_of(operation::fld)] = load_float<xlen, std::uint64_t>;
  table[index_of(operation::fsw)] = store_float<xlen, std::uint32_t>;
  table[index_of(operation::fsd)] = store_float<xlen, std::uint64_t>;
  table[index_of(operation::float_compute)] = compute_float<xlen>;
  fill_branches<xlen>(table, branches<xlen>{});
  fill_atomics<xlen, std::uint32_t>(table, operation::lr_w);
  if constexpr (xlen == 64) {
    fill_atomics<xlen, std::uint64_t>(table, operation::lr_d);
  }
  fill_system<xlen>(table);
  return table;
}

template <unsigned xlen>
constexpr handler_table<xlen> all_handlers = make_table<xlen>();

}  // namespace
}  // namespace handlers

template <unsigned xlen>
typename step<xlen>::handler handler_of(operation op) {
  return handlers::all_handlers<xlen>[static_cast<std::size_t>(op)];
}

template step<32>::handler handler_of<32>(operation op);
template step<64>::handler handler_of<64>(operation op);

}  // namespace sn::hart
