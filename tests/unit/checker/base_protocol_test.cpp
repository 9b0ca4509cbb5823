// One planted violation per rule, through a checker in-line between an initiator and a target that
// do as they are told. Each must be reported, and nothing else.
#include "checker/base_protocol.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <array>
#include <functional>
#include <vector>

#include "checker/checker_set.h"
#include "checker/inline_checker.h"

namespace sn::checker {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// Does not collect what is released: the tests own their payloads.
struct no_collector : tlm::tlm_mm_interface {
  void free(tlm::tlm_generic_payload* /*payload*/) override {}
};

/// What one side answers to a call by nb_transport: it may change anything.
using answer = std::function<tlm::tlm_sync_enum(tlm::tlm_generic_payload&, tlm::tlm_phase&,
                                                sc_core::sc_time&)>;

answer accepted() {
  return [](auto&, auto&, auto&) { return tlm::TLM_ACCEPTED; };
}

answer updated(tlm::tlm_phase next) {
  return [next](auto&, tlm::tlm_phase& phase, auto&) {
    phase = next;
    return tlm::TLM_UPDATED;
  };
}

answer completed(tlm::tlm_response_status status = tlm::TLM_OK_RESPONSE) {
  return [status](tlm::tlm_generic_payload& payload, auto&, auto&) {
    payload.set_response_status(status);
    return tlm::TLM_COMPLETED;
  };
}

struct hop : sc_core::sc_module {
  explicit hop(const sc_core::sc_module_name& name)
      : sc_core::sc_module(name),
        out("out"),
        in("in"),
        watched("watched", "out to in", data_policy::required,
                [this](rule broken, const std::string&) { broken_rules.push_back(broken); }) {
    out.register_nb_transport_bw(this, &hop::to_initiator);
    out.register_invalidate_direct_mem_ptr(this, &hop::forget);
    in.register_nb_transport_fw(this, &hop::to_target);
    in.register_b_transport(this, &hop::block);
    in.register_transport_dbg(this, &hop::debug);
    in.register_get_direct_mem_ptr(this, &hop::grant);
    out.bind(watched.from_initiator);
    watched.to_target.bind(in);
    for (auto& payload : payloads) {
      payload.set_mm(&mm);
      payload.acquire();
      payload.set_command(tlm::TLM_WRITE_COMMAND);
      payload.set_data_ptr(data.data());
      payload.set_data_length(8);
      payload.set_streaming_width(8);
    }
  }

  tlm::tlm_sync_enum forward(unsigned which, tlm::tlm_phase phase, double ns = 0.0) {
    sc_core::sc_time delay(ns, sc_core::SC_NS);
    return out->nb_transport_fw(payloads[which], phase, delay);
  }
  tlm::tlm_sync_enum backward(unsigned which, tlm::tlm_phase phase, double ns = 0.0) {
    sc_core::sc_time delay(ns, sc_core::SC_NS);
    return in->nb_transport_bw(payloads[which], phase, delay);
  }
  void blocking() {
    sc_core::sc_time delay(1, sc_core::SC_NS);
    out->b_transport(payloads[0], delay);
  }
  /// Request, its end, and the response, which the initiator accepts.
  void up_to_response(unsigned which) {
    forward(which, tlm::BEGIN_REQ);
    backward(which, tlm::END_REQ);
    payloads[which].set_response_status(tlm::TLM_OK_RESPONSE);
    backward(which, tlm::BEGIN_RESP);
  }

  tlm_utils::simple_initiator_socket<hop> out;
  tlm_utils::simple_target_socket<hop> in;
  std::vector<rule> broken_rules;
  inline_checker watched;
  no_collector mm;
  std::array<unsigned char, 8> data{};
  std::array<tlm::tlm_generic_payload, 2> payloads;
  answer target = accepted();
  answer initiator = accepted();
  std::function<void(tlm::tlm_generic_payload&, sc_core::sc_time&)> serve =
      [](tlm::tlm_generic_payload& payload, sc_core::sc_time&) {
        payload.set_response_status(tlm::TLM_OK_RESPONSE);
      };
  unsigned debug_bytes = 8;
  sc_dt::uint64 direct_end = 255;

 private:
  tlm::tlm_sync_enum to_target(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                               sc_core::sc_time& delay) {
    return target(payload, phase, delay);
  }
  tlm::tlm_sync_enum to_initiator(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                  sc_core::sc_time& delay) {
    return initiator(payload, phase, delay);
  }
  void block(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) { serve(payload, delay); }
  unsigned debug(tlm::tlm_generic_payload& /*payload*/) { return debug_bytes; }
  bool grant(tlm::tlm_generic_payload& /*payload*/, tlm::tlm_dmi& dmi) {
    dmi.set_dmi_ptr(data.data());
    dmi.set_start_address(0);
    dmi.set_end_address(direct_end);
    return true;
  }
  void forget(sc_dt::uint64 /*start*/, sc_dt::uint64 /*end*/) {}
};

/// Elaborates and enters the simulation: sockets pass calls only then.
struct base_protocol_test : testing::Test {
  base_protocol_test() { sc_core::sc_start(sc_core::SC_ZERO_TIME); }
  hop it{"hop"};
};

// ---- what is allowed ----

TEST_F(base_protocol_test, four_phases_break_nothing) {
  it.up_to_response(0);
  it.target = completed();
  it.forward(0, tlm::END_RESP);
  it.watched.audit();
  EXPECT_THAT(it.broken_rules, IsEmpty());
}

TEST_F(base_protocol_test, a_response_may_end_the_request_and_a_return_may_carry_phases) {
  it.target = updated(tlm::END_REQ);
  it.forward(0, tlm::BEGIN_REQ);
  it.initiator = updated(tlm::END_RESP);
  it.payloads[0].set_response_status(tlm::TLM_OK_RESPONSE);
  it.backward(0, tlm::BEGIN_RESP);
  it.target = accepted();
  it.forward(1, tlm::BEGIN_REQ);
  it.payloads[1].set_response_status(tlm::TLM_GENERIC_ERROR_RESPONSE);
  it.initiator = [](auto&, auto&, auto&) { return tlm::TLM_COMPLETED; };
  it.backward(1, tlm::BEGIN_RESP);
  it.watched.audit();
  EXPECT_THAT(it.broken_rules, IsEmpty());
}

TEST_F(base_protocol_test, a_target_may_complete_at_once_and_the_payload_come_again) {
  it.target = completed();
  for (int round = 0; round < 2; ++round) {
    it.payloads[0].set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    it.forward(0, tlm::BEGIN_REQ);
  }
  it.watched.audit();
  EXPECT_THAT(it.broken_rules, IsEmpty());
}

TEST_F(base_protocol_test, responses_may_pass_each_other) {
  it.forward(0, tlm::BEGIN_REQ);
  it.backward(0, tlm::END_REQ);
  it.up_to_response(1);
  it.forward(1, tlm::END_RESP);
  it.payloads[0].set_response_status(tlm::TLM_OK_RESPONSE);
  it.backward(0, tlm::BEGIN_RESP);
  it.forward(0, tlm::END_RESP);
  EXPECT_THAT(it.broken_rules, IsEmpty());
}

TEST_F(base_protocol_test, blocking_debug_and_direct_access_break_nothing) {
  it.blocking();
  EXPECT_EQ(it.out->transport_dbg(it.payloads[0]), 8U);
  tlm::tlm_dmi grant;
  EXPECT_TRUE(it.out->get_direct_mem_ptr(it.payloads[0], grant));
  it.in->invalidate_direct_mem_ptr(0, 255);
  EXPECT_THAT(it.broken_rules, IsEmpty());
}

// ---- the generic payload ----

TEST_F(base_protocol_test, an_unknown_command) {
  it.payloads[0].set_command(static_cast<tlm::tlm_command>(3));
  it.forward(0, tlm::BEGIN_REQ);
  EXPECT_THAT(it.broken_rules, ElementsAre(rule::command));
}

TEST_F(base_protocol_test, no_data_pointer) {
  it.payloads[0].set_data_ptr(nullptr);
  it.forward(0, tlm::BEGIN_REQ);
  EXPECT_THAT(it.broken_rules, ElementsAre(rule::data_pointer));
}

TEST_F(base_protocol_test, no_data_pointer_where_only_timing_may_move) {
  std::vector<rule> broken;
  base_protocol timing("a to b", data_policy::may_be_absent,
                       [&](rule one, const std::string&) { broken.push_back(one); });
  it.payloads[0].set_data_ptr(nullptr);
  timing.blocking_begins(it.payloads[0], sc_core::SC_ZERO_TIME);
  EXPECT_THAT(broken, IsEmpty());
}

TEST_F(base_protocol_test, no_length) {
  it.payloads[0].set_data_length(0);
  it.blocking();
  EXPECT_THAT(it.broken_rules, ElementsAre(rule::data_length));
}

TEST_F(base_protocol_test, no_streaming_width) {
  it.payloads[0].set_streaming_width(0);
  it.forward(0, tlm::BEGIN_REQ);
  EXPECT_THAT(it.broken_rules, ElementsAre(rule::streaming_width));
}

TEST_F(base_protocol_test, a_byte_enable_that_is_neither_0_nor_0xff) {
  std::array<unsigned char, 2> enables{0xff, 0x01};
  it.payloads[0].set_byte_enable_ptr(enables.data());
  it.payloads[0].set_byte_enable_length(2);
  it.forward(0, tlm::BEGIN_REQ);
  EXPECT_THAT(it.broken_rules, ElementsAre(rule::byte_enables));
}

TEST_F(base_protocol_test, byte_enables_without_a_length) {
  unsigned char enable = 0xff;
  it.payloads[0].set_byte_enable_ptr(&enable);
  it.payloads[0].set_byte_enable_length(0);
  it.blocking();
  EXPECT_THAT(it.broken_rules, ElementsAre(rule::byte_enables));
}

TEST_F(base_protocol_test, a_dmi_hint_of_the_last_use) {
  it.payloads[0].set_dmi_allowed(true);
  it.blocking();
  EXPECT_THAT(it.broken_rules, ElementsAre(rule::dmi_hint));
}

TEST_F(base_protocol_test, a_response_status_of_the_last_use) {
  it.payloads[0].set_response_status(tlm::TLM_OK_RESPONSE);
  it.forward(0, tlm::BEGIN_REQ);
  EXPECT_THAT(it.broken_rules, ElementsAre(rule::status_at_start));
}

TEST_F(base_protocol_test, a_response_without_a_status) {
  it.forward(0, tlm::BEGIN_REQ);
  it.backward(0, tlm::BEGIN_RESP);
  EXPECT_THAT(it.broken_rules, ElementsAre(rule::status_at_end));
}

TEST_F(base_protocol_test, a_blocking_call_that_returns_without_a_status) {
  it.serve = [](auto&, auto&) {};
  it.blocking();
  EXPECT_THAT(it.broken_rules, ElementsAre(rule::status_at_end));
}

TEST_F(base_protocol_test, a_target_that_changes_the_length) {
  it.serve = [](tlm::tlm_generic_payload& payload, auto&) {
    payload.set_data_length(4);
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
  };
  it.blocking();
  EXPECT_THAT(it.broken_rules, ElementsAre(rule::attribute_changed));
}

TEST_F(base_protocol_test, a_payload_that_is_used_for_something_else_while_it_is_under_way) {
  it.forward(0, tlm::BEGIN_REQ);
  it.payloads[0].set_command(tlm::TLM_READ_COMMAND);
  it.payloads[0].set_response_status(tlm::TLM_OK_RESPONSE);
  it.backward(0, tlm::BEGIN_RESP);
  EXPECT_THAT(it.broken_rules, ElementsAre(rule::attribute_changed));
}

TEST_F(base_protocol_test, no_memory_manager) {
  tlm::tlm_generic_payload payload;
  payload.set_command(tlm::TLM_WRITE_COMMAND);
  payload.set_data_ptr(it.data.data());
  payload.set_data_length(8);
  payload.set_streaming_width(8);
  tlm::tlm_phase phase = tlm::BEGIN_REQ;
  sc_core::sc_time delay;
  it.out->nb_transport_fw(payload, phase, delay);
  EXPECT_THAT(it.broken_rules, ElementsAre(rule::memory_manager));
}

TEST_F(base_protocol_test, a_payload_whose_last_reference_was_released_while_it_is_under_way) {
  it.forward(0, tlm::BEGIN_REQ);
  it.payloads[0].release();
  it.payloads[0].set_response_status(tlm::TLM_OK_RESPONSE);
  it.backward(0, tlm::BEGIN_RESP);
  EXPECT_THAT(it.broken_rules, ElementsAre(rule::memory_manager));
}

// ---- the interfaces ----

TEST_F(base_protocol_test, a_response_before_its_request_takes_effect) {
  it.forward(0, tlm::BEGIN_REQ, 10);
  it.payloads[0].set_response_status(tlm::TLM_OK_RESPONSE);
  it.backward(0, tlm::BEGIN_RESP, 9);
  EXPECT_THAT(it.broken_rules, ElementsAre(rule::time_went_back));
}

TEST_F(base_protocol_test, a_blocking_call_that_returns_in_the_past) {
  it.serve = [](tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
    delay = sc_core::SC_ZERO_TIME;
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
  };
  it.blocking();
  EXPECT_THAT(it.broken_rules, ElementsAre(rule::time_went_back));
}

TEST_F(base_protocol_test, an_accepted_call_with_another_phase) {
  it.target = [](auto&, tlm::tlm_phase& phase, auto&) {
    phase = tlm::END_REQ;
    return tlm::TLM_ACCEPTED;
  };
  it.forward(0, tlm::BEGIN_REQ);
  EXPECT_THAT(it.broken_rules, ElementsAre(rule::accepted_changed));
}

TEST_F(base_protocol_test, an_accepted_response_with_another_delay) {
  it.initiator = [](auto&, auto&, sc_core::sc_time& delay) {
    delay += sc_core::sc_time(1, sc_core::SC_NS);
    return tlm::TLM_ACCEPTED;
  };
  it.forward(0, tlm::BEGIN_REQ);
  it.payloads[0].set_response_status(tlm::TLM_OK_RESPONSE);
  it.backward(0, tlm::BEGIN_RESP);
  EXPECT_THAT(it.broken_rules, ElementsAre(rule::accepted_changed));
}

TEST_F(base_protocol_test, a_transaction_by_both_interfaces) {
  it.forward(0, tlm::BEGIN_REQ);
  it.blocking();
  EXPECT_THAT(it.broken_rules, ElementsAre(rule::mixed_interfaces));
}

TEST_F(base_protocol_test, a_debug_access_that_moved_more_than_was_asked) {
  it.debug_bytes = 9;
  it.out->transport_dbg(it.payloads[0]);
  EXPECT_THAT(it.broken_rules, ElementsAre(rule::debug_count));
}

TEST_F(base_protocol_test, direct_memory_without_the_address_asked_for) {
  it.payloads[0].set_address(256);
  tlm::tlm_dmi grant;
  it.out->get_direct_mem_ptr(it.payloads[0], grant);
  EXPECT_THAT(it.broken_rules, ElementsAre(rule::direct_memory));
}

TEST_F(base_protocol_test, an_invalidation_that_ends_before_it_begins) {
  it.in->invalidate_direct_mem_ptr(2, 1);
  EXPECT_THAT(it.broken_rules, ElementsAre(rule::invalidation_range));
}

// ---- the phases ----

TEST_F(base_protocol_test, a_phase_that_the_base_protocol_does_not_have) {
  it.forward(0, tlm::tlm_phase(17));
  EXPECT_THAT(it.broken_rules, ElementsAre(rule::phase_unknown));
}

TEST_F(base_protocol_test, a_response_that_an_initiator_begins) {
  it.forward(0, tlm::BEGIN_RESP);
  EXPECT_THAT(it.broken_rules, ElementsAre(rule::phase_direction));
}

TEST_F(base_protocol_test, a_response_without_a_request) {
  it.payloads[0].set_response_status(tlm::TLM_OK_RESPONSE);
  it.backward(0, tlm::BEGIN_RESP);
  EXPECT_THAT(it.broken_rules, ElementsAre(rule::phase_order));
}

TEST_F(base_protocol_test, a_request_that_ends_twice) {
  it.target = updated(tlm::END_REQ);
  it.forward(0, tlm::BEGIN_REQ);
  it.backward(0, tlm::END_REQ);
  EXPECT_THAT(it.broken_rules, ElementsAre(rule::phase_order));
}

TEST_F(base_protocol_test, a_response_that_ends_before_it_begins) {
  it.forward(0, tlm::BEGIN_REQ);
  it.forward(0, tlm::END_RESP);
  EXPECT_THAT(it.broken_rules, ElementsAre(rule::phase_order));
}

TEST_F(base_protocol_test, a_payload_that_sets_out_while_it_is_under_way) {
  it.target = updated(tlm::END_REQ);
  it.forward(0, tlm::BEGIN_REQ);
  it.forward(0, tlm::BEGIN_REQ);
  EXPECT_THAT(it.broken_rules, ElementsAre(rule::phase_order));
}

TEST_F(base_protocol_test, a_request_that_is_updated_to_nothing_that_may_follow) {
  it.target = [](tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase, auto&) {
    phase = tlm::END_RESP;
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
    return tlm::TLM_UPDATED;
  };
  it.forward(0, tlm::BEGIN_REQ);
  EXPECT_THAT(it.broken_rules, ElementsAre(rule::return_value));
}

TEST_F(base_protocol_test, an_end_of_request_that_completes) {
  it.forward(0, tlm::BEGIN_REQ);
  it.initiator = [](auto&, auto&, auto&) { return tlm::TLM_COMPLETED; };
  it.backward(0, tlm::END_REQ);
  EXPECT_THAT(it.broken_rules, ElementsAre(rule::return_value));
}

TEST_F(base_protocol_test, a_request_before_the_last_one_has_ended) {
  it.forward(0, tlm::BEGIN_REQ);
  it.forward(1, tlm::BEGIN_REQ);
  EXPECT_THAT(it.broken_rules, ElementsAre(rule::request_exclusion));
}

TEST_F(base_protocol_test, a_response_before_the_last_one_has_ended) {
  it.up_to_response(0);
  it.up_to_response(1);
  EXPECT_THAT(it.broken_rules, ElementsAre(rule::response_exclusion));
}

TEST_F(base_protocol_test, a_run_that_ends_with_a_transaction_under_way) {
  it.target = updated(tlm::END_REQ);
  it.forward(0, tlm::BEGIN_REQ);
  it.watched.audit();
  EXPECT_THAT(it.broken_rules, ElementsAre(rule::left_open));
}

TEST(checker_set, aborts_and_names_the_rule_and_both_sockets) {
  // Bound by the set in one line, with nothing in between where it is off.
  struct pair : sc_core::sc_module {
    explicit pair(const sc_core::sc_module_name& name, bool on)
        : sc_core::sc_module(name), checks(on), out("out"), in("in") {
      in.register_b_transport(this, &pair::serve);
      checks.connect(out, in);
    }
    void serve(tlm::tlm_generic_payload& /*payload*/, sc_core::sc_time& /*delay*/) {}
    checker_set checks;
    tlm_utils::simple_initiator_socket<pair> out;
    tlm_utils::simple_target_socket<pair> in;
  };
  pair watched("watched", true);
  pair bare("bare", false);
  EXPECT_EQ(watched.checks.size(), 1U);
  EXPECT_EQ(bare.checks.size(), 0U);
  sc_core::sc_start(sc_core::SC_ZERO_TIME);
  tlm::tlm_generic_payload payload;
  payload.set_command(tlm::TLM_READ_COMMAND);
  unsigned char byte = 0;
  payload.set_data_ptr(&byte);
  payload.set_data_length(1);
  payload.set_streaming_width(1);
  sc_core::sc_time delay;
  bare.out->b_transport(payload, delay);
  EXPECT_DEATH(watched.out->b_transport(payload, delay),
               "watched.out.* to watched.in.*: the response status says what became");
}

}  // namespace
}  // namespace sn::checker
