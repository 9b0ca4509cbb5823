// A Verilated alink_arbiter behind the scheduler interface.
#pragma once

#include <verilated.h>

#include <cstring>

#include "arbiter/arbiter.h"
#include "arbiter/verilated_clock.h"
#include "arbiter/verilated_pins.h"
#include "arbiter/verilated_state.h"
#include "base/error.h"

namespace sn::arbiter {

/// Wraps the class that Verilator made from alink_arbiter with `model_ports` ports and
/// `model_iterations` iterations. It serves as a switch of at most that many ports; the ports above
/// never request, which leaves the others with the answers of a model of their own size (a pointer
/// that stands on an unused port finds port 0 next).
template <class model_type, unsigned model_ports, unsigned model_iterations>
class verilated_arbiter final : public scheduler {
 public:
  /// `ports` 1 to model_ports.
  explicit verilated_arbiter(unsigned ports)
      : ports_(ports), all_ports_(base::port_set::first(ports)), model_(&context_) {
    base::ensure(ports >= 1 && ports <= model_ports, "verilated_arbiter: too many ports");
    std::memset(&model_.req_i, 0, sizeof(model_.req_i));
    context_.fatalOnError(false);
    reset();
  }

  /// Verilator looks for the scopes of a model that goes in the context of the thread, which may be
  /// that of another model that is gone.
  ~verilated_arbiter() override { Verilated::threadContextp(&context_); }

  verilated_arbiter(const verilated_arbiter&) = delete;
  verilated_arbiter& operator=(const verilated_arbiter&) = delete;

  /// Whether the assertions of the RTL are checked; they are unless told. One that fails makes
  /// arbitrate() throw assertion_error.
  void check_assertions(bool on) { context_.assertOn(on); }

  unsigned ports() const override { return ports_; }
  unsigned iterations() const override { return model_iterations; }

  /// The model itself, for benches that look into it.
  model_type& model() { return model_; }

  void reset() override {
    model_.clk_i = 0;
    model_.rst_ni = 1;
    model_.eval();
    model_.rst_ni = 0;
    model_.eval();
    model_.rst_ni = 1;
    model_.eval();
  }

  void arbitrate(const slot_request& request, slot_grant& grant) override {
    drive(request);
    clock_once(context_, model_);
    sample(grant);
  }

  void save(base::snapshot_writer& to) const override {
    // The operator that Verilator makes for saving does not say that it changes nothing.
    save_model(const_cast<model_type&>(model_), to);
  }
  void restore(base::snapshot_reader& from) override { restore_model(model_, from); }

 private:
  /// The rows lie end to end in req_i: row o begins at bit o * model_ports. Rows of unused ports
  /// are empty.
  void drive(const slot_request& request) {
    row_writer<model_ports> rows(&model_.req_i);
    for (unsigned output = 0; output < model_ports; ++output) {
      rows.append(request.inputs_for_output[output]);
    }
    rows.finish();
    drive_ports(model_.ready_i, request.ready & all_ports_);
  }

  void sample(slot_grant& grant) const {
    static_assert(slot_grant::none == 0xff);
    grant.granted = sample_ports(model_.gnt_valid_o);
    sample_fields<model_ports, index_width(model_ports)>(model_.gnt_idx_o, grant.granted,
                                                         grant.input_for_output);
  }

  unsigned ports_;
  base::port_set all_ports_;
  VerilatedContext context_;
  model_type model_;
};

}  // namespace sn::arbiter
