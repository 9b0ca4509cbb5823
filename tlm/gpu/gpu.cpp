#include "gpu/gpu.h"

#include <cstring>
#include <iterator>
#include <stdexcept>
#include <string>

#include "alink/burst.h"
#include "alink/sim_time.h"
#include "base/state.h"
#include "gpu/reduction.h"

namespace sn::gpu {

namespace block = registers::gpu;

namespace {

constexpr std::uint64_t mebibyte = std::uint64_t{1} << 20U;

void require(bool holds, const char* message) {
  if (!holds) {
    throw std::invalid_argument(std::string("gpu: ") + message);
  }
}

configuration checked(const configuration& parameters) {
  require(parameters.queues >= 1 && parameters.queues <= queue_limit, "1 to 4 command queues");
  require(parameters.hbm_capacity.value >= mebibyte, "at least 1 MiB of HBM");
  require(parameters.hbm_bandwidth.value > 0, "an HBM bandwidth above 0");
  require(parameters.outstanding_bursts > 0, "at least one outstanding burst");
  require(parameters.idle_power <= parameters.max_power, "an idle power of at most the maximum");
  require(parameters.endpoint < base::endpoint_limit, "an endpoint that ALink can name");
  for (const auto& rate : parameters.peak) {
    require(rate.value > 0, "peak rates above 0");
  }
  for (const auto& reached : parameters.efficiencies) {
    require(
        reached.compute > 0 && reached.compute <= 1 && reached.memory > 0 && reached.memory <= 1,
        "efficiencies above 0 and up to 1");
  }
  return parameters;
}

std::uint64_t join(std::uint32_t low, std::uint32_t high) {
  return (std::uint64_t{high} << 32U) | low;
}

}  // namespace

gpu::gpu(const sc_core::sc_module_name& name, const configuration& parameters)
    : sc_module(name),
      management("management"),
      from_fabric("from_fabric"),
      parameters_(checked(parameters)),
      registers_(block::table, std::size(block::table), block::block_size),
      hbm_(parameters_.hbm_capacity, parameters_.hbm_bandwidth, parameters_.hbm_latency),
      compute_(parameters_, hbm_.port),
      copies_(
          parameters_, hbm_,
          [this](std::uint32_t tag, base::bytes amount, base::picoseconds when) {
            arrive(tag, amount, when);
          },
          [this](const transfer& work) { transfer_completed(work); }, [this] { wake(); },
          [this] { return usable_planes(); }),
      ports_(registers_, {block::alink_control, block::alink_status, block::alink_peer},
             [this](unsigned) {
               registers_.set(block::interrupt_status, block::interrupt_status_field::port_change,
                              1);
               drive_alert();
             }),
      timer_(parameters.order, [this] { advance(); }) {
  management.register_b_transport(this, &gpu::transport_register);
  management.register_transport_dbg(this, &gpu::debug_register);
  from_fabric.register_b_transport(this, &gpu::transport_burst);
  from_fabric.register_transport_dbg(this, &gpu::debug_burst);
  map_.add(0, registers_, block::block_size);
  bind_registers();
}

statistics gpu::totals() const {
  statistics all = totals_;
  all.bytes_sent = copies_.sent();
  all.sent_again = copies_.sent_again();
  all.compute_busy = compute_.busy(alink::now());
  return all;
}

base::milliwatts gpu::average_power() const {
  const double elapsed = static_cast<double>(alink::now().value);
  const double use =
      elapsed > 0 ? static_cast<double>(compute_.busy(alink::now()).value) / elapsed : 0.0;
  const double dynamic =
      static_cast<double>((parameters_.max_power - parameters_.idle_power).value) * use;
  return parameters_.idle_power + base::milliwatts(static_cast<std::uint64_t>(dynamic));
}

/// Planes that software allows and whose links have not failed.
std::uint16_t gpu::usable_planes() const {
  return static_cast<std::uint16_t>(registers_.get(block::plane_mask) & ~ports_.failed_mask());
}

// ---- snapshots ----

template <typename Archive>
void gpu::state(Archive& io, const kernel::payload_names& names) {
  io.section(name());
  fields(io);
  io.part(copies_, names);
}

void gpu::save(base::snapshot_writer& to, const kernel::payload_names& names) const {
  base::state_saver io(to);
  const_cast<gpu&>(*this).state(io, names);
}

void gpu::restore(base::snapshot_reader& from, const kernel::payload_names& names) {
  base::state_restorer io(from);
  state(io, names);
}

// ---- registers ----

void gpu::bind_registers() {
  registers_.set(block::identity, block::identity_field::device_type,
                 static_cast<std::uint32_t>(registers::device_type::gpu));
  registers_.set(block::endpoint, block::endpoint_field::id, parameters_.endpoint);
  registers_.set(block::endpoint, block::endpoint_field::domain, parameters_.domain);
  registers_.set(block::endpoint, block::endpoint_field::valid, 1);
  registers_.set(block::hbm_size,
                 static_cast<std::uint32_t>(parameters_.hbm_capacity.value / mebibyte));
  registers_.set(block::hbm_bandwidth,
                 static_cast<std::uint32_t>(parameters_.hbm_bandwidth.value / 1'000'000));

  registers_.on_read(block::status, [this](std::uint32_t) { return read_status(); });
  registers_.on_read(block::health, [this](std::uint32_t) { return read_health(); });
  registers_.on_read(block::power_draw, [this](std::uint32_t) {
    return block::power_draw_field::draw_w.set(
        0, static_cast<std::uint32_t>(average_power().value / 1000));
  });
  registers_.on_write(block::control,
                      [this](std::uint32_t, std::uint32_t value) { control_written(value); });
  registers_.on_write(block::fault_clear, [this](std::uint32_t, std::uint32_t value) {
    registers_.set(block::fault_clear, 0);
    if (block::fault_clear_field::clear.get(value) != 0) {
      registers_.set(block::health, block::health_field::fault,
                     static_cast<std::uint32_t>(block::gpu_fault::none));
    }
  });
  registers_.on_write(block::power_limit,
                      [this](std::uint32_t, std::uint32_t value) { power_limit_written(value); });
  registers_.on_write(block::interrupt_status,
                      [this](std::uint32_t, std::uint32_t) { drive_alert(); });
  registers_.on_write(block::interrupt_enable,
                      [this](std::uint32_t, std::uint32_t) { drive_alert(); });
  registers_.on_write(block::queue_tail, [this](std::uint32_t, std::uint32_t) { wake(); });
  registers_.on_write(block::queue_control, [this](std::uint32_t queue, std::uint32_t value) {
    queue_control_written(queue, value);
  });
}

void gpu::control_written(std::uint32_t value) {
  if (block::control_field::self_test.get(value) != 0 && !self_test_running_) {
    self_test_running_ = true;
    self_test_done_ = false;
    registers_.set(block::health, block::health_field::hbm_good, 0);
    self_test_end_ = alink::now() + parameters_.self_test_time;
  }
  registers_.set(block::control, block::control_field::self_test, self_test_running_ ? 1 : 0);
  wake();
}

void gpu::queue_control_written(unsigned queue, std::uint32_t value) {
  if (block::queue_control_field::enable.get(value) == 0 &&
      queues_[queue].phase == queue_phase::halted) {
    queues_[queue].phase = queue_phase::idle;
  }
  wake();
}

// Dynamic power goes with the rate of the compute engine, so a limit scales the rate. A limit at or
// below idle leaves a hundredth.
void gpu::power_limit_written(std::uint32_t watts) {
  const double limit = static_cast<double>(watts) * 1000.0;
  const double idle = static_cast<double>(parameters_.idle_power.value);
  const double span = static_cast<double>(parameters_.max_power.value) - idle;
  if (watts == 0 || span <= 0 || limit - idle >= span) {
    compute_.set_rate(1.0);
  } else {
    compute_.set_rate(std::max(0.01, (limit - idle) / span));
  }
}

std::uint32_t gpu::read_status() const {
  bool busy = copies_.busy();
  for (unsigned q = 0; q < parameters_.queues; ++q) {
    busy = busy || has_work(q);
  }
  std::uint32_t value = block::status_field::ready.set(0, ready() ? 1 : 0);
  value = block::status_field::busy.set(value, busy ? 1 : 0);
  value = block::status_field::self_test_done.set(value, self_test_done_ ? 1 : 0);
  return block::status_field::fault.set(
      value, registers_.get(block::health, block::health_field::fault) != 0 ? 1 : 0);
}

std::uint32_t gpu::read_health() const {
  const double watts = static_cast<double>(average_power().value) / 1000.0;
  const double celsius = parameters_.coolant_celsius + parameters_.kelvin_per_watt * watts;
  return block::health_field::temperature.set(registers_.get(block::health),
                                              static_cast<std::uint32_t>(celsius));
}

void gpu::transport_register(tlm::tlm_generic_payload& payload, sc_core::sc_time& /*delay*/) {
  map_.transport(payload);
}

unsigned gpu::debug_register(tlm::tlm_generic_payload& payload) {
  return map_.transport_debug(payload);
}

// ---- bursts from other endpoints ----

void gpu::transport_burst(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  const std::uint64_t address = payload.get_address();
  const std::size_t size = payload.get_data_length();
  if (!hbm_.content.contains(address, size)) {
    payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    return;
  }
  if (payload.get_data_ptr() != nullptr) {
    if (payload.is_write()) {
      hbm_.content.write(address, payload.get_data_ptr(), size);
    } else {
      hbm_.content.read(address, payload.get_data_ptr(), size);
    }
  }
  const base::picoseconds at = alink::to_picoseconds(sc_core::sc_time_stamp() + delay);
  const base::picoseconds end = hbm_.port.serve(at, base::bytes(size));
  delay += alink::to_sc_time(end - at);
  if (payload.is_write()) {
    totals_.bytes_received += base::bytes(size);
    arrive(alink::extension_of(payload).tag, base::bytes(size), end);
  }
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
}

unsigned gpu::debug_burst(tlm::tlm_generic_payload& payload) {
  const unsigned size = payload.get_data_length();
  const bool done = payload.is_write()
                        ? hbm_.content.write(payload.get_address(), payload.get_data_ptr(), size)
                        : hbm_.content.read(payload.get_address(), payload.get_data_ptr(), size);
  return done ? size : 0;
}

void gpu::arrive(std::uint32_t tag, base::bytes amount, base::picoseconds when) {
  if (tag == alink::untagged) {
    return;
  }
  arrivals_.add(tag, amount, when);
  for (const auto& queue : queues_) {
    if (queue.phase == queue_phase::waiting && queue.current.tag == tag) {
      wake();
    }
  }
}

// ---- queues ----

bool gpu::ready() const {
  return self_test_done_ && registers_.get(block::health, block::health_field::hbm_good) != 0;
}

bool gpu::has_work(unsigned queue) const {
  return registers_.get(block::queue_tail, queue) != registers_.get(block::queue_head, queue);
}

void gpu::wake() {
  timer_.set_in(sc_core::SC_ZERO_TIME);
}

void gpu::wake_at(base::picoseconds when) {
  timer_.set_by(alink::to_sc_time(std::max(when, alink::now())));
}

void gpu::advance() {
  const base::picoseconds now = alink::now();
  if (self_test_running_ && self_test_end_ <= now) {
    finish_self_test(now);
  }
  for (bool progress = true; progress;) {
    progress = step_compute(now);
    for (unsigned q = 0; q < parameters_.queues; ++q) {
      progress = step_queue(q, now) || progress;
    }
  }
  copies_.step(now);

  if (self_test_running_) {
    wake_at(self_test_end_);
  }
  if (const auto next = compute_.next(now)) {
    wake_at(*next);
  }
  if (const auto next = copies_.next()) {
    wake_at(*next);
  }
  for (const auto& queue : queues_) {
    if (queue.wait.until) {
      wake_at(*queue.wait.until);
    }
  }
}

void gpu::finish_self_test(base::picoseconds /*now*/) {
  self_test_running_ = false;
  self_test_done_ = true;
  registers_.set(block::control, block::control_field::self_test, 0);
  registers_.set(block::health, block::health_field::hbm_good, hbm_faulty_ ? 0 : 1);
  if (hbm_faulty_) {
    record_fault(block::gpu_fault::hbm);
  }
}

bool gpu::step_compute(base::picoseconds now) {
  const auto event = compute_.step(now);
  if (!event) {
    return false;
  }
  queue_state& queue = queues_[event->queue];
  switch (event->what) {
    case compute_engine::happening::begun:
      queue.begin = now;
      if (observer_ != nullptr) {
        observer_->command_begun(parameters_.index, event->queue, queue.current, now);
      }
      break;
    case compute_engine::happening::ended:
      finish_computation(queue.current);
      complete(event->queue, now);
      break;
    case compute_engine::happening::hung:
      record_fault(block::gpu_fault::hang);
      break;
  }
  return true;
}

void gpu::finish_computation(const command& work) {
  if (static_cast<opcode>(work.operation) == opcode::reduce &&
      (work.flags & command_flag::functional) != 0) {
    perform(reduction_of(work), hbm_.content);
  }
}

bool gpu::step_queue(unsigned index, base::picoseconds now) {
  queue_state& queue = queues_[index];
  switch (queue.phase) {
    case queue_phase::idle:
      if (!ready() || registers_.get(block::control, block::control_field::enable) == 0 ||
          registers_.get(block::queue_control, block::queue_control_field::enable, index) == 0 ||
          !has_work(index)) {
        return false;
      }
      queue.phase = queue_phase::fetching;
      queue.wait.until = now + parameters_.command_fetch_latency;
      return true;
    case queue_phase::fetching:
      if (!queue.wait.over(now)) {
        return false;
      }
      decode(index, now);
      return true;
    case queue_phase::waiting:
      queue.wait.until = arrivals_.reached(queue.current.tag, base::bytes(queue.current.bytes));
      if (!queue.wait.over(now)) {
        return false;
      }
      complete(index, now);
      return true;
    case queue_phase::computing:
    case queue_phase::halted:
      return false;
  }
  return false;
}

void gpu::decode(unsigned index, base::picoseconds now) {
  queue_state& queue = queues_[index];
  const auto halt = [&] {
    queue.phase = queue_phase::halted;
    record_fault(block::gpu_fault::command);
  };
  if (!fetch(index, queue.current)) {
    halt();
    return;
  }
  const command& work = queue.current;
  queue.begin = now;
  transfer moved;
  switch (static_cast<opcode>(work.operation)) {
    case opcode::compute:
      if (work.kind >= compute_classes || work.format >= precisions) {
        halt();
        return;
      }
      queue.phase = queue_phase::computing;
      compute_.submit({index, static_cast<compute_class>(work.kind),
                       static_cast<precision>(work.format), work.flops,
                       base::bytes(work.hbm_traffic)});
      return;
    case opcode::reduce: {
      const reduction sum = reduction_of(work);
      if (!is_possible(sum, hbm_.content)) {
        halt();
        return;
      }
      queue.phase = queue_phase::computing;
      compute_.submit(
          {index, compute_class::elementwise, precision::bf16, additions(sum), traffic(sum)});
      return;
    }
    case opcode::transfer:
      if (!prepare_transfer(work, moved)) {
        halt();
        return;
      }
      moved.queue = index;
      moved.begin = now;
      break;
    case opcode::wait:
      if (work.tag == alink::untagged) {
        halt();
        return;
      }
      break;
    case opcode::nop:
      break;
    default:
      halt();
      return;
  }
  if (observer_ != nullptr) {
    observer_->command_begun(parameters_.index, index, work, now);
  }
  switch (static_cast<opcode>(work.operation)) {
    case opcode::wait:
      queue.phase = queue_phase::waiting;
      return;
    case opcode::transfer:
      copies_.start(moved, now);
      break;
    default:
      break;
  }
  complete(index, now);
}

bool gpu::fetch(unsigned queue, command& out) const {
  const std::uint64_t ring = join(registers_.get(block::queue_base_low, queue),
                                  registers_.get(block::queue_base_high, queue));
  const std::uint32_t entries = registers_.get(block::queue_size, queue);
  const std::uint32_t head = registers_.get(block::queue_head, queue);
  const std::uint32_t waiting = registers_.get(block::queue_tail, queue) - head;
  if (ring % sizeof(command) != 0 || entries == 0 || (entries & (entries - 1)) != 0 ||
      waiting > entries) {
    return false;
  }
  const std::uint64_t offset = std::uint64_t{head & (entries - 1)} * sizeof(command);
  return hbm_.content.read(ring + offset, &out, sizeof(command));
}

bool gpu::prepare_transfer(const command& work, transfer& out) const {
  if (work.traffic_class > 3 || work.tag == alink::untagged ||
      !hbm_.content.contains(work.messages, std::uint64_t{work.message_count} * sizeof(message))) {
    return false;
  }
  out.work = work;
  out.plane_mask = static_cast<std::uint16_t>(registers_.get(block::plane_mask));
  out.usable = usable_planes();
  out.messages.resize(work.message_count);
  hbm_.content.read(work.messages, out.messages.data(), work.message_count * sizeof(message));
  for (const message& item : out.messages) {
    const bool reduces = operation_of(item) == static_cast<std::uint32_t>(alink::operation::reduce);
    const bool local = reduces || (item.kind == 0 && item.endpoint == parameters_.endpoint);
    const bool known =
        operation_of(item) <= static_cast<std::uint32_t>(alink::operation::multicast) &&
        (reduces
             ? format_of(item) < base::element_formats && item.kind >> 16U <= base::endpoint_limit
             : item.kind == operation_of(item));
    if (!known ||
        (reduces && item.bytes % base::size_of(static_cast<element>(format_of(item))) != 0) ||
        item.endpoint >= base::endpoint_limit || item.bytes > 0xffff'ffffU ||
        !hbm_.content.contains(item.local_address, item.bytes) ||
        (local && !hbm_.content.contains(item.remote_address, item.bytes))) {
      return false;
    }
  }
  return true;
}

void gpu::complete(unsigned index, base::picoseconds now) {
  queue_state& queue = queues_[index];
  queue.phase = queue_phase::idle;
  registers_.set(block::queue_head, registers_.get(block::queue_head, index) + 1, index);
  registers_.set(block::commands_completed, registers_.get(block::commands_completed) + 1);
  ++totals_.commands;
  if (observer_ != nullptr) {
    observer_->command_ended(parameters_.index, index, queue.current, queue.begin, now);
  }
}

void gpu::transfer_completed(const transfer& work) {
  ++totals_.transfers;
  if (work.status != alink::status::ok) {
    ++totals_.transfers_failed;
    registers_.set(block::transfers_failed, registers_.get(block::transfers_failed) + 1);
    record_fault(block::gpu_fault::transfer);
  }
  if (observer_ != nullptr) {
    observer_->transfer_completed(parameters_.index, work.queue, work.work, work.begin,
                                  alink::now(), work.status, work.why);
  }
}

// ---- faults ----

void gpu::record_fault(block::gpu_fault code) {
  if (registers_.get(block::health, block::health_field::fault) == 0) {
    registers_.set(block::health, block::health_field::fault, static_cast<std::uint32_t>(code));
  }
  registers_.set(block::interrupt_status, block::interrupt_status_field::fault, 1);
  drive_alert();
}

void gpu::drive_alert() {
  const bool level =
      (registers_.get(block::interrupt_status) & registers_.get(block::interrupt_enable)) != 0;
  if (level != alert_) {
    alert_ = level;
    if (on_alert_) {
      on_alert_(level);
    }
  }
}

}  // namespace sn::gpu
