// RAM and ROM behind a TLM socket.
#pragma once

#include <tlm_utils/simple_target_socket.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <systemc>

#include "base/snapshot.h"
#include "base/units.h"

namespace sn::soc {

/// Whether the bus may write.
enum class memory_kind { ram, rom };

/// Plain memory, zero at first, with DMI. Addresses are relative to its base. A write to ROM is an
/// error response; transport_dbg may write ROM too.
class memory : public sc_core::sc_module {
 public:
  /// `access_time` is added to the delay of every b_transport.
  memory(const sc_core::sc_module_name& name, memory_kind kind, base::bytes size,
         const sc_core::sc_time& access_time = sc_core::SC_ZERO_TIME);

  tlm_utils::simple_target_socket<memory> socket;

  base::bytes size() const { return size_; }
  std::byte* data() { return data_.get(); }
  const std::byte* data() const { return data_.get(); }
  /// Copies `count` bytes to `offset`; the range must lie inside.
  void load(std::uint64_t offset, const void* bytes, std::size_t count);
  /// Sets a range to zero.
  void clear(std::uint64_t offset, std::uint64_t count);

  void save(base::snapshot_writer& to) const;
  void restore(base::snapshot_reader& from);

 private:
  struct release_memory {
    void operator()(std::byte* bytes) const noexcept { std::free(bytes); }
  };

  bool contains(std::uint64_t offset, std::uint64_t count) const {
    return offset <= size_.value && count <= size_.value - offset;
  }
  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  unsigned transport_dbg(tlm::tlm_generic_payload& payload);
  bool get_direct_mem_ptr(tlm::tlm_generic_payload& payload, tlm::tlm_dmi& dmi);

  memory_kind kind_;
  base::bytes size_;
  sc_core::sc_time access_time_;
  std::unique_ptr<std::byte[], release_memory> data_;
};

}  // namespace sn::soc
