#include "estimate/job.h"

#include <fmt/format.h>

#include <algorithm>
#include <systemc>
#include <utility>

#include "alink/burst.h"
#include "base/error.h"
#include "gpu/reduction.h"
#include "registers/generated/cpp/gpu.h"

namespace sn::estimate {

namespace regs = registers::gpu;

namespace {

/// How far the simulation runs between two looks at a job.
const sc_core::sc_time stride_length(100, sc_core::SC_US);
/// A job of which no operation ends for so long is stuck: the longest takes a tenth of it.
const sc_core::sc_time patience(1, sc_core::SC_SEC);

gpu::compute_class to_gpu(workload::compute_class kind) {
  switch (kind) {
    case workload::compute_class::gemm:
      return gpu::compute_class::gemm;
    case workload::compute_class::grouped_gemm:
      return gpu::compute_class::grouped_gemm;
    case workload::compute_class::attention:
      return gpu::compute_class::attention;
    case workload::compute_class::elementwise:
      return gpu::compute_class::elementwise;
  }
  base::invariant_violated("unknown compute class");
}

gpu::precision to_gpu(workload::precision format) {
  return format == workload::precision::fp8 ? gpu::precision::fp8 : gpu::precision::bf16;
}

alink::operation to_alink(workload::message_kind kind) {
  switch (kind) {
    case workload::message_kind::unicast:
      return alink::operation::plain;
    case workload::message_kind::reduce:
      return alink::operation::reduce;
    case workload::message_kind::multicast:
      return alink::operation::multicast;
  }
  base::invariant_violated("unknown kind of message");
}

gpu::command reduction_command(const workload::reduce_work& sum, base::bytes data) {
  gpu::reduction entry;
  entry.operation = static_cast<std::uint8_t>(gpu::opcode::reduce);
  entry.format = static_cast<std::uint8_t>(gpu::element::float32);
  entry.operands = sum.operands;
  entry.destination = (data + sum.destination).value;
  entry.source = (data + sum.source).value;
  entry.stride = sum.stride.value;
  entry.bytes = sum.size.value;
  return gpu::command_of(entry);
}

/// The command of an operation, but for the message table of a transfer. `data` is where the data
/// of the rank begin.
gpu::command command_of(const workload::operation& operation, content bytes, base::bytes data) {
  gpu::command command;
  switch (operation.kind) {
    case workload::operation_kind::compute:
      command.operation = static_cast<std::uint8_t>(gpu::opcode::compute);
      command.kind = static_cast<std::uint8_t>(to_gpu(operation.compute.kind));
      command.format = static_cast<std::uint8_t>(to_gpu(operation.compute.format));
      command.flops = operation.compute.flops;
      command.hbm_traffic = operation.compute.hbm_traffic.value;
      break;
    case workload::operation_kind::transfer:
      command.operation = static_cast<std::uint8_t>(gpu::opcode::transfer);
      command.tag = operation.transfer.tag;
      command.traffic_class = operation.transfer.traffic_class;
      command.message_count = static_cast<std::uint32_t>(operation.transfer.messages.size());
      break;
    case workload::operation_kind::wait:
      command.operation = static_cast<std::uint8_t>(gpu::opcode::wait);
      command.tag = operation.wait.tag;
      command.bytes = operation.wait.size.value;
      break;
    case workload::operation_kind::reduce:
      command = reduction_command(operation.reduction, data);
      break;
  }
  command.flags = bytes == content::functional ? gpu::command_flag::functional : std::uint8_t{0};
  return command;
}

template <typename Value>
void store(gpu::gpu& device, std::uint64_t address, const Value& value) {
  device.hbm().write(address, &value, sizeof(value));
}

void write_register(gpu::gpu& device, std::uint32_t offset, unsigned queue, std::uint32_t value) {
  const auto status = device.registers().write(offset + queue * regs::queue_tail_stride, value);
  base::ensure(status == base::register_status::ok, "job: a queue register refused a write");
}

}  // namespace

job::job(const workload::program& program, std::vector<gpu::gpu*> gpus, unsigned planes,
         base::trace& trace, content bytes, std::vector<unsigned> groups)
    : program_(program),
      gpus_(std::move(gpus)),
      area_(program, planes),
      bytes_(bytes),
      groups_(std::move(groups)),
      layouts_(lay_out(program, area_)),
      seen_(observations::shaped_as(program)),
      watch_{stride(stride_length), 0, {}},
      trace_(trace) {
  base::ensure(gpus_.size() == program_.ranks.size(), "job: one GPU per rank");
  for (std::uint32_t rank = 0; rank < gpus_.size(); ++rank) {
    const gpu::configuration& gpu = gpus_[rank]->parameters();
    const auto& queues = program_.ranks[rank].queues;
    check_fit(program_, rank, layouts_[rank], gpu);
    if (gpu.index >= rank_of_gpu_.size()) {
      rank_of_gpu_.resize(gpu.index + 1);
    }
    rank_of_gpu_[gpu.index] = rank;
    next_.emplace_back(queues.size(), 0);
    tracks_.emplace_back();
    copy_tracks_.emplace_back();
    for (std::size_t q = 0; q < queues.size(); ++q) {
      total_ += queues[q].operations.size();
      const std::string group = fmt::format("GPU {}", gpu.index);
      tracks_.back().push_back(trace_.add_track(group, fmt::format("queue {}", q)));
      copy_tracks_.back().push_back(trace_.add_track(group, fmt::format("queue {} copies", q)));
    }
    gpus_[rank]->set_observer(this);
  }
}

job::~job() {
  for (gpu::gpu* device : gpus_) {
    device->set_observer(nullptr);
  }
}

void job::submit() {
  submitted_ = true;
  seen_.start = base::picoseconds(sc_core::sc_time_stamp().value());
  for (std::uint32_t rank = 0; rank < gpus_.size(); ++rank) {
    std::uint64_t message_address = layouts_[rank].messages.value;
    for (std::uint32_t q = 0; q < program_.ranks[rank].queues.size(); ++q) {
      write_queue(rank, q, message_address);
    }
  }
  for (std::uint32_t rank = 0; rank < gpus_.size(); ++rank) {
    for (std::uint32_t q = 0; q < program_.ranks[rank].queues.size(); ++q) {
      const auto count =
          static_cast<std::uint32_t>(program_.ranks[rank].queues[q].operations.size());
      const std::uint32_t before = gpus_[rank]->registers().get(regs::queue_head, q);
      write_register(*gpus_[rank], regs::queue_tail, q, before + count);
    }
  }
}

void job::write_queue(std::uint32_t rank, std::uint32_t queue, std::uint64_t& message_address) {
  gpu::gpu& device = *gpus_[rank];
  const memory_layout& layout = layouts_[rank];
  const std::uint64_t ring = layout.rings[queue].value;
  const auto& operations = program_.ranks[rank].queues[queue].operations;
  // Heads count since reset: the first entry of a later job is not that of the ring.
  const std::uint32_t first = device.registers().get(regs::queue_head, queue);
  for (std::uint32_t i = 0; i < operations.size(); ++i) {
    gpu::command command = command_of(operations[i], bytes_, layout.data);
    command.label = i;
    if (operations[i].kind == workload::operation_kind::transfer) {
      command.messages = message_address;
      for (const workload::message& message : operations[i].transfer.messages) {
        gpu::message entry;
        entry.bytes = message.size.value;
        if (message.kind != workload::message_kind::unicast) {
          const base::endpoint_id owner = message.result_to == workload::all_of_group
                                              ? alink::all_members
                                              : gpus_[message.result_to]->parameters().endpoint;
          entry.kind = gpu::kind_of(to_alink(message.kind), gpu::element::float32, owner);
          entry.endpoint = groups_.at(message.peer);
          entry.remote_address = (layout.data + message.to).value;
          entry.local_address = (layout.data + message.from).value;
          store(device, message_address, entry);
          message_address += sizeof(entry);
          continue;
        }
        entry.endpoint = gpus_[message.peer]->parameters().endpoint;
        if (program_.has_data()) {
          entry.remote_address = (layouts_[message.peer].data + message.to).value;
          entry.local_address = (layout.data + message.from).value;
        } else {
          entry.remote_address =
              (layouts_[message.peer].receive + area_.slot(rank, message.peer)).value;
          entry.local_address = layout.receive.value;
        }
        store(device, message_address, entry);
        message_address += sizeof(entry);
      }
    }
    const std::uint64_t place = (first + i) & (layout.ring_sizes[queue] - 1);
    store(device, ring + place * sizeof(command), command);
  }
  write_register(device, regs::queue_base_low, queue, static_cast<std::uint32_t>(ring));
  write_register(device, regs::queue_base_high, queue, static_cast<std::uint32_t>(ring >> 32U));
  write_register(device, regs::queue_size, queue, layout.ring_sizes[queue]);
  write_register(device, regs::queue_control, queue, 1);
}

std::string job::stuck_at(std::size_t limit) const {
  std::string text;
  std::size_t named = 0;
  for (std::uint32_t rank = 0; rank < next_.size() && named < limit; ++rank) {
    for (std::size_t q = 0; q < next_[rank].size() && named < limit; ++q) {
      const auto& operations = program_.ranks[rank].queues[q].operations;
      if (next_[rank][q] < operations.size()) {
        text += fmt::format("{}rank {} queue {} at '{}'", text.empty() ? "" : ", ", rank, q,
                            operations[next_[rank][q]].name);
        ++named;
      }
    }
  }
  return text;
}

void job::command_begun(unsigned, unsigned, const gpu::command&, base::picoseconds) {}

void job::command_ended(unsigned gpu, unsigned queue, const gpu::command& work,
                        base::picoseconds begin, base::picoseconds end) {
  const std::uint32_t rank = rank_of(gpu);
  next_[rank][queue] = work.label + 1;
  if (work.operation != static_cast<std::uint8_t>(gpu::opcode::transfer)) {
    trace_.slice(tracks_[rank][queue],
                 program_.ranks[rank].queues[queue].operations[work.label].name, begin, end);
    ended(rank, queue, work.label, begin, end);
  }
}

void job::transfer_completed(unsigned gpu, unsigned queue, const gpu::command& work,
                             base::picoseconds begin, base::picoseconds end, alink::status status,
                             alink::cause why) {
  const std::uint32_t rank = rank_of(gpu);
  const std::string& name = program_.ranks[rank].queues[queue].operations[work.label].name;
  if (status != alink::status::ok && failure_.empty()) {
    failure_ = fmt::format("'{}' of rank {} (GPU {}) failed: {} ({})", name, rank, gpu,
                           alink::to_text(why), alink::to_text(status));
    sc_core::sc_pause();
  }
  trace_.slice(copy_tracks_[rank][queue], name, begin, end);
  ended(rank, queue, work.label, begin, end);
}

void job::ended(std::uint32_t rank, unsigned queue, std::uint64_t operation,
                base::picoseconds begin, base::picoseconds end) {
  seen_.operations[rank][queue][operation] = {begin, end};
  ++finished_;
  if (done()) {
    sc_core::sc_pause();
  }
}

void run_to_end(job& work, progress_line& progress, pace& with) {
  const auto enough = [&work] { return work.done() || !work.failure().empty(); };
  job::watch& watch = work.watched();
  if (!work.submitted()) {
    work.submit();
    watch.last_progress = sc_core::sc_time_stamp();
    if (!work.done()) {
      watch.step.go(with, enough);
    }
  } else if (!enough()) {
    watch.step.finish(with, enough);
  }
  for (;; watch.step.go(with, enough)) {
    if (!work.failure().empty()) {
      throw base::run_error(work.failure());
    }
    if (work.finished() != watch.finished) {
      watch.finished = work.finished();
      watch.last_progress = sc_core::sc_time_stamp();
    } else if (sc_core::sc_time_stamp() - watch.last_progress > patience) {
      throw base::run_error("the job is stuck: " + work.stuck_at());
    }
    if (work.done()) {
      break;
    }
    progress.show(fmt::format(
        "{:.1f} % of {} operations",
        100.0 * static_cast<double>(work.finished()) / static_cast<double>(work.total()),
        work.total()));
  }
  progress.clear();
}

}  // namespace sn::estimate
