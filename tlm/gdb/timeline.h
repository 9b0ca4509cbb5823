// Moments of a run to which it can go back: copies of the process, made by fork().
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sn::gdb {

/// The run goes on in one process at a time. A checkpoint is a copy of it that waits; going back
/// ends the present process and lets a copy of the checkpoint go on. Everything goes back with it:
/// models, SystemC, what is waiting to be printed. The first process only waits for the exit code
/// of the last.
class timeline {
 public:
  /// From now on the run is in a process of its own. Before threads and connections exist.
  timeline();
  timeline(const timeline&) = delete;
  timeline& operator=(const timeline&) = delete;
  ~timeline();

  /// Copies the process, at `position` of its history. Nothing in the process that goes on; in one
  /// that has gone back here, the order given to it.
  std::optional<std::string> checkpoint(std::uint64_t position);
  /// Where the checkpoints are, earliest first.
  std::vector<std::uint64_t> positions() const;
  /// Goes back to checkpoint `index`; later ones are gone then.
  [[noreturn]] void go_back(std::size_t index, const std::string& order);
  /// Forgets all checkpoints.
  void clear();
  /// Ends the process if the first one has ended: nobody is left who wants to know.
  void check_alive() const;

 private:
  struct moment {
    std::uint64_t position = 0;
    int control = -1;  ///< a socket to the process
  };
  /// How many checkpoints there are at most; then every second of them is forgotten.
  static constexpr std::size_t moment_limit = 32;

  void forget(std::size_t index);
  /// In a checkpoint: waits until it is told to go on, in a copy of itself.
  std::string wait(int control, std::uint64_t position);

  std::vector<moment> moments_;
  int result_ = -1;  ///< a pipe to the first process
};

}  // namespace sn::gdb
