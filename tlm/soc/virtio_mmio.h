// A virtio device behind memory-mapped registers (virtio 1.1, sections 2.6 and 4.2): slots that are
// empty or hold a device.
#pragma once

#include <tlm_utils/simple_target_socket.h>

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <systemc>
#include <vector>

#include "base/snapshot.h"

namespace sn::soc {

/// Queues of network and console devices.
inline constexpr unsigned receive_queue = 0;
inline constexpr unsigned transmit_queue = 1;

/// The memory that a device reaches by itself. Both return false when a byte lies outside of RAM.
class dma_memory {
 public:
  dma_memory() = default;
  dma_memory(const dma_memory&) = delete;
  dma_memory& operator=(const dma_memory&) = delete;
  virtual ~dma_memory() = default;

  virtual bool read(std::uint64_t address, void* data, std::size_t size) = 0;
  virtual bool write(std::uint64_t address, const void* data, std::size_t size) = 0;
};

/// What a slot holds.
class virtio_backend {
 public:
  virtio_backend() = default;
  virtio_backend(const virtio_backend&) = delete;
  virtio_backend& operator=(const virtio_backend&) = delete;
  virtual ~virtio_backend() = default;

  /// The number of the device type in the specification.
  virtual std::uint32_t device_id() const = 0;
  /// Feature bits of the device type.
  virtual std::uint32_t features() const { return 0; }
  virtual unsigned queues() const { return 1; }
  /// The device's own configuration; bytes beyond it read as 0.
  virtual std::vector<std::uint8_t> configuration() const = 0;

  /// A part of a request: device-readable parts come first.
  struct part {
    std::uint64_t address = 0;
    std::uint32_t size = 0;
    bool writable = false;
  };
  /// Whether there is something to do with the next request of a queue.
  virtual bool ready(unsigned /*queue*/) const { return true; }
  /// Serves a request; the number of bytes written. Nothing: the request is broken.
  virtual std::optional<std::uint32_t> serve(unsigned queue, dma_memory& memory,
                                             const std::vector<part>& parts) = 0;
  /// The driver has reset the device.
  virtual void reset() {}
  /// What to call when a queue has become ready. Before simulation starts.
  void on_ready(std::function<void(unsigned queue)> sink) { ready_sink_ = std::move(sink); }

  /// Its state, in the section of its slot.
  virtual void save(base::snapshot_writer& to) const = 0;
  virtual void restore(base::snapshot_reader& from) = 0;

 protected:
  void became_ready(unsigned queue) const {
    if (ready_sink_) {
      ready_sink_(queue);
    }
  }

 private:
  std::function<void(unsigned queue)> ready_sink_;
};

/// One slot. Requests are served at once when the driver notifies, or when the backend is ready. A
/// queue or request that is broken ends in "needs reset", as the specification has it.
class virtio_mmio : public sc_core::sc_module {
 public:
  static constexpr std::uint64_t window_size = 0x1000;
  static constexpr std::uint32_t queue_limit = 256;  ///< entries
  static constexpr unsigned most_queues = 2;

  /// Without a backend the slot is empty: its device ID is 0.
  virtio_mmio(const sc_core::sc_module_name& name, dma_memory& memory,
              std::unique_ptr<virtio_backend> backend);

  tlm_utils::simple_target_socket<virtio_mmio> socket;

  /// Before simulation starts.
  void on_interrupt(std::function<void(bool level)> line) { interrupt_ = std::move(line); }

  /// As after power-on, and as the driver resets it.
  void reset();
  void save(base::snapshot_writer& to) const;
  void restore(base::snapshot_reader& from);

 private:
  struct queue {
    std::uint32_t size = 0;
    bool ready = false;
    std::uint64_t descriptors = 0;
    std::uint64_t available = 0;
    std::uint64_t used = 0;
    std::uint16_t next = 0;  ///< entry of the available ring to be served next
  };

  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  std::uint32_t read(std::uint64_t offset) const;
  void write(std::uint64_t offset, std::uint32_t value);
  void write_status(std::uint32_t value);
  void write_queue(std::uint64_t offset, std::uint32_t value);
  void serve_queue(unsigned which);
  /// The next request; false if it is broken.
  bool serve_request(unsigned which, queue& of);
  /// The parts of the request that begins with descriptor `head`; false if it is broken.
  bool collect(const queue& of, std::uint16_t head, std::vector<virtio_backend::part>& parts);
  void ask_for_reset();
  void set_interrupt_status(std::uint32_t value);
  std::uint64_t features() const;
  unsigned queues() const { return backend_ == nullptr ? 0 : backend_->queues(); }

  dma_memory& memory_;
  const std::unique_ptr<virtio_backend> backend_;
  std::function<void(bool)> interrupt_;
  std::array<queue, most_queues> queues_;
  std::uint32_t queue_selected_ = 0;
  std::uint32_t device_features_selected_ = 0;
  std::uint32_t driver_features_selected_ = 0;
  std::array<std::uint32_t, 2> driver_features_{};
  std::uint32_t status_ = 0;
  std::uint32_t interrupt_status_ = 0;
};

}  // namespace sn::soc
