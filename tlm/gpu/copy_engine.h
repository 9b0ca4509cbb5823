// The copy engines of a GPU: messages from HBM to other endpoints, as bursts on ALink.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <systemc>
#include <unordered_map>
#include <vector>

#include "alink/burst_pool.h"
#include "alink/burst_sender.h"
#include "gpu/configuration.h"
#include "memory/memory_device.h"

namespace sn::gpu {

/// A transfer command under way.
struct transfer {
  unsigned queue = 0;
  command work;
  std::vector<message> messages;
  std::uint16_t plane_mask = 0;  ///< planes that software allowed when it began
  std::uint16_t usable = 0;      ///< of these, the planes whose links had not failed
  base::picoseconds begin;
  alink::status status = alink::status::ok;  ///< of the first message that failed
  alink::cause why = alink::cause::none;

  template <typename Archive>
  void fields(Archive& io) {
    io(queue, work, messages, plane_mask, usable, begin, status, why);
  }
};

/// Issues the messages of transfers in order, one burst each, with a bounded number outstanding. A
/// burst leaves when HBM gives its first byte. A message to the GPU itself is read and written in
/// HBM and needs no burst. What a link or a plane has lost is sent again (alink::burst_sender).
class copy_engine {
 public:
  /// Gets bytes that a message to the GPU itself has brought, and when they are in HBM.
  using arrival = std::function<void(std::uint32_t tag, base::bytes, base::picoseconds when)>;
  /// Gets a transfer of which all messages have completed.
  using completion = std::function<void(const transfer&)>;
  using plane_source = alink::burst_sender::plane_source;

  /// `wake` is called when step() has something new to do.
  copy_engine(const configuration& parameters, memory::memory_device& hbm, arrival on_arrival,
              completion on_complete, std::function<void()> wake, plane_source usable_planes);

  /// Takes a transfer whose messages all lie within HBM.
  void start(const transfer& work, base::picoseconds now);
  /// Does what can be done at `now`.
  void step(base::picoseconds now);
  /// When step() has something to do next, as far as is known.
  std::optional<base::picoseconds> next() const;

  /// Some transfer is not complete.
  bool busy() const { return active_ != 0; }
  /// Bytes of bursts issued so far.
  base::bytes sent() const { return sent_; }
  const alink::resend_statistics& sent_again() const { return sender_.sent_again(); }

  tlm_utils::simple_initiator_socket<alink::burst_initiator>& socket() { return sender_.socket(); }

  /// Where its bursts come from; saved and restored before everything that names bursts.
  alink::burst_pool& bursts() { return pool_; }
  /// As part of the section of the owner.
  void save(base::snapshot_writer& to, const kernel::payload_names& names) const;
  void restore(base::snapshot_reader& from, const kernel::payload_names& names);

 private:
  struct active_transfer {
    transfer work;
    base::picoseconds ready;  ///< the message table has been read
    std::size_t next = 0;     ///< message to issue
    unsigned outstanding = 0;
    bool in_use = false;

    template <typename Archive>
    void fields(Archive& io) {
      io(work, ready, next, outstanding, in_use);
    }
  };
  struct slot {
    std::uint32_t transfer = 0;
    std::vector<std::uint8_t> data;
  };
  struct local_copy {
    base::picoseconds end;
    std::uint32_t transfer;

    template <typename Archive>
    void fields(Archive& io) {
      io(end, transfer);
    }
  };

  /// What changes, but for the bursts that are under way.
  template <typename Archive>
  void fields(Archive& io) {
    io(transfers_, free_transfers_, order_, local_copies_, free_slots_, active_, outstanding_,
       sent_);
  }

  void send(std::uint32_t index, const message& item, base::picoseconds now);
  void copy_locally(std::uint32_t index, const message& item, base::picoseconds now);
  void burst_completed(tlm::tlm_generic_payload& burst);
  void finish_if_done(std::uint32_t index);

  const configuration& parameters_;
  memory::memory_device& hbm_;
  arrival on_arrival_;
  completion on_complete_;
  std::function<void()> wake_;
  plane_source usable_planes_;

  std::vector<active_transfer> transfers_;
  std::vector<std::uint32_t> free_transfers_;
  std::deque<std::uint32_t> order_;  ///< transfers with messages to issue
  std::deque<local_copy> local_copies_;
  std::vector<slot> slots_;  ///< of outstanding bursts
  std::vector<std::uint32_t> free_slots_;
  std::unordered_map<const tlm::tlm_generic_payload*, std::uint32_t> slot_of_;  ///< looked up only
  std::vector<std::uint8_t> copy_buffer_;
  unsigned active_ = 0;
  unsigned outstanding_ = 0;
  base::bytes sent_;
  alink::burst_pool pool_;
  alink::burst_sender sender_;
};

}  // namespace sn::gpu
