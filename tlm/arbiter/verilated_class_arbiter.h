// A Verilated alink_class_arbiter_top behind the interface of schedulers with classes.
#pragma once

#include <fmt/format.h>
#include <verilated.h>

#include <cstdint>
#include <optional>

#include "arbiter/class_arbiter.h"
#include "arbiter/class_registers.h"
#include "arbiter/verilated_clock.h"
#include "arbiter/verilated_pins.h"
#include "arbiter/verilated_state.h"
#include "base/error.h"

namespace sn::arbiter {

/// Wraps the class that Verilator made from alink_class_arbiter_top: slots at the pins, registers
/// over the APB. It serves as a switch of at most `model_ports` ports; the ports above are disabled
/// and out of reach of the registers.
template <class model_type, unsigned model_ports, unsigned model_iterations, unsigned model_classes>
class verilated_class_arbiter final : public class_scheduler {
 public:
  /// `ports` 1 to model_ports.
  explicit verilated_class_arbiter(unsigned ports)
      : ports_(ports), all_ports_(base::port_set::first(ports)), model_(&context_) {
    base::ensure(ports >= 1 && ports <= model_ports, "verilated_class_arbiter: too many ports");
    context_.fatalOnError(false);
    reset();
  }

  /// Verilator looks for the scopes of a model that goes in the context of the thread, which may be
  /// that of another model that is gone.
  ~verilated_class_arbiter() override { Verilated::threadContextp(&context_); }

  verilated_class_arbiter(const verilated_class_arbiter&) = delete;
  verilated_class_arbiter& operator=(const verilated_class_arbiter&) = delete;

  /// Whether the assertions of the RTL are checked; they are unless told. One that fails makes the
  /// next access or slot throw assertion_error.
  void check_assertions(bool on) { context_.assertOn(on); }

  unsigned ports() const override { return ports_; }
  unsigned iterations() const override { return model_iterations; }
  unsigned classes() const override { return model_classes; }

  /// The model itself, for benches that look into it.
  model_type& model() { return model_; }

  void reset() override {
    model_.clk_i = 0;
    model_.slot_i = 0;
    model_.psel_i = 0;
    model_.penable_i = 0;
    model_.rst_ni = 1;
    model_.eval();
    model_.rst_ni = 0;
    model_.eval();
    model_.rst_ni = 1;
    model_.eval();
    if (ports_ < model_ports) {
      for (unsigned word = 0; word < enable_words; ++word) {
        write_register(class_offset::port_enable + 4 * word, ~0U);
      }
    }
  }

  void arbitrate(const class_request& request, class_grant& grant) override {
    drive(request);
    model_.slot_i = 1;
    clock_once(context_, model_);
    model_.slot_i = 0;
    sample(grant);
  }

  std::optional<unsigned> multicast_turn() const override {
    const base::port_set turn = sample_ports(model_.mc_turn_o);
    if (turn.none()) {
      return std::nullopt;
    }
    return turn.next_from(0);
  }

  std::uint32_t read_register(std::uint32_t offset) override {
    const std::uint32_t value = access(offset, false, 0);
    return offset == class_offset::capability
               ? class_capability(ports_, model_iterations, model_classes)
               : value;
  }

  void write_register(std::uint32_t offset, std::uint32_t value) override {
    const std::uint32_t word = (offset - class_offset::port_enable) / 4;
    if (offset >= class_offset::port_enable && word < enable_words) {
      value &= static_cast<std::uint32_t>(all_ports_.word[word / 2] >> (word % 2 * 32));
    }
    access(offset, true, value);
  }

  void save(base::snapshot_writer& to) const override {
    save_model(const_cast<model_type&>(model_), to);
  }
  void restore(base::snapshot_reader& from) override { restore_model(model_, from); }

 private:
  static constexpr unsigned enable_words = base::port_limit / 32;

  /// An access over the APB: the set-up phase, then the access phase.
  std::uint32_t access(std::uint32_t offset, bool write, std::uint32_t value) {
    if (offset > 0xffff) {
      throw register_access_error(
          fmt::format("arbiter register {:#06x}: no such register", offset));
    }
    model_.psel_i = 1;
    model_.pwrite_i = write ? 1 : 0;
    model_.paddr_i = static_cast<std::uint16_t>(offset);
    model_.pwdata_i = value;
    clock_once(context_, model_);
    const bool refused = model_.pslverr_o != 0;
    const std::uint32_t data = model_.prdata_o;
    model_.penable_i = 1;
    clock_once(context_, model_);
    model_.psel_i = 0;
    model_.penable_i = 0;
    if (refused) {
      throw register_access_error(fmt::format("arbiter register {:#06x}: {} refused by the RTL",
                                              offset, write ? "write" : "read"));
    }
    return data;
  }

  void drive(const class_request& request) {
    row_writer<model_ports> rows(&model_.req_i);
    for (unsigned c = 0; c < model_classes; ++c) {
      for (unsigned output = 0; output < model_ports; ++output) {
        rows.append(request.inputs_for_output[c][output]);
      }
    }
    rows.finish();
    drive_ports(model_.ready_i, request.ready & all_ports_);
    drive_ports(model_.hold_i, request.hold & all_ports_);
    drive_ports(model_.mc_req_i, request.multicast & all_ports_);
    drive_ports(model_.mc_set_i, request.multicast_set & all_ports_);
    model_.mc_whole_i = request.multicast_whole ? 1 : 0;
  }

  void sample(class_grant& grant) const {
    static_assert(class_grant::none == 0xff);
    grant.granted = sample_ports(model_.gnt_valid_o);
    grant.multicast = sample_ports(model_.gnt_multicast_o);
    sample_fields<model_ports, index_width(model_ports)>(model_.gnt_idx_o, grant.granted,
                                                         grant.input_for_output);
    sample_fields<model_ports, 2>(model_.gnt_class_o, grant.granted, grant.class_for_output);
  }

  unsigned ports_;
  base::port_set all_ports_;
  VerilatedContext context_;
  model_type model_;
};

}  // namespace sn::arbiter
