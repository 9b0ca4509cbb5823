// Any bytes are frames in order of time, or a configuration error.
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <systemc>

#include "base/error.h"
#include "soc/pcap_file.h"

namespace {

void check(bool holds) {
  if (!holds) {
    std::abort();
  }
}

}  // namespace

// The library of SystemC asks for it, and nothing is simulated.
int sc_main(int /*count*/, char* /*arguments*/[]) {
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const int file = memfd_create("fuzzed", 0);
  check(file >= 0 && write(file, data, size) == static_cast<ssize_t>(size));
  try {
    std::size_t bytes = 24;  // the file's header, and 16 for every frame
    sc_core::sc_time before;
    for (const sn::soc::timed_frame& each :
         sn::soc::read_pcap("/proc/self/fd/" + std::to_string(file))) {
      check(each.time >= before);
      before = each.time;
      bytes += 16 + each.content.size();
    }
    check(bytes == size);
  } catch (const sn::base::configuration_error&) {
    // A clear refusal.
  }
  close(file);
  return 0;
}
