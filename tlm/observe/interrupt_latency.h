// How long interrupts wait for their handlers.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "hart/observer.h"
#include "observe/observed_hart.h"

namespace sn::observe {

/// Measures from the moment that an interrupt input of a hart rises, or that software sets its bit
/// of mip, to the first instruction of its handler. What is masked meanwhile counts. An input that
/// stays high and is taken again is measured once.
class interrupt_latency final : public hart::observer {
 public:
  explicit interrupt_latency(const observed_hart& hart);

  void on_instruction(const hart::executed_instruction& done) override;
  void on_trap(const hart::taken_trap& taken) override;

  /// A histogram by powers of two for each kind of interrupt, and the list of all.
  void write(std::ostream& out) const;

 private:
  struct entry {
    sc_core::sc_time asserted;
    sc_core::sc_time entered;
    std::uint64_t from;
  };
  struct source {
    std::optional<sc_core::sc_time> asserted;
    std::string name;
    std::vector<entry> entries;
    std::uint64_t again = 0;      ///< taken while still high after having been taken
    std::uint64_t withdrawn = 0;  ///< fell before it was taken
  };
  void rise(source& which);
  void fall(source& which);

  const std::string name_;
  soc::hart_module& module_;
  std::array<source, 12> sources_;  ///< by cause
  std::uint64_t pending_ = 0;       ///< mip as it was
};

}  // namespace sn::observe
