// Who acts when: SystemC leaves the order of events of one time open, and a run that is restored
// must have the same order as the run that was saved.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <systemc>
#include <vector>

namespace sn::kernel {

/// Gives its members turns at the times they ask for. Members with turns at the same time act in
/// the order in which they were added, whatever happened before: what is to come depends on nothing
/// but the times asked for. A turn takes no simulated time, and whoever asks for one at the present
/// time gets it in this time too.
class turns : public sc_core::sc_module {
 public:
  using member = std::size_t;

  explicit turns(const sc_core::sc_module_name& name);
  SC_HAS_PROCESS(turns);

  /// Adds a member that has no turn yet. Before simulation starts.
  member add(std::function<void()> action);
  /// The next turn of `who` is at `when` (not in the past; sc_max_time(): never), and no other.
  void set(member who, const sc_core::sc_time& when);
  /// When the next turn of `who` is; sc_max_time(): it has none.
  const sc_core::sc_time& next(member who) const { return members_[who].when; }
  /// Nobody has a turn any more.
  void clear();

 private:
  static constexpr std::size_t nowhere = ~std::size_t{0};

  struct demand {
    std::function<void()> action;
    sc_core::sc_time when;
    std::size_t place = nowhere;  ///< in heap_
  };

  void serve();
  bool earlier(member a, member b) const;
  void put(member who, std::size_t place);
  void rise(std::size_t place);
  void sink(std::size_t place);
  void remove(member who);

  std::vector<demand> members_;
  std::vector<member> heap_;  ///< those with a turn, the next one first
  sc_core::sc_event event_;
  sc_core::sc_time armed_ = sc_core::sc_max_time();  ///< when serve() is called at the latest
  bool serving_ = false;
};

}  // namespace sn::kernel
