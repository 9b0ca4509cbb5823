// What an instrumented bench asks of the design it was built for.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace sn::testbench {

/// One run of RTL and twin in lockstep.
struct seed_run {
  std::uint64_t seed = 1;
  std::uint64_t slots = 2000;
  unsigned mutant = 0;      ///< of a model with mutants; 0: none
  std::string record;       ///< the file of the waveform or of the coverage counters; may be empty
  bool count_bins = false;  ///< functional coverage is counted
};

/// Where a run ended early, and why.
struct seed_failure {
  std::uint64_t slot;
  std::string reason;
};

/// Runs seeds on the model of bench_model.h.
class seed_runner {
 public:
  seed_runner() = default;
  seed_runner(const seed_runner&) = delete;
  seed_runner& operator=(const seed_runner&) = delete;
  virtual ~seed_runner() = default;

  /// Runs one seed; nothing if RTL and twin agree and the scoreboard has no objection.
  virtual std::optional<seed_failure> run(const seed_run& given) = 0;
  /// The functional coverage of the runs so far, as JSON: {"bins": {"group.bin": hits}}.
  virtual std::string bins() const = 0;
};

/// Ports of the model.
unsigned ports_of_model();

/// The runner of the design, which uses `ports` ports of the model.
std::unique_ptr<seed_runner> make_seed_runner(unsigned ports);

}  // namespace sn::testbench
