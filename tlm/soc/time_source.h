// The counter behind the time CSR.
#pragma once

#include <cstdint>
#include <systemc>

namespace sn::soc {

/// Something that counts at a fixed rate and can say ahead of time what it will show.
class time_source {
 public:
  time_source() = default;
  time_source(const time_source&) = delete;
  time_source& operator=(const time_source&) = delete;
  virtual ~time_source() = default;

  /// The count at `time`, if nobody sets it until then.
  virtual std::uint64_t count_at(const sc_core::sc_time& time) const = 0;
};

}  // namespace sn::soc
