// Who acts when: SystemC leaves the order of events of one time open, and a run that is restored
// must have the same order as the run that was saved.
#pragma once

#include <cstddef>
#include <functional>
#include <systemc>
#include <vector>

namespace sn::soc {

/// Gives its members turns at the times they ask for. Members with turns at the same time act in
/// the order in which they were added, whatever happened before: what is to come depends on nothing
/// but the times asked for.
class turns : public sc_core::sc_module {
 public:
  using member = std::size_t;

  explicit turns(const sc_core::sc_module_name& name);
  SC_HAS_PROCESS(turns);

  /// Adds a member, whose first turn is when simulation starts.
  member add(std::function<void()> action);
  /// The next turn of `who` is at `when` (not in the past; sc_max_time(): never), and no other.
  void set(member who, const sc_core::sc_time& when);
  /// Nobody has a turn any more.
  void clear();

 private:
  struct demand {
    std::function<void()> action;
    sc_core::sc_time when;
  };

  void serve();
  /// The member whose turn is next.
  demand* earliest();

  std::vector<demand> members_;
  sc_core::sc_event event_;
  sc_core::sc_time armed_ = sc_core::sc_max_time();  ///< when serve() is called at the latest
  bool serving_ = false;
};

}  // namespace sn::soc
