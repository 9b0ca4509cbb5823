#include "hart/execute.h"

#include <array>
#include <cstring>

#include "hart/arithmetic.h"
#include "hart/core.h"

namespace sn::hart {
namespace {

// Every handler ends with a call in tail position: next() or a member of core that ends the block.
// Optimised builds make them jumps; others nest at most block_cache::length_limit deep.

template <unsigned xlen>
void next(core<xlen>& h, const step<xlen>* s) {
  s[1].execute(h, s + 1);
}

/// next(), unless the run loop has to look first.
template <unsigned xlen>
void next_or_attend(core<xlen>& h, const step<xlen>* s) {
  if (h.attention()) {
    return h.leave(*s, static_cast<word_of<xlen>>(s->pc + s->length));
  }
  return next(h, s);
}

/// `value` as a register holds it: sign-extended if T is signed, else zero-extended.
template <unsigned xlen, typename T>
word_of<xlen> extend(T value) {
  return static_cast<word_of<xlen>>(value);
}

// Computing.

template <unsigned xlen>
void load_constant(core<xlen>& h, const step<xlen>* s) {
  h.x[s->rd] = s->immediate;
  return next(h, s);
}

template <unsigned xlen, typename operation>
void with_register(core<xlen>& h, const step<xlen>* s) {
  h.x[s->rd] = operation::apply(h.x[s->rs1], h.x[s->rs2]);
  return next(h, s);
}

template <unsigned xlen, typename operation>
void with_immediate(core<xlen>& h, const step<xlen>* s) {
  h.x[s->rd] = operation::apply(h.x[s->rs1], s->immediate);
  return next(h, s);
}

// Jumps.

template <unsigned xlen, typename condition>
void branch(core<xlen>& h, const step<xlen>* s) {
  if (condition::holds(h.x[s->rs1], h.x[s->rs2])) {
    return h.leave(*s, s->immediate);
  }
  return next(h, s);
}

template <unsigned xlen>
void jump_register(core<xlen>& h, const step<xlen>* s) {
  using word = word_of<xlen>;
  const word target = static_cast<word>(h.x[s->rs1] + s->immediate) & ~word{1};
  h.x[s->rd] = static_cast<word>(s->pc + s->length);
  return h.leave(*s, target);
}

template <unsigned xlen>
void end_block(core<xlen>& h, const step<xlen>* s) {
  return h.leave_before(*s);
}

// Memory.

template <unsigned xlen, typename T>
[[gnu::noinline]] void load_slow(core<xlen>& h, const step<xlen>* s) {
  const auto address = static_cast<word_of<xlen>>(h.x[s->rs1] + s->immediate);
  std::uint64_t value = 0;
  if (!h.load_slow(*s, address, sizeof(T), value)) {
    return;
  }
  h.x[s->rd] = extend<xlen>(static_cast<T>(value));
  return next_or_attend(h, s);
}

template <unsigned xlen, typename T>
void load(core<xlen>& h, const step<xlen>* s) {
  const auto address = static_cast<word_of<xlen>>(h.x[s->rs1] + s->immediate);
  const std::byte* const host = h.memory().template readable<T>(address);
  if (host == nullptr) {
    return load_slow<xlen, T>(h, s);
  }
  T value;
  std::memcpy(&value, host, sizeof value);
  h.x[s->rd] = extend<xlen>(value);
  return next(h, s);
}

template <unsigned xlen, typename T>
[[gnu::noinline]] void store_slow(core<xlen>& h, const step<xlen>* s) {
  const auto address = static_cast<word_of<xlen>>(h.x[s->rs1] + s->immediate);
  if (h.store_slow(*s, address, sizeof(T), static_cast<T>(h.x[s->rs2]))) {
    return next_or_attend(h, s);
  }
}

template <unsigned xlen, typename T>
void store(core<xlen>& h, const step<xlen>* s) {
  const auto address = static_cast<word_of<xlen>>(h.x[s->rs1] + s->immediate);
  std::byte* const host = h.memory().template writable<T>(address);
  if (host == nullptr) {
    return store_slow<xlen, T>(h, s);
  }
  const T value = static_cast<T>(h.x[s->rs2]);
  std::memcpy(host, &value, sizeof value);
  return next(h, s);
}

/// Checks the address of an atomic; false if it trapped.
template <unsigned xlen, typename T>
bool check_atomic(core<xlen>& h, const step<xlen>* s, word_of<xlen> address, exception misaligned,
                  exception fault) {
  if (address % sizeof(T) != 0) {
    h.trap(*s, misaligned, address);
    return false;
  }
  if (!h.memory().allows_atomic(address, sizeof(T))) {
    h.trap(*s, fault, address);
    return false;
  }
  return true;
}

template <unsigned xlen, typename T>
void load_reserved(core<xlen>& h, const step<xlen>* s) {
  const word_of<xlen> address = h.x[s->rs1];
  std::uint64_t value = 0;
  if (!check_atomic<xlen, T>(h, s, address, exception::load_address_misaligned,
                             exception::load_access_fault) ||
      !h.load_slow(*s, address, sizeof(T), value)) {
    return;
  }
  h.reserve(address, static_cast<word_of<xlen>>(value));
  h.x[s->rd] = extend<xlen>(static_cast<std::make_signed_t<T>>(value));
  return next(h, s);
}

template <unsigned xlen, typename T>
void store_conditional(core<xlen>& h, const step<xlen>* s) {
  const word_of<xlen> address = h.x[s->rs1];
  std::uint64_t current = 0;
  if (!check_atomic<xlen, T>(h, s, address, exception::store_address_misaligned,
                             exception::store_access_fault) ||
      !h.load_slow(*s, address, sizeof(T), current)) {
    return;
  }
  word_of<xlen> reserved = 0;
  const bool succeeds =
      h.take_reservation(address, reserved) && static_cast<T>(reserved) == static_cast<T>(current);
  if (succeeds && !h.store_slow(*s, address, sizeof(T), static_cast<T>(h.x[s->rs2]))) {
    return;
  }
  h.x[s->rd] = succeeds ? 0 : 1;
  return next_or_attend(h, s);
}

template <unsigned xlen, typename T, typename operation>
void atomic(core<xlen>& h, const step<xlen>* s) {
  const word_of<xlen> address = h.x[s->rs1];
  std::uint64_t old = 0;
  if (!check_atomic<xlen, T>(h, s, address, exception::store_address_misaligned,
                             exception::store_access_fault) ||
      !h.load_slow(*s, address, sizeof(T), old)) {
    return;
  }
  const T result = operation::apply(static_cast<T>(old), static_cast<T>(h.x[s->rs2]));
  if (!h.store_slow(*s, address, sizeof(T), result)) {
    return;
  }
  h.x[s->rd] = extend<xlen>(static_cast<std::make_signed_t<T>>(old));
  return next_or_attend(h, s);
}

// System.

template <unsigned xlen>
void do_nothing(core<xlen>& h, const step<xlen>* s) {
  return next(h, s);
}

template <unsigned xlen>
void fence_code(core<xlen>& h, const step<xlen>* s) {
  return h.fence_code(*s);
}

template <unsigned xlen>
void wait(core<xlen>& h, const step<xlen>* s) {
  return h.wait(*s);
}

template <unsigned xlen>
void return_from_trap(core<xlen>& h, const step<xlen>* s) {
  return h.return_from_trap(*s);
}

template <unsigned xlen>
void call_environment(core<xlen>& h, const step<xlen>* s) {
  return h.trap(*s, exception::environment_call_from_machine, 0);
}

template <unsigned xlen>
void break_point(core<xlen>& h, const step<xlen>* s) {
  return h.trap(*s, exception::breakpoint, s->pc);
}

template <unsigned xlen>
void illegal(core<xlen>& h, const step<xlen>* s) {
  return h.trap(*s, exception::illegal_instruction, s->immediate);
}

template <unsigned xlen>
void fetch_fault(core<xlen>& h, const step<xlen>* s) {
  return h.trap(*s, exception::instruction_access_fault, s->immediate);
}

enum class csr_update { write, set, clear };

template <unsigned xlen, csr_update update, bool immediate>
void access_csr(core<xlen>& h, const step<xlen>* s) {
  using word = word_of<xlen>;
  const unsigned number = static_cast<unsigned>(s->immediate >> 20) & 0xfffU;
  const word operand = immediate ? word{s->rs1} : h.x[s->rs1];
  word old = 0;
  if (!h.csr_read(*s, number, old)) {
    return illegal(h, s);
  }
  if (update == csr_update::write || s->rs1 != 0) {
    word value = operand;
    if (update == csr_update::set) {
      value = old | operand;
    } else if (update == csr_update::clear) {
      value = old & ~operand;
    }
    if (!h.csr_write(*s, number, value)) {
      return illegal(h, s);
    }
  }
  h.x[s->rd] = old;
  return next_or_attend(h, s);
}

// The table.

template <unsigned xlen>
using handler_table = std::array<typename step<xlen>::handler, operation_count>;

template <unsigned xlen>
constexpr void fill_base(handler_table<xlen>& table) {
  namespace a = arithmetic;
  const auto at = [&table](operation op) -> auto& {
    return table[static_cast<std::size_t>(op)];
  };
  at(operation::illegal) = illegal<xlen>;
  at(operation::lui) = load_constant<xlen>;
  at(operation::auipc) = load_constant<xlen>;
  at(operation::jal) = load_constant<xlen>;
  at(operation::jalr) = jump_register<xlen>;
  at(operation::beq) = branch<xlen, a::equal>;
  at(operation::bne) = branch<xlen, a::negation<a::equal>>;
  at(operation::blt) = branch<xlen, a::less_than>;
  at(operation::bge) = branch<xlen, a::negation<a::less_than>>;
  at(operation::bltu) = branch<xlen, a::less_than_unsigned>;
  at(operation::bgeu) = branch<xlen, a::negation<a::less_than_unsigned>>;
  at(operation::lb) = load<xlen, std::int8_t>;
  at(operation::lh) = load<xlen, std::int16_t>;
  at(operation::lw) = load<xlen, std::int32_t>;
  at(operation::lbu) = load<xlen, std::uint8_t>;
  at(operation::lhu) = load<xlen, std::uint16_t>;
  at(operation::sb) = store<xlen, std::uint8_t>;
  at(operation::sh) = store<xlen, std::uint16_t>;
  at(operation::sw) = store<xlen, std::uint32_t>;
  at(operation::addi) = with_immediate<xlen, a::add>;
  at(operation::slti) = with_immediate<xlen, a::less>;
  at(operation::sltiu) = with_immediate<xlen, a::less_unsigned>;
  at(operation::xori) = with_immediate<xlen, a::exclusive_or>;
  at(operation::ori) = with_immediate<xlen, a::inclusive_or>;
  at(operation::andi) = with_immediate<xlen, a::conjunction>;
  at(operation::slli) = with_immediate<xlen, a::shift_left>;
  at(operation::srli) = with_immediate<xlen, a::shift_right>;
  at(operation::srai) = with_immediate<xlen, a::shift_right_arithmetic>;
  at(operation::add) = with_register<xlen, a::add>;
  at(operation::sub) = with_register<xlen, a::subtract>;
  at(operation::sll) = with_register<xlen, a::shift_left>;
  at(operation::slt) = with_register<xlen, a::less>;
  at(operation::sltu) = with_register<xlen, a::less_unsigned>;
  at(operation::op_xor) = with_register<xlen, a::exclusive_or>;
  at(operation::srl) = with_register<xlen, a::shift_right>;
  at(operation::sra) = with_register<xlen, a::shift_right_arithmetic>;
  at(operation::op_or) = with_register<xlen, a::inclusive_or>;
  at(operation::op_and) = with_register<xlen, a::conjunction>;
  at(operation::fence) = do_nothing<xlen>;
  at(operation::fence_i) = fence_code<xlen>;
  at(operation::ecall) = call_environment<xlen>;
  at(operation::ebreak) = break_point<xlen>;
  at(operation::mret) = return_from_trap<xlen>;
  at(operation::wfi) = wait<xlen>;
  at(operation::csrrw) = access_csr<xlen, csr_update::write, false>;
  at(operation::csrrs) = access_csr<xlen, csr_update::set, false>;
  at(operation::csrrc) = access_csr<xlen, csr_update::clear, false>;
  at(operation::csrrwi) = access_csr<xlen, csr_update::write, true>;
  at(operation::csrrsi) = access_csr<xlen, csr_update::set, true>;
  at(operation::csrrci) = access_csr<xlen, csr_update::clear, true>;
  at(operation::mul) = with_register<xlen, a::multiply>;
  at(operation::mulh) = with_register<xlen, a::multiply_high>;
  at(operation::mulhsu) = with_register<xlen, a::multiply_high_signed_unsigned>;
  at(operation::mulhu) = with_register<xlen, a::multiply_high_unsigned>;
  at(operation::div) = with_register<xlen, a::divide>;
  at(operation::divu) = with_register<xlen, a::divide_unsigned>;
  at(operation::rem) = with_register<xlen, a::remainder>;
  at(operation::remu) = with_register<xlen, a::remainder_unsigned>;
  at(operation::block_end) = end_block<xlen>;
  at(operation::fetch_fault) = fetch_fault<xlen>;
}

/// The 11 atomics of one width, from `first` (LR) on.
template <unsigned xlen, typename T>
constexpr void fill_atomics(handler_table<xlen>& table, operation first) {
  namespace a = arithmetic;
  const std::array<typename step<xlen>::handler, 11> handlers{
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
  for (std::size_t i = 0; i < handlers.size(); ++i) {
    table[static_cast<std::size_t>(first) + i] = handlers[i];
  }
}

/// What only RV64 has.
constexpr void fill_wide(handler_table<64>& table) {
  namespace a = arithmetic;
  const auto at = [&table](operation op) -> auto& {
    return table[static_cast<std::size_t>(op)];
  };
  at(operation::ld) = load<64, std::uint64_t>;
  at(operation::lwu) = load<64, std::uint32_t>;
  at(operation::sd) = store<64, std::uint64_t>;
  at(operation::addiw) = with_immediate<64, a::narrow<a::add>>;
  at(operation::slliw) = with_immediate<64, a::narrow<a::shift_left>>;
  at(operation::srliw) = with_immediate<64, a::narrow<a::shift_right>>;
  at(operation::sraiw) = with_immediate<64, a::narrow<a::shift_right_arithmetic>>;
  at(operation::addw) = with_register<64, a::narrow<a::add>>;
  at(operation::subw) = with_register<64, a::narrow<a::subtract>>;
  at(operation::sllw) = with_register<64, a::narrow<a::shift_left>>;
  at(operation::srlw) = with_register<64, a::narrow<a::shift_right>>;
  at(operation::sraw) = with_register<64, a::narrow<a::shift_right_arithmetic>>;
  at(operation::mulw) = with_register<64, a::narrow<a::multiply>>;
  at(operation::divw) = with_register<64, a::narrow<a::divide>>;
  at(operation::divuw) = with_register<64, a::narrow<a::divide_unsigned>>;
  at(operation::remw) = with_register<64, a::narrow<a::remainder>>;
  at(operation::remuw) = with_register<64, a::narrow<a::remainder_unsigned>>;
}

template <unsigned xlen>
constexpr handler_table<xlen> make_table() {
  handler_table<xlen> table{};
  fill_base<xlen>(table);
  fill_atomics<xlen, std::uint32_t>(table, operation::lr_w);
  if constexpr (xlen == 64) {
    fill_wide(table);
    fill_atomics<xlen, std::uint64_t>(table, operation::lr_d);
  }
  return table;
}

template <unsigned xlen>
constexpr handler_table<xlen> handlers = make_table<xlen>();

}  // namespace

template <unsigned xlen>
typename step<xlen>::handler handler_of(operation op) {
  return handlers<xlen>[static_cast<std::size_t>(op)];
}

template step<32>::handler handler_of<32>(operation op);
template step<64>::handler handler_of<64>(operation op);

}  // namespace sn::hart
