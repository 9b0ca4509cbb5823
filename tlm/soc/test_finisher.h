// A register by which software ends the machine (SiFive's test device, as on the virt machine).
#pragma once

#include <tlm_utils/simple_target_socket.h>

#include <cstdint>
#include <functional>
#include <systemc>

namespace sn::soc {

/// What was written.
struct finish {
  enum class kind { pass, fail, reset };
  kind what = kind::pass;
  unsigned code = 0;  ///< of a failure
};

/// One register at offset 0, written with 2 or 4 bytes: 0x5555 passes, 0x3333 with a code in the
/// upper half fails, 0x7777 asks for a reset. Other values do nothing; it reads as 0.
class test_finisher : public sc_core::sc_module {
 public:
  static constexpr std::uint64_t window_size = 0x1000;

  explicit test_finisher(const sc_core::sc_module_name& name);

  tlm_utils::simple_target_socket<test_finisher> socket;

  /// Before simulation starts.
  void on_finish(std::function<void(const finish& what)> sink) { sink_ = std::move(sink); }

 private:
  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);

  std::function<void(const finish&)> sink_;
};

}  // namespace sn::soc
