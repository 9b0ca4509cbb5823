// Two schedulers with classes side by side, compared in every slot.
#pragma once

#include <cstdint>
#include <memory>

#include "arbiter/class_arbiter.h"
#include "arbiter/lockstep.h"

namespace sn::arbiter {

/// Runs a reference and a scheduler under test on the same requests and register accesses and
/// answers as the reference; throws lockstep_error at the first difference of grants, of the
/// multicast turn, of a register that is read or of a refusal.
class class_lockstep final : public class_scheduler {
 public:
  /// Both have the same shape.
  class_lockstep(std::unique_ptr<class_scheduler> reference,
                 std::unique_ptr<class_scheduler> tested);

  unsigned ports() const override { return reference_->ports(); }
  unsigned iterations() const override { return reference_->iterations(); }
  unsigned classes() const override { return reference_->classes(); }
  void reset() override;
  void arbitrate(const class_request& request, class_grant& grant) override;
  std::optional<unsigned> multicast_turn() const override { return reference_->multicast_turn(); }
  std::uint32_t read_register(std::uint32_t offset) override;
  void write_register(std::uint32_t offset, std::uint32_t value) override;
  void save(base::snapshot_writer& to) const override;
  void restore(base::snapshot_reader& from) override;

 private:
  template <typename Archive>
  void state(Archive& io);

  std::unique_ptr<class_scheduler> reference_;
  std::unique_ptr<class_scheduler> tested_;
  class_grant tested_grant_;
  std::uint64_t slot_ = 0;
};

}  // namespace sn::arbiter
