// A Verilated alink_arbiter behind the scheduler interface.
#pragma once

#include <verilated.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>

#include "arbiter/arbiter.h"
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
    reset();
  }

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
    model_.clk_i = 1;
    model_.eval();
    model_.clk_i = 0;
    model_.eval();
    sample(grant);
  }

 private:
  static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
                "Verilator's vectors are read and written as bytes, lowest first");

  static constexpr unsigned index_width() {
    unsigned width = 1;
    while ((1U << width) < model_ports) {
      ++width;
    }
    return width;
  }

  /// The rows lie end to end in req_i: row o begins at bit o * model_ports. Words are put together
  /// in a register, lowest bit first, and stored when full. Rows of unused ports stay empty.
  void drive(const slot_request& request) {
    constexpr unsigned last_width = (model_ports - 1) % 64 + 1;
    auto* next = reinterpret_cast<unsigned char*>(&model_.req_i);
    std::uint64_t word = 0;
    unsigned filled = 0;
    const auto append = [&](std::uint64_t bits, unsigned width) {
      word |= bits << filled;
      filled += width;
      if (filled >= 64) {
        std::memcpy(next, &word, sizeof(word));
        next += sizeof(word);
        filled -= 64;
        word = filled == 0 ? 0 : bits >> (width - filled);
      }
    };
    for (unsigned output = 0; output < ports_; ++output) {
      const base::port_set& row = request.inputs_for_output[output];
      if constexpr (model_ports > 64) {
        append(row.word[0], 64);
        append(row.word[1], last_width);
      } else {
        append(row.word[0], last_width);
      }
    }
    std::memcpy(next, &word, (filled + 7) / 8);
    const base::port_set ready = request.ready & all_ports_;
    std::memcpy(&model_.ready_i, ready.word.data(), sizeof(model_.ready_i));
  }

  void sample(slot_grant& grant) const {
    constexpr std::uint32_t index_mask = (1U << index_width()) - 1;
    grant.input_for_output.fill(slot_grant::none);
    grant.granted = {};
    std::memcpy(grant.granted.word.data(), &model_.gnt_valid_o, sizeof(model_.gnt_valid_o));
    // An index is read with the 32 bits it begins in, which may reach beyond the vector.
    std::array<std::uint8_t, sizeof(model_.gnt_idx_o) + sizeof(std::uint32_t)> indices{};
    std::memcpy(indices.data(), &model_.gnt_idx_o, sizeof(model_.gnt_idx_o));
    grant.granted.for_each([&](unsigned output) {
      const unsigned bit = output * index_width();
      std::uint32_t word = 0;
      std::memcpy(&word, indices.data() + bit / 8, sizeof(word));
      grant.input_for_output[output] = static_cast<std::uint8_t>((word >> (bit % 8)) & index_mask);
    });
  }

  unsigned ports_;
  base::port_set all_ports_;
  VerilatedContext context_;
  model_type model_;
};

}  // namespace sn::arbiter
