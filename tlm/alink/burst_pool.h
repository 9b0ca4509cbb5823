// Payloads for bursts, reused: nothing is allocated in steady state.
#pragma once

#include <memory>
#include <tlm>
#include <vector>

#include "alink/burst.h"
#include "base/snapshot.h"

namespace sn::alink {

/// A TLM-2.0 memory manager. acquire() gives a payload with a burst_extension, all fields at their
/// defaults, and one reference held; release() of the last reference returns it here.
class burst_pool : public tlm::tlm_mm_interface {
 public:
  burst_pool() = default;
  burst_pool(const burst_pool&) = delete;
  burst_pool& operator=(const burst_pool&) = delete;
  ~burst_pool() override;

  tlm::tlm_generic_payload& acquire();
  void free(tlm::tlm_generic_payload* payload) override;

  /// Payloads that are in use.
  std::size_t in_use() const { return all_.size() - free_.size(); }

  /// Payloads that there are, and each of them, in use or not.
  std::size_t size() const { return all_.size(); }
  tlm::tlm_generic_payload& at(std::size_t index) { return *all_.at(index); }
  const tlm::tlm_generic_payload& at(std::size_t index) const { return *all_.at(index); }

  /// All payloads in use but for their data, as part of the section of the owner, who has to set
  /// data pointers again.
  void save(base::snapshot_writer& to) const;
  /// Only while none is in use.
  void restore(base::snapshot_reader& from);

 private:
  void add();

  std::vector<std::unique_ptr<tlm::tlm_generic_payload>> all_;
  std::vector<tlm::tlm_generic_payload*> free_;
};

}  // namespace sn::alink
