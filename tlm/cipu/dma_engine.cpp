#include "cipu/dma_engine.h"

#include <utility>

#include "alink/burst.h"
#include "base/state.h"
#include "registers/generated/cpp/cipu.h"

namespace sn::cipu {

namespace block = registers::cipu;

namespace {

constexpr std::uint32_t longest_transfer = std::uint32_t{1} << 20U;

}  // namespace

dma_engine::dma_engine(base::register_file& registers, base::endpoint_id self, read_memory read,
                       write_memory write, std::function<void(bool)> drive,
                       alink::burst_sender::plane_source usable_planes,
                       base::picoseconds plane_retry, kernel::turns* order)
    : registers_(registers),
      self_(self),
      read_(std::move(read)),
      write_(std::move(write)),
      drive_(std::move(drive)),
      sender_(
          "dma", plane_retry, std::move(usable_planes),
          [this](tlm::tlm_generic_payload& burst) { completed(burst); }, order) {
  registers_.on_write(block::dma_control,
                      [this](std::uint32_t, std::uint32_t value) { control_written(value); });
  registers_.on_write(block::dma_status, [this](std::uint32_t, std::uint32_t value) {
    drive_(block::dma_status_field::done.get(value) != 0);
  });
}

void dma_engine::control_written(std::uint32_t value) {
  registers_.set(block::dma_control, block::dma_control_field::start, 0);
  const bool busy = registers_.get(block::dma_status, block::dma_status_field::busy) != 0;
  if (block::dma_control_field::start.get(value) != 0 && !busy) {
    start(block::dma_control_field::read.get(value) != 0);
  }
}

void dma_engine::start(bool from_endpoint) {
  const auto join = [this](std::uint32_t low, std::uint32_t high) {
    return (std::uint64_t{registers_.get(high)} << 32U) | registers_.get(low);
  };
  const std::uint32_t size = registers_.get(block::dma_length, block::dma_length_field::bytes);
  const std::uint32_t endpoint = registers_.get(block::dma_endpoint, block::dma_endpoint_field::id);
  local_ = join(block::dma_local_low, block::dma_local_high);
  registers_.set(block::dma_status, block::dma_status_field::busy.set(0, 1));
  drive_(false);
  if (size == 0 || size > longest_transfer || endpoint == self_) {
    finish(alink::status::target_abort, alink::cause::none);
    return;
  }
  buffer_.resize(size);
  if (!read_(local_, buffer_.data(), size)) {
    finish(alink::status::target_abort, alink::cause::none);
    return;
  }
  tlm::tlm_generic_payload& burst = pool_.acquire();
  burst.set_command(from_endpoint ? tlm::TLM_READ_COMMAND : tlm::TLM_WRITE_COMMAND);
  burst.set_address(join(block::dma_remote_low, block::dma_remote_high));
  burst.set_data_ptr(buffer_.data());
  burst.set_data_length(size);
  burst.set_streaming_width(size);
  alink::burst_extension& extension = alink::extension_of(burst);
  extension.source = self_;
  extension.destination = static_cast<base::endpoint_id>(endpoint);
  extension.plane_mask = static_cast<std::uint16_t>(registers_.get(block::plane_mask));
  sender_.issue(burst, sc_core::SC_ZERO_TIME);
}

void dma_engine::completed(tlm::tlm_generic_payload& burst) {
  alink::status completion = alink::extension_of(burst).completion;
  const alink::cause why = alink::extension_of(burst).why;
  if (completion == alink::status::ok && burst.is_read() &&
      !write_(local_, buffer_.data(), buffer_.size())) {
    completion = alink::status::target_abort;
  }
  burst.release();
  finish(completion, why);
}

void dma_engine::finish(alink::status completion, alink::cause why) {
  std::uint32_t status = block::dma_status_field::done.set(0, 1);
  status = block::dma_status_field::error.set(status, completion != alink::status::ok ? 1 : 0);
  status = block::dma_status_field::completion.set(status, static_cast<std::uint32_t>(completion));
  status = block::dma_status_field::cause.set(status, static_cast<std::uint32_t>(why));
  registers_.set(block::dma_status, status);
  drive_(true);
}

void dma_engine::save(base::snapshot_writer& to, const kernel::payload_names& names) const {
  to.bytes(buffer_.data(), buffer_.size());
  to.number(local_);
  sender_.save(to, names);
}

void dma_engine::restore(base::snapshot_reader& from, const kernel::payload_names& names) {
  base::state_restorer io(from);
  io(buffer_, local_);
  for (std::size_t i = 0; i < pool_.size(); ++i) {
    tlm::tlm_generic_payload& burst = pool_.at(i);
    if (burst.get_ref_count() != 0) {
      if (burst.get_data_length() != buffer_.size()) {
        from.refuse("a DMA transfer of another size");
      }
      burst.set_data_ptr(buffer_.data());
    }
  }
  sender_.restore(from, names);
}

}  // namespace sn::cipu
