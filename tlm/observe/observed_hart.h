// A hart that is watched, with what is known of its programs.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "hart/elf.h"
#include "hart/observer.h"
#include "soc/bus.h"
#include "soc/hart_module.h"

namespace sn::observe {

/// A hart and its programs. What is named here must outlive what observes it.
struct observed_hart {
  std::string name;  ///< "hart0", "cipu3"
  soc::hart_module* module = nullptr;
  std::vector<hart::elf_symbol> symbols;     ///< ascending by address
  std::vector<std::string> programs;         ///< ELF files
  std::vector<soc::address_window> devices;  ///< what lies where
};

/// Shows what one hart does to several.
class observers final : public hart::observer {
 public:
  void add(hart::observer& one) { all_.push_back(&one); }
  bool empty() const { return all_.empty(); }

  void on_instruction(const hart::executed_instruction& done) override;
  void on_trap(const hart::taken_trap& taken) override;

 private:
  std::vector<hart::observer*> all_;
};

/// "load access fault", "timer interrupt".
std::string name_of(const hart::taken_trap& trap);

/// A time as the traces show it: seconds with 12 decimals.
std::string seconds(const sc_core::sc_time& time);

}  // namespace sn::observe
