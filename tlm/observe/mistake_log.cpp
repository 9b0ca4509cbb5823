#include "observe/mistake_log.h"

#include <fmt/format.h>

#include <utility>

#include "hart/function_table.h"
#include "hart/trap.h"
#include "observe/observed_hart.h"

namespace sn::observe {
namespace {

bool is_mistake(const hart::taken_trap& taken) {
  constexpr std::uint64_t opcode = 0x7f;
  constexpr std::uint64_t opcode_system = 0x73;
  switch (static_cast<hart::exception>(taken.cause)) {
    case hart::exception::instruction_access_fault:
    case hart::exception::load_address_misaligned:
    case hart::exception::load_access_fault:
    case hart::exception::store_address_misaligned:
    case hart::exception::store_access_fault:
      return true;
    case hart::exception::illegal_instruction:
      return (taken.value & opcode) != opcode_system;
    default:
      return false;
  }
}

}  // namespace

mistake_log::mistake_log(std::string name, soc::hart_module& hart, symbol_source symbols,
                         line_sink sink)
    : name_(std::move(name)), module_(hart), symbols_(std::move(symbols)), sink_(std::move(sink)) {
  module_.core().watch_exceptions([this](const hart::taken_trap& taken) { on_exception(taken); });
}

void mistake_log::on_exception(const hart::taken_trap& taken) {
  if (!is_mistake(taken) || ++mistakes_ > limit) {
    return;
  }
  if (mistakes_ == 1) {
    known_ = symbols_();
  }
  const std::string function = hart::function_table(known_).describe(taken.from);
  sink_(fmt::format("{} {} {} at {:x}{}, value {:x}",
                    seconds(module_.local_time() - module_.instruction_time()), name_,
                    name_of(taken), taken.from, function.empty() ? "" : " <" + function + ">",
                    taken.value));
}

void mistake_log::finish() const {
  if (mistakes_ > limit) {
    sink_(fmt::format("{}: {} more exceptions like these", name_, mistakes_ - limit));
  }
}

}  // namespace sn::observe
