// What each instruction does: the functions and types from which the tables of execute.cpp and
// pairs.cpp are made.
#pragma once

#include <cstdint>
#include <cstring>
#include <type_traits>

#include "hart/arithmetic.h"
#include "hart/core.h"
#include "hart/operation.h"

namespace sn::hart::handlers {

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

/// An instruction that rarely needs more than a few lines: `quick` does these and returns true, or
/// does nothing and returns false; then `slow` executes the instruction and all that follows.
template <unsigned xlen, typename kind>
void execute(core<xlen>& h, const step<xlen>* s) {
  if (!kind::quick(h, s)) {
    return kind::slow(h, s);
  }
  return next(h, s);
}

// Computing.

/// An instruction that is always quick.
template <unsigned xlen>
struct computing {
  static void slow(core<xlen>&, const step<xlen>*) {}
};

template <unsigned xlen>
struct constant : computing<xlen> {
  static bool quick(core<xlen>& h, const step<xlen>* s) {
    h.x[s->rd] = s->immediate;
    return true;
  }
};

template <unsigned xlen, typename operation>
struct with_register : computing<xlen> {
  static bool quick(core<xlen>& h, const step<xlen>* s) {
    h.x[s->rd] = operation::apply(h.x[s->rs1], h.x[s->rs2]);
    return true;
  }
};

template <unsigned xlen, typename operation>
struct with_immediate : computing<xlen> {
  static bool quick(core<xlen>& h, const step<xlen>* s) {
    h.x[s->rd] = operation::apply(h.x[s->rs1], s->immediate);
    return true;
  }
};

// Jumps.

template <unsigned xlen, typename condition>
struct branch {
  static void run(core<xlen>& h, const step<xlen>* s) {
    if (condition::holds(h.x[s->rs1], h.x[s->rs2])) {
      return h.leave(*s, s->immediate);
    }
    return next(h, s);
  }
};

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

/// A load of a T, which also says how it is extended.
template <unsigned xlen, typename T>
struct load {
  static bool quick(core<xlen>& h, const step<xlen>* s) {
    const std::byte* const host = h.memory().template readable<T>(address(h, s));
    if (host == nullptr) {
      return false;
    }
    T value;
    std::memcpy(&value, host, sizeof value);
    h.x[s->rd] = extend<xlen>(value);
    return true;
  }
  [[gnu::noinline]] static void slow(core<xlen>& h, const step<xlen>* s) {
    std::uint64_t value = 0;
    if (h.load_slow(*s, address(h, s), sizeof(T), value)) {
      h.x[s->rd] = extend<xlen>(static_cast<T>(value));
      return next_or_attend(h, s);
    }
  }
  static word_of<xlen> address(const core<xlen>& h, const step<xlen>* s) {
    return static_cast<word_of<xlen>>(h.x[s->rs1] + s->immediate);
  }
};

/// A store of a T, which is unsigned.
template <unsigned xlen, typename T>
struct store {
  static bool quick(core<xlen>& h, const step<xlen>* s) {
    std::byte* const host = h.memory().template writable<T>(address(h, s));
    if (host == nullptr) {
      return false;
    }
    const T value = static_cast<T>(h.x[s->rs2]);
    std::memcpy(host, &value, sizeof value);
    return true;
  }
  [[gnu::noinline]] static void slow(core<xlen>& h, const step<xlen>* s) {
    if (h.store_slow(*s, address(h, s), sizeof(T), static_cast<T>(h.x[s->rs2]))) {
      return next_or_attend(h, s);
    }
  }
  static word_of<xlen> address(const core<xlen>& h, const step<xlen>* s) {
    return static_cast<word_of<xlen>>(h.x[s->rs1] + s->immediate);
  }
};

/// A floating-point load of 4 or 8 bytes; its destination stands in rs2.
template <unsigned xlen, typename T>
void load_float(core<xlen>& h, const step<xlen>* s) {
  if (!h.float_enabled()) {
    return h.illegal_as_fetched(*s);
  }
  std::uint64_t value = 0;
  if (!h.load_slow(*s, static_cast<word_of<xlen>>(h.x[s->rs1] + s->immediate), sizeof(T), value)) {
    return;
  }
  h.f[s->rs2] = sizeof(T) == 4 ? value | 0xffff'ffff'0000'0000 : value;
  h.mark_float_dirty();
  return next_or_attend(h, s);
}

template <unsigned xlen, typename T>
void store_float(core<xlen>& h, const step<xlen>* s) {
  if (!h.float_enabled()) {
    return h.illegal_as_fetched(*s);
  }
  if (h.store_slow(*s, static_cast<word_of<xlen>>(h.x[s->rs1] + s->immediate), sizeof(T),
                   static_cast<T>(h.f[s->rs2]))) {
    return next_or_attend(h, s);
  }
}

template <unsigned xlen>
void compute_float(core<xlen>& h, const step<xlen>* s) {
  if (!h.compute_float(static_cast<std::uint32_t>(s->immediate))) {
    return h.trap(*s, exception::illegal_instruction,
                  static_cast<word_of<xlen>>(static_cast<std::uint32_t>(s->immediate)));
  }
  return next(h, s);
}

template <unsigned xlen, typename T>
void load_reserved(core<xlen>& h, const step<xlen>* s) {
  const word_of<xlen> address = h.x[s->rs1];
  std::uint64_t value = 0;
  if (!h.check_atomic(*s, address, sizeof(T), false) ||
      !h.load_slow(*s, address, sizeof(T), value)) {
    return;
  }
  h.reserve(address, static_cast<word_of<xlen>>(value));
  h.x[s->rd] = extend<xlen>(static_cast<std::make_signed_t<T>>(value));
  return next_or_attend(h, s);
}

template <unsigned xlen, typename T>
void store_conditional(core<xlen>& h, const step<xlen>* s) {
  const word_of<xlen> address = h.x[s->rs1];
  std::uint64_t current = 0;
  if (!h.check_atomic(*s, address, sizeof(T), true) ||
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
  if (!h.check_atomic(*s, address, sizeof(T), true) || !h.load_slow(*s, address, sizeof(T), old)) {
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
void return_from_machine(core<xlen>& h, const step<xlen>* s) {
  return h.return_from_machine(*s);
}

template <unsigned xlen>
void return_from_supervisor(core<xlen>& h, const step<xlen>* s) {
  return h.return_from_supervisor(*s);
}

template <unsigned xlen>
void fence_translations(core<xlen>& h, const step<xlen>* s) {
  return h.fence_translations(*s);
}

template <unsigned xlen>
void call_environment(core<xlen>& h, const step<xlen>* s) {
  return h.call_environment(*s);
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

template <unsigned xlen>
void debug_break(core<xlen>& h, const step<xlen>* s) {
  return h.break_before(*s);
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

// Which operation is which.

template <operation op_value, typename kind_type>
struct entry {
  static constexpr operation op = op_value;
  using kind = kind_type;
};

template <typename... entries>
struct list {};

namespace a = arithmetic;

/// The quick instructions of both widths.
template <unsigned xlen>
using quick_of_both =
    list<entry<operation::lui, constant<xlen>>, entry<operation::lb, load<xlen, std::int8_t>>,
         entry<operation::lh, load<xlen, std::int16_t>>,
         entry<operation::lw, load<xlen, std::int32_t>>,
         entry<operation::lbu, load<xlen, std::uint8_t>>,
         entry<operation::lhu, load<xlen, std::uint16_t>>,
         entry<operation::sb, store<xlen, std::uint8_t>>,
         entry<operation::sh, store<xlen, std::uint16_t>>,
         entry<operation::sw, store<xlen, std::uint32_t>>,
         entry<operation::addi, with_immediate<xlen, a::add>>,
         entry<operation::slti, with_immediate<xlen, a::less>>,
         entry<operation::sltiu, with_immediate<xlen, a::less_unsigned>>,
         entry<operation::xori, with_immediate<xlen, a::exclusive_or>>,
         entry<operation::ori, with_immediate<xlen, a::inclusive_or>>,
         entry<operation::andi, with_immediate<xlen, a::conjunction>>,
         entry<operation::slli, with_immediate<xlen, a::shift_left>>,
         entry<operation::srli, with_immediate<xlen, a::shift_right>>,
         entry<operation::srai, with_immediate<xlen, a::shift_right_arithmetic>>,
         entry<operation::add, with_register<xlen, a::add>>,
         entry<operation::sub, with_register<xlen, a::subtract>>,
         entry<operation::sll, with_register<xlen, a::shift_left>>,
         entry<operation::slt, with_register<xlen, a::less>>,
         entry<operation::sltu, with_register<xlen, a::less_unsigned>>,
         entry<operation::op_xor, with_register<xlen, a::exclusive_or>>,
         entry<operation::srl, with_register<xlen, a::shift_right>>,
         entry<operation::sra, with_register<xlen, a::shift_right_arithmetic>>,
         entry<operation::op_or, with_register<xlen, a::inclusive_or>>,
         entry<operation::op_and, with_register<xlen, a::conjunction>>,
         entry<operation::mul, with_register<xlen, a::multiply>>,
         entry<operation::mulh, with_register<xlen, a::multiply_high>>,
         entry<operation::mulhsu, with_register<xlen, a::multiply_high_signed_unsigned>>,
         entry<operation::mulhu, with_register<xlen, a::multiply_high_unsigned>>,
         entry<operation::div, with_register<xlen, a::divide>>,
         entry<operation::divu, with_register<xlen, a::divide_unsigned>>,
         entry<operation::rem, with_register<xlen, a::remainder>>,
         entry<operation::remu, with_register<xlen, a::remainder_unsigned>>>;

/// Bit manipulation, Zba, Zbb and Zbs.
template <unsigned xlen>
using bits_of_both = list<entry<operation::sh1add, with_register<xlen, a::shift_add<1>>>,
                          entry<operation::sh2add, with_register<xlen, a::shift_add<2>>>,
                          entry<operation::sh3add, with_register<xlen, a::shift_add<3>>>,
                          entry<operation::andn, with_register<xlen, a::and_not>>,
                          entry<operation::orn, with_register<xlen, a::or_not>>,
                          entry<operation::xnor, with_register<xlen, a::exclusive_nor>>,
                          entry<operation::clz, with_register<xlen, a::leading_zeros>>,
                          entry<operation::ctz, with_register<xlen, a::trailing_zeros>>,
                          entry<operation::cpop, with_register<xlen, a::population>>,
                          entry<operation::max, with_register<xlen, a::maximum>>,
                          entry<operation::maxu, with_register<xlen, a::maximum_unsigned>>,
                          entry<operation::min, with_register<xlen, a::minimum>>,
                          entry<operation::minu, with_register<xlen, a::minimum_unsigned>>,
                          entry<operation::sext_b, with_register<xlen, a::extended<std::int8_t>>>,
                          entry<operation::sext_h, with_register<xlen, a::extended<std::int16_t>>>,
                          entry<operation::zext_h, with_register<xlen, a::extended<std::uint16_t>>>,
                          entry<operation::rol, with_register<xlen, a::rotate_left>>,
                          entry<operation::ror, with_register<xlen, a::rotate_right>>,
                          entry<operation::rori, with_immediate<xlen, a::rotate_right>>,
                          entry<operation::orc_b, with_register<xlen, a::or_combine>>,
                          entry<operation::rev8, with_register<xlen, a::reverse_bytes>>,
                          entry<operation::bclr, with_register<xlen, a::bit_clear>>,
                          entry<operation::bext, with_register<xlen, a::bit_extract>>,
                          entry<operation::binv, with_register<xlen, a::bit_invert>>,
                          entry<operation::bset, with_register<xlen, a::bit_set>>,
                          entry<operation::bclri, with_immediate<xlen, a::bit_clear>>,
                          entry<operation::bexti, with_immediate<xlen, a::bit_extract>>,
                          entry<operation::binvi, with_immediate<xlen, a::bit_invert>>,
                          entry<operation::bseti, with_immediate<xlen, a::bit_set>>>;

using bits_of_wide = list<entry<operation::add_uw, with_register<64, a::shift_add_word<0>>>,
                          entry<operation::sh1add_uw, with_register<64, a::shift_add_word<1>>>,
                          entry<operation::sh2add_uw, with_register<64, a::shift_add_word<2>>>,
                          entry<operation::sh3add_uw, with_register<64, a::shift_add_word<3>>>,
                          entry<operation::slli_uw, with_immediate<64, a::shift_left_word>>,
                          entry<operation::clzw, with_register<64, a::narrow<a::leading_zeros>>>,
                          entry<operation::ctzw, with_register<64, a::narrow<a::trailing_zeros>>>,
                          entry<operation::cpopw, with_register<64, a::narrow<a::population>>>,
                          entry<operation::rolw, with_register<64, a::narrow<a::rotate_left>>>,
                          entry<operation::rorw, with_register<64, a::narrow<a::rotate_right>>>,
                          entry<operation::roriw, with_immediate<64, a::narrow<a::rotate_right>>>>;

/// The quick instructions that only RV64 has.
using quick_of_wide =
    list<entry<operation::ld, load<64, std::uint64_t>>,
         entry<operation::lwu, load<64, std::uint32_t>>,
         entry<operation::sd, store<64, std::uint64_t>>,
         entry<operation::addiw, with_immediate<64, a::narrow<a::add>>>,
         entry<operation::slliw, with_immediate<64, a::narrow<a::shift_left>>>,
         entry<operation::srliw, with_immediate<64, a::narrow<a::shift_right>>>,
         entry<operation::sraiw, with_immediate<64, a::narrow<a::shift_right_arithmetic>>>,
         entry<operation::addw, with_register<64, a::narrow<a::add>>>,
         entry<operation::subw, with_register<64, a::narrow<a::subtract>>>,
         entry<operation::sllw, with_register<64, a::narrow<a::shift_left>>>,
         entry<operation::srlw, with_register<64, a::narrow<a::shift_right>>>,
         entry<operation::sraw, with_register<64, a::narrow<a::shift_right_arithmetic>>>,
         entry<operation::mulw, with_register<64, a::narrow<a::multiply>>>,
         entry<operation::divw, with_register<64, a::narrow<a::divide>>>,
         entry<operation::divuw, with_register<64, a::narrow<a::divide_unsigned>>>,
         entry<operation::remw, with_register<64, a::narrow<a::remainder>>>,
         entry<operation::remuw, with_register<64, a::narrow<a::remainder_unsigned>>>>;

template <typename... first, typename... second>
list<first..., second...> join(list<first...>, list<second...>);

/// All instructions of bit manipulation of a width.
template <unsigned xlen>
using bit_instructions =
    decltype(join(bits_of_both<xlen>{}, std::conditional_t<xlen == 64, bits_of_wide, list<>>{}));

/// All other quick instructions of a width.
template <unsigned xlen>
using quick_instructions =
    decltype(join(quick_of_both<xlen>{}, std::conditional_t<xlen == 64, quick_of_wide, list<>>{}));

template <unsigned xlen>
using branches = list<entry<operation::beq, branch<xlen, a::equal>>,
                      entry<operation::bne, branch<xlen, a::negation<a::equal>>>,
                      entry<operation::blt, branch<xlen, a::less_than>>,
                      entry<operation::bge, branch<xlen, a::negation<a::less_than>>>,
                      entry<operation::bltu, branch<xlen, a::less_than_unsigned>>,
                      entry<operation::bgeu, branch<xlen, a::negation<a::less_than_unsigned>>>>;

}  // namespace sn::hart::handlers
