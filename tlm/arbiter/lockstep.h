// Two schedulers side by side, compared in every slot.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "arbiter/arbiter.h"
#include "base/error.h"

namespace sn::arbiter {

/// The two schedulers of a lockstep gave different answers. what() has the slot, the requests, the
/// ready outputs and both answers.
class lockstep_error : public base::run_error {
 public:
  lockstep_error(std::uint64_t slot, const std::string& message)
      : base::run_error(message), slot_(slot) {}

  /// The slot of the first difference, counted from 0 at the last reset.
  std::uint64_t slot() const noexcept { return slot_; }

 private:
  std::uint64_t slot_;
};

/// The members of a set for such a message, each after a blank; " none" if there are none.
std::string ports_text(const base::port_set& set);

/// Runs a reference and a scheduler under test on the same requests and answers as the reference;
/// arbitrate() throws lockstep_error at the first difference.
class lockstep final : public scheduler {
 public:
  /// Both have the same numbers of ports and of iterations.
  lockstep(std::unique_ptr<scheduler> reference, std::unique_ptr<scheduler> tested);

  unsigned ports() const override { return reference_->ports(); }
  unsigned iterations() const override { return reference_->iterations(); }
  void reset() override;
  void arbitrate(const slot_request& request, slot_grant& grant) override;
  void save(base::snapshot_writer& to) const override;
  void restore(base::snapshot_reader& from) override;

 private:
  template <typename Archive>
  void state(Archive& io);

  std::unique_ptr<scheduler> reference_;
  std::unique_ptr<scheduler> tested_;
  slot_grant tested_grant_;
  std::uint64_t slot_ = 0;
};

}  // namespace sn::arbiter
