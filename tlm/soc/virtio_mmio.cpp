#include "soc/virtio_mmio.h"

#include <cstring>

#include "base/error.h"

namespace sn::soc {
namespace {

// Registers (virtio 1.1, table 4.1).
constexpr std::uint64_t magic_value = 0x000;
constexpr std::uint64_t version = 0x004;
constexpr std::uint64_t device_id = 0x008;
constexpr std::uint64_t vendor_id = 0x00c;
constexpr std::uint64_t device_features = 0x010;
constexpr std::uint64_t device_features_sel = 0x014;
constexpr std::uint64_t driver_features = 0x020;
constexpr std::uint64_t driver_features_sel = 0x024;
constexpr std::uint64_t queue_sel = 0x030;
constexpr std::uint64_t queue_num_max = 0x034;
constexpr std::uint64_t queue_num = 0x038;
constexpr std::uint64_t queue_ready = 0x044;
constexpr std::uint64_t queue_notify = 0x050;
constexpr std::uint64_t interrupt_status = 0x060;
constexpr std::uint64_t interrupt_ack = 0x064;
constexpr std::uint64_t status = 0x070;
constexpr std::uint64_t queue_desc_low = 0x080;
constexpr std::uint64_t queue_desc_high = 0x084;
constexpr std::uint64_t queue_driver_low = 0x090;
constexpr std::uint64_t queue_driver_high = 0x094;
constexpr std::uint64_t queue_device_low = 0x0a0;
constexpr std::uint64_t queue_device_high = 0x0a4;
constexpr std::uint64_t configuration = 0x100;

constexpr std::uint32_t magic = 0x7472'6976;   // "virt"
constexpr std::uint32_t vendor = 0x4e53'5056;  // ours: "VPSN"
constexpr std::uint32_t modern = 2;
constexpr std::uint64_t feature_version_1 = std::uint64_t{1} << 32;
constexpr std::uint32_t used_ring_interrupt = 1;
constexpr std::uint32_t configuration_interrupt = 2;
constexpr std::uint32_t driver_ok = 4;
constexpr std::uint32_t features_ok = 8;
constexpr std::uint32_t needs_reset = 64;

// Within the rings.
constexpr std::uint64_t index_offset = 2;
constexpr std::uint64_t ring_offset = 4;

constexpr std::uint16_t descriptor_next = 1;
constexpr std::uint16_t descriptor_write = 2;

struct descriptor {
  std::uint64_t address = 0;
  std::uint32_t length = 0;
  std::uint16_t flags = 0;
  std::uint16_t next = 0;
};
static_assert(sizeof(descriptor) == 16);

struct used_element {
  std::uint32_t id = 0;
  std::uint32_t length = 0;
};

void set_low(std::uint64_t& whole, std::uint32_t value) {
  whole = (whole & 0xffff'ffff'0000'0000) | value;
}
void set_high(std::uint64_t& whole, std::uint32_t value) {
  whole = (whole & 0xffff'ffff) | std::uint64_t{value} << 32;
}

}  // namespace

virtio_mmio::virtio_mmio(const sc_core::sc_module_name& name, dma_memory& memory,
                         std::unique_ptr<virtio_backend> backend)
    : sc_core::sc_module(name), socket("socket"), memory_(memory), backend_(std::move(backend)) {
  socket.register_b_transport(this, &virtio_mmio::b_transport);
  base::ensure(queues() <= most_queues, "a slot has room for the queues of its device");
  if (backend_ != nullptr) {
    backend_->on_ready([this](unsigned which) { serve_queue(which); });
  }
}

void virtio_mmio::save(base::snapshot_writer& to) const {
  to.section(name());
  for (const queue& each : queues_) {
    to.number(each.size);
    to.number(each.ready);
    to.number(each.descriptors);
    to.number(each.available);
    to.number(each.used);
    to.number(each.next);
  }
  to.number(queue_selected_);
  to.number(device_features_selected_);
  to.number(driver_features_selected_);
  to.numbers(driver_features_);
  to.number(status_);
  to.number(interrupt_status_);
  if (backend_ != nullptr) {
    backend_->save(to);
  }
}

void virtio_mmio::restore(base::snapshot_reader& from) {
  from.section(name());
  for (queue& each : queues_) {
    each.size = from.number_up_to(queue_limit);
    from.number(each.ready);
    if (each.ready && each.size == 0) {
      from.refuse("a queue of no entries that is ready");
    }
    from.number(each.descriptors);
    from.number(each.available);
    from.number(each.used);
    from.number(each.next);
  }
  from.number(queue_selected_);
  from.number(device_features_selected_);
  from.number(driver_features_selected_);
  from.fill(driver_features_);
  from.number(status_);
  from.number(interrupt_status_);
  if (backend_ != nullptr) {
    backend_->restore(from);
  }
}

void virtio_mmio::b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& /*delay*/) {
  const std::uint64_t offset = payload.get_address();
  const unsigned size = payload.get_data_length();
  unsigned char* const data = payload.get_data_ptr();
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
  if (offset >= configuration) {
    if (!payload.is_read()) {
      return;  // nothing there can be written
    }
    const std::vector<std::uint8_t> content =
        backend_ == nullptr ? std::vector<std::uint8_t>{} : backend_->configuration();
    for (unsigned i = 0; i < size; ++i) {
      const std::uint64_t at = offset - configuration + i;
      data[i] = at < content.size() ? content[at] : std::uint8_t{0};
    }
    return;
  }
  if (size != 4 || offset % 4 != 0) {
    payload.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
    return;
  }
  std::uint32_t value = 0;
  if (payload.is_read()) {
    value = read(offset);
    std::memcpy(data, &value, sizeof value);
  } else {
    std::memcpy(&value, data, sizeof value);
    write(offset, value);
  }
}

std::uint32_t virtio_mmio::read(std::uint64_t offset) const {
  switch (offset) {
    case magic_value:
      return magic;
    case version:
      return modern;
    case device_id:
      return backend_ == nullptr ? 0 : backend_->device_id();
    case vendor_id:
      return vendor;
    case device_features:
      return device_features_selected_ < driver_features_.size()
                 ? static_cast<std::uint32_t>(features() >> (32 * device_features_selected_))
                 : 0;
    case queue_num_max:
      return queue_selected_ < queues() ? queue_limit : 0;
    case queue_ready:
      return queue_selected_ < queues() && queues_.at(queue_selected_).ready ? 1 : 0;
    case interrupt_status:
      return interrupt_status_;
    case status:
      return status_;
    default:
      return 0;
  }
}

void virtio_mmio::write(std::uint64_t offset, std::uint32_t value) {
  switch (offset) {
    case device_features_sel:
      device_features_selected_ = value;
      return;
    case driver_features_sel:
      driver_features_selected_ = value;
      return;
    case driver_features:
      if (driver_features_selected_ < driver_features_.size()) {
        driver_features_.at(driver_features_selected_) = value;
      }
      return;
    case queue_sel:
      queue_selected_ = value;
      return;
    case interrupt_ack:
      set_interrupt_status(interrupt_status_ & ~value);
      return;
    case status:
      return write_status(value);
    case queue_notify:
      if (value < queues()) {
        serve_queue(value);
      }
      return;
    default:
      if (queue_selected_ < queues()) {
        write_queue(offset, value);
      }
  }
}

std::uint64_t virtio_mmio::features() const {
  return feature_version_1 | (backend_ == nullptr ? 0 : backend_->features());
}

void virtio_mmio::write_status(std::uint32_t value) {
  const std::uint64_t accepted = std::uint64_t{driver_features_[1]} << 32 | driver_features_[0];
  if ((value & ~status_ & features_ok) != 0 && (accepted & ~features()) != 0) {
    value &= ~features_ok;  // the driver wants what there is not
  }
  status_ = value;
  if (value == 0) {
    reset();
  }
}

void virtio_mmio::write_queue(std::uint64_t offset, std::uint32_t value) {
  queue& selected = queues_.at(queue_selected_);
  switch (offset) {
    case queue_num:
      selected.size = value <= queue_limit ? value : 0;
      selected.ready = selected.ready && selected.size != 0;
      break;
    case queue_ready:
      selected.ready = (value & 1U) != 0 && selected.size != 0;
      break;
    case queue_desc_low:
      set_low(selected.descriptors, value);
      break;
    case queue_desc_high:
      set_high(selected.descriptors, value);
      break;
    case queue_driver_low:
      set_low(selected.available, value);
      break;
    case queue_driver_high:
      set_high(selected.available, value);
      break;
    case queue_device_low:
      set_low(selected.used, value);
      break;
    case queue_device_high:
      set_high(selected.used, value);
      break;
    default:
      break;
  }
}

void virtio_mmio::reset() {
  status_ = 0;
  queues_ = {};
  driver_features_ = {};
  set_interrupt_status(0);
  if (backend_ != nullptr) {
    backend_->reset();
  }
}

void virtio_mmio::set_interrupt_status(std::uint32_t value) {
  interrupt_status_ = value;
  if (interrupt_) {
    interrupt_(value != 0);
  }
}

void virtio_mmio::ask_for_reset() {
  const bool driven = (status_ & driver_ok) != 0;
  status_ |= needs_reset;
  if (driven) {
    set_interrupt_status(interrupt_status_ | configuration_interrupt);
  }
}

bool virtio_mmio::collect(const queue& of, std::uint16_t head,
                          std::vector<virtio_backend::part>& parts) {
  std::uint16_t index = head;
  for (std::uint32_t count = 0; count < of.size; ++count) {
    descriptor each;
    if (index >= of.size ||
        !memory_.read(of.descriptors + std::uint64_t{index} * sizeof each, &each, sizeof each)) {
      return false;
    }
    parts.push_back({each.address, each.length, (each.flags & descriptor_write) != 0});
    if ((each.flags & descriptor_next) == 0) {
      return true;
    }
    index = each.next;
  }
  return false;  // a ring of descriptors
}

bool virtio_mmio::serve_request(unsigned which, queue& of) {
  const std::uint64_t place = of.next % of.size;
  std::uint16_t head = 0;
  std::vector<virtio_backend::part> parts;
  if (!memory_.read(of.available + ring_offset + place * sizeof head, &head, sizeof head) ||
      !collect(of, head, parts)) {
    return false;
  }
  const std::optional<std::uint32_t> written = backend_->serve(which, memory_, parts);
  if (!written.has_value()) {
    return false;
  }
  const used_element done{head, *written};
  const auto following = static_cast<std::uint16_t>(of.next + 1);
  if (!memory_.write(of.used + ring_offset + place * sizeof done, &done, sizeof done) ||
      !memory_.write(of.used + index_offset, &following, sizeof following)) {
    return false;
  }
  of.next = following;
  return true;
}

void virtio_mmio::serve_queue(unsigned which) {
  queue& of = queues_.at(which);
  if (!of.ready || (status_ & needs_reset) != 0) {
    return;
  }
  std::uint16_t filled = 0;
  if (!memory_.read(of.available + index_offset, &filled, sizeof filled) ||
      static_cast<std::uint16_t>(filled - of.next) > of.size) {
    return ask_for_reset();
  }
  bool served = false;
  while (of.next != filled && backend_->ready(which)) {
    if (!serve_request(which, of)) {
      return ask_for_reset();
    }
    served = true;
  }
  if (served) {
    set_interrupt_status(interrupt_status_ | used_ring_interrupt);
  }
}

}  // namespace sn::soc
