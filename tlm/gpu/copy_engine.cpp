#include "gpu/copy_engine.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "alink/burst.h"
#include "alink/sim_time.h"
#include "base/state.h"

namespace sn::gpu {

namespace {

bool is_functional(const command& work) {
  return (work.flags & command_flag::functional) != 0;
}

}  // namespace

copy_engine::copy_engine(const configuration& parameters, memory::memory_device& hbm,
                         arrival on_arrival, completion on_complete, std::function<void()> wake,
                         plane_source usable_planes)
    : parameters_(parameters),
      hbm_(hbm),
      on_arrival_(std::move(on_arrival)),
      on_complete_(std::move(on_complete)),
      wake_(std::move(wake)),
      usable_planes_(std::move(usable_planes)),
      slots_(parameters.outstanding_bursts),
      sender_(
          "copy_engine", parameters.plane_retry, usable_planes_,
          [this](tlm::tlm_generic_payload& burst) { burst_completed(burst); }, parameters.order) {
  for (std::uint32_t i = parameters.outstanding_bursts; i > 0; --i) {
    free_slots_.push_back(i - 1);
  }
}

void copy_engine::start(const transfer& work, base::picoseconds now) {
  std::uint32_t index = 0;
  if (free_transfers_.empty()) {
    index = static_cast<std::uint32_t>(transfers_.size());
    transfers_.emplace_back();
  } else {
    index = free_transfers_.back();
    free_transfers_.pop_back();
  }
  active_transfer& entry = transfers_[index];
  entry.work = work;
  entry.ready = work.messages.empty()
                    ? now
                    : hbm_.port.serve(now, base::bytes(work.messages.size() * sizeof(message)));
  entry.next = 0;
  entry.outstanding = 0;
  entry.in_use = true;
  ++active_;
  order_.push_back(index);
}

void copy_engine::step(base::picoseconds now) {
  while (!local_copies_.empty() && local_copies_.front().end <= now) {
    const std::uint32_t index = local_copies_.front().transfer;
    local_copies_.pop_front();
    --outstanding_;
    --transfers_[index].outstanding;
    finish_if_done(index);
  }
  while (!order_.empty()) {
    const std::uint32_t index = order_.front();
    if (transfers_[index].ready > now) {
      return;
    }
    active_transfer& entry = transfers_[index];
    if (entry.next == entry.work.messages.size()) {
      order_.pop_front();
      finish_if_done(index);
      continue;
    }
    if (outstanding_ == parameters_.outstanding_bursts) {
      return;
    }
    const message item = entry.work.messages[entry.next++];
    if (item.bytes == 0) {
      continue;
    }
    ++entry.outstanding;
    ++outstanding_;
    if (item.kind == 0 && item.endpoint == parameters_.endpoint) {
      copy_locally(index, item, now);
    } else {
      send(index, item, now);
    }
  }
}

std::optional<base::picoseconds> copy_engine::next() const {
  std::optional<base::picoseconds> earliest;
  if (!local_copies_.empty()) {
    earliest = local_copies_.front().end;
  }
  // A front that is ready waits for a burst to complete, which wakes.
  if (!order_.empty() && outstanding_ < parameters_.outstanding_bursts) {
    const base::picoseconds ready = transfers_[order_.front()].ready;
    earliest = earliest ? std::min(*earliest, ready) : ready;
  }
  return earliest;
}

void copy_engine::send(std::uint32_t index, const message& item, base::picoseconds now) {
  const transfer& work = transfers_[index].work;
  const std::uint32_t used = free_slots_.back();
  free_slots_.pop_back();
  slots_[used].transfer = index;

  tlm::tlm_generic_payload& burst = pool_.acquire();
  slot_of_[&burst] = used;
  burst.set_command(tlm::TLM_WRITE_COMMAND);
  burst.set_address(item.remote_address);
  burst.set_data_length(static_cast<unsigned>(item.bytes));
  burst.set_streaming_width(static_cast<unsigned>(item.bytes));
  if (is_functional(work.work)) {
    slots_[used].data.resize(item.bytes);
    hbm_.content.read(item.local_address, slots_[used].data.data(), item.bytes);
    burst.set_data_ptr(slots_[used].data.data());
  }
  alink::burst_extension& extension = alink::extension_of(burst);
  extension.source = parameters_.endpoint;
  extension.destination = static_cast<base::endpoint_id>(item.endpoint);
  extension.what = static_cast<alink::operation>(operation_of(item));
  extension.format = static_cast<base::element>(format_of(item));
  extension.result_to = result_to(item);
  extension.traffic_class = work.work.traffic_class;
  // Planes that have been lost since are left out, unless no other is left.
  const auto left = static_cast<std::uint16_t>(
      work.plane_mask & ~(work.usable & static_cast<unsigned>(~usable_planes_())));
  extension.plane_mask = left != 0 ? left : work.plane_mask;
  extension.tag = work.work.tag;
  const base::picoseconds first = hbm_.port.reserve(now, base::bytes(item.bytes)).first;
  sent_ += base::bytes(item.bytes);
  sender_.issue(burst, alink::to_sc_time(first - now));
}

void copy_engine::copy_locally(std::uint32_t index, const message& item, base::picoseconds now) {
  const transfer& work = transfers_[index].work;
  if (is_functional(work.work)) {
    copy_buffer_.resize(item.bytes);
    hbm_.content.read(item.local_address, copy_buffer_.data(), item.bytes);
    hbm_.content.write(item.remote_address, copy_buffer_.data(), item.bytes);
  }
  const base::picoseconds end = hbm_.port.serve(now, base::bytes(2 * item.bytes));
  local_copies_.push_back({end, index});
  on_arrival_(work.work.tag, base::bytes(item.bytes), end);
}

void copy_engine::burst_completed(tlm::tlm_generic_payload& burst) {
  const std::uint32_t used = slot_of_.at(&burst);
  const std::uint32_t index = slots_[used].transfer;
  active_transfer& entry = transfers_[index];
  const alink::burst_extension& extension = alink::extension_of(burst);
  if (extension.completion != alink::status::ok && entry.work.status == alink::status::ok) {
    entry.work.status = extension.completion;
    entry.work.why = extension.why;
  }
  burst.release();
  free_slots_.push_back(used);
  --outstanding_;
  --entry.outstanding;
  finish_if_done(index);
  wake_();
}

void copy_engine::finish_if_done(std::uint32_t index) {
  active_transfer& entry = transfers_[index];
  if (!entry.in_use || entry.outstanding != 0 || entry.next != entry.work.messages.size()) {
    return;
  }
  if (!order_.empty() && order_.front() == index) {
    return;  // step() takes it out first
  }
  entry.in_use = false;
  --active_;
  free_transfers_.push_back(index);
  on_complete_(entry.work);
}

void copy_engine::save(base::snapshot_writer& to, const kernel::payload_names& names) const {
  base::state_saver io(to);
  const_cast<copy_engine&>(*this).fields(io);
  // Bursts by slot: the map has no order of its own.
  std::vector<const tlm::tlm_generic_payload*> burst_of(slots_.size());
  for (const auto& [burst, used] : slot_of_) {
    if (burst->get_ref_count() != 0) {
      burst_of[used] = burst;
    }
  }
  to.number(std::uint64_t{pool_.in_use()});
  for (std::uint32_t used = 0; used < burst_of.size(); ++used) {
    if (burst_of[used] != nullptr) {
      const bool with_data = burst_of[used]->get_data_ptr() != nullptr;
      names.save(*burst_of[used], to);
      to.number(used);
      to.number(slots_[used].transfer);
      to.number(with_data);
      if (with_data) {
        to.bytes(slots_[used].data.data(), slots_[used].data.size());
      }
    }
  }
  sender_.save(to, names);
}

void copy_engine::restore(base::snapshot_reader& from, const kernel::payload_names& names) {
  base::state_restorer io(from);
  fields(io);
  slot_of_.clear();
  for (std::uint64_t left = from.list_size(); left != 0; --left) {
    tlm::tlm_generic_payload& burst = names.restore(from);
    const auto used = from.number<std::uint32_t>();
    if (used >= slots_.size()) {
      from.refuse("a burst beyond those that may be outstanding");
    }
    slot& it = slots_[used];
    slot_of_[&burst] = used;
    from.number(it.transfer);
    if (from.number<bool>()) {
      const std::vector<std::byte> data = from.bytes();
      if (data.size() != burst.get_data_length() || data.empty()) {
        from.refuse("a burst with data of another size");
      }
      it.data.resize(data.size());
      std::memcpy(it.data.data(), data.data(), data.size());
      burst.set_data_ptr(it.data.data());
    }
  }
  sender_.restore(from, names);
}

}  // namespace sn::gpu
