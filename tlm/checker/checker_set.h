// Connects sockets through checkers, in one line each.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "checker/inline_checker.h"

namespace sn::checker {

/// The checkers of a system. A violation aborts and names rule, initiator and target.
class checker_set {
 public:
  /// `on`: false binds sockets to each other, with nothing between.
  explicit checker_set(bool on = true) : on_(on) {}
  checker_set(const checker_set&) = delete;
  checker_set& operator=(const checker_set&) = delete;

  /// Instead of initiator.bind(target). `also` must outlive the set's last transaction.
  template <typename Initiator, typename Target>
  void connect(Initiator& initiator, Target& target, data_policy data = data_policy::required,
               witness* also = nullptr) {
    if (!on_) {
      initiator.bind(target);
      return;
    }
    inline_checker& checker = add(
        std::string(initiator.get_base_port().name()) + " to " + target.get_base_export().name(),
        data, also);
    initiator.bind(checker.from_initiator);
    checker.to_target.bind(target);
  }

  /// Checkers that are in place.
  std::size_t size() const { return checkers_.size(); }
  /// Aborts if a transaction is still under way.
  void audit() const;
  /// As part of the section of the owner, between two times, when all payloads are as they were.
  void save(base::snapshot_writer& to, const kernel::payload_names& names) const;
  void restore(base::snapshot_reader& from, const kernel::payload_names& names);

 private:
  inline_checker& add(const std::string& hop, data_policy data, witness* also);

  bool on_;
  std::vector<std::unique_ptr<inline_checker>> checkers_;
};

}  // namespace sn::checker
