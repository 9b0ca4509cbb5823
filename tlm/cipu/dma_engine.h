// The CIPU's DMA engine: data between its RAM and endpoints on ALink.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "alink/burst_pool.h"
#include "alink/burst_sender.h"
#include "base/ids.h"
#include "base/register_file.h"

namespace sn::cipu {

/// The register file `dma` of registers/cipu.rdl. One transfer at a time, as one burst with its
/// data; a start while one is under way is ignored. A transfer that cannot begin (its length is 0
/// or above 1 MiB, it is not within RAM, or the endpoint is the CIPU's own) ends at once with
/// completion target_abort and no cause. What a link or a plane has lost is sent again.
class dma_engine {
 public:
  using read_memory = std::function<bool(std::uint64_t address, void* data, std::size_t size)>;
  using write_memory =
      std::function<bool(std::uint64_t address, const void* data, std::size_t size)>;

  /// `drive` gets the level of the interrupt; `usable_planes` and `plane_retry` are those of
  /// alink::burst_sender; `order` is what the engine takes turns with.
  dma_engine(base::register_file& registers, base::endpoint_id self, read_memory read,
             write_memory write, std::function<void(bool level)> drive,
             alink::burst_sender::plane_source usable_planes, base::picoseconds plane_retry,
             kernel::turns* order = nullptr);
  dma_engine(const dma_engine&) = delete;
  dma_engine& operator=(const dma_engine&) = delete;

  const alink::resend_statistics& sent_again() const { return sender_.sent_again(); }

  tlm_utils::simple_initiator_socket<alink::burst_initiator>& socket() { return sender_.socket(); }

  /// Where its bursts come from; saved and restored before everything that names bursts.
  alink::burst_pool& bursts() { return pool_; }
  /// As part of the section of the owner.
  void save(base::snapshot_writer& to, const kernel::payload_names& names) const;
  void restore(base::snapshot_reader& from, const kernel::payload_names& names);

 private:
  void control_written(std::uint32_t value);
  void start(bool from_endpoint);
  void completed(tlm::tlm_generic_payload& burst);
  void finish(alink::status completion, alink::cause why);

  base::register_file& registers_;
  base::endpoint_id self_;
  read_memory read_;
  write_memory write_;
  std::function<void(bool)> drive_;
  std::vector<std::uint8_t> buffer_;
  std::uint64_t local_ = 0;  ///< RAM address of the transfer under way
  alink::burst_pool pool_;
  alink::burst_sender sender_;
};

}  // namespace sn::cipu
