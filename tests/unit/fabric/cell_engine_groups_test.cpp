#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "base/random.h"
#include "fabric_bench.h"

namespace sn::fabric {
namespace {

// Times by hand, as in cell_engine_test.cpp. A slot is 6.4 ns, the path 280 ns, a cell 595 bytes.
// What goes to a group waits one slot for its input's turn.
constexpr std::uint64_t slot = 6'400;
constexpr std::uint64_t path = 280'000;

cell_engine_parameters with_groups(unsigned planes = 1, arbiter::kind kind = arbiter::kind::model) {
  cell_engine_parameters parameters = test_parameters(8, planes);
  parameters.groups = 2;
  parameters.arbiter = kind;
  return parameters;
}

struct group_bench : fabric_bench {
  explicit group_bench(const cell_engine_parameters& parameters = with_groups(),
                       const std::string& name = "fabric")
      : fabric_bench(parameters, name) {}

  void make_group(unsigned group, const std::vector<unsigned>& members) {
    for (const auto& control : controls) {
      control->groups[group] = base::port_set();
      for (const unsigned member : members) {
        control->groups[group].set(member);
      }
    }
  }

  tlm::tlm_generic_payload& to_group(unsigned from, unsigned group, alink::operation what,
                                     std::uint64_t address, unsigned length,
                                     unsigned char* data = nullptr) {
    auto& payload = burst(from, 0, tlm::TLM_WRITE_COMMAND, address, length, data);
    alink::burst_extension& extension = alink::extension_of(payload);
    extension.what = what;
    extension.destination = static_cast<base::endpoint_id>(group);
    return payload;
  }

  tlm::tlm_generic_payload& contribution(unsigned from, unsigned group, std::uint64_t address,
                                         unsigned length, unsigned char* data = nullptr) {
    return to_group(from, group, alink::operation::reduce, address, length, data);
  }

  template <typename Element>
  Element at(unsigned device, std::uint64_t address) const {
    Element value{};
    std::memcpy(&value, &devices[device]->memory[address], sizeof(value));
    return value;
  }
};

TEST(cell_engine_groups, all_members_get_the_sum_of_what_they_contribute) {
  group_bench it;
  it.make_group(1, {0, 2, 5});
  std::vector<std::vector<float>> data;
  for (const float value : {1.5F, 2.0F, -8.25F}) {
    data.emplace_back(1000, value);
    data.back()[999] = 10 * value;
  }
  unsigned k = 0;
  for (const unsigned member : {0U, 2U, 5U}) {
    it.devices[member]->issue(
        it.contribution(member, 1, 512, 4000, reinterpret_cast<unsigned char*>(data[k++].data())));
  }
  it.run();
  for (const unsigned member : {0U, 2U, 5U}) {
    EXPECT_EQ(it.at<float>(member, 512), -4.75F);
    EXPECT_EQ(it.at<float>(member, 512 + 4 * 999), -47.5F);
    EXPECT_EQ(it.at<float>(member, 512 + 4000), 0.0F);
    // 4000 bytes are 7 cells.
    EXPECT_EQ(it.devices[member]->served.at(0).when.value, (7 + 1) * slot + path);
    EXPECT_EQ(it.devices[member]->completed.at(0).when.value, (7 + 1) * slot + 2 * path);
  }
  EXPECT_EQ(data[0][0], 1.5F) << "what is sent stays as it is";
  EXPECT_TRUE(it.devices[1]->served.empty());
  const auto seen = it.engine.statistics();
  EXPECT_EQ(seen.bytes_injected, 12'000U);
  EXPECT_EQ(seen.bytes_delivered, 12'000U);
  EXPECT_EQ(seen.bytes_reduced, 8'000U) << "two of three became part of the sum";
  EXPECT_EQ(seen.bytes_copied, 8'000U);
}

TEST(cell_engine_groups, the_order_of_sums_is_that_of_ports_whoever_comes_first) {
  // 1e8 + 1 is 1e8 in float32, so the sum tells the order: (1e8 + 1) - 1e8 = 0 by ascending ports,
  // and 1 if port 0 and 2 met first.
  group_bench it;
  it.make_group(0, {0, 1, 2});
  std::array<float, 3> data{1e8F, 1.0F, -1e8F};
  for (const unsigned member : {2U, 0U, 1U}) {
    it.devices[member]->issue(
        it.contribution(member, 0, 0, 4, reinterpret_cast<unsigned char*>(&data[member])),
        sc_core::sc_time(member == 1 ? 500 : 0, sc_core::SC_NS));
  }
  it.run();
  EXPECT_EQ(it.at<float>(0, 0), 0.0F);
  EXPECT_EQ(it.at<float>(2, 0), 0.0F);
}

TEST(cell_engine_groups, a_sum_goes_to_the_member_that_the_contributions_name) {
  group_bench it;
  it.make_group(1, {0, 2, 5});
  // 1e8 + 1 is 1e8 in float32: (1e8 + 1) - 1e8 = 0 tells the order, whoever comes first.
  std::vector<std::vector<float>> data;
  for (const float value : {1e8F, 1.0F, -1e8F}) {
    data.emplace_back(1000, value);
  }
  const std::array<unsigned, 3> members{0, 2, 5};
  for (const unsigned k : {2U, 0U, 1U}) {
    auto& burst =
        it.contribution(members[k], 1, 512, 4000, reinterpret_cast<unsigned char*>(data[k].data()));
    alink::extension_of(burst).result_to = 102;
    it.devices[members[k]]->issue(burst);
  }
  it.run();
  EXPECT_EQ(it.at<float>(2, 512), 0.0F);
  EXPECT_EQ(it.at<float>(2, 512 + 3996), 0.0F);
  // 4000 bytes are 7 cells. Nobody's contribution is complete before the result is there.
  ASSERT_EQ(it.devices[2]->served.size(), 1U);
  EXPECT_EQ(it.devices[2]->served[0].when.value, (7 + 1) * slot + path);
  for (const unsigned member : members) {
    EXPECT_EQ(it.devices[member]->completed.at(0).when.value, (7 + 1) * slot + 2 * path);
    EXPECT_EQ(it.engine.cells_in(0, static_cast<base::port_id>(member)), 7U);
    EXPECT_EQ(it.engine.cells_out(0, static_cast<base::port_id>(member)), member == 2 ? 7U : 0U);
  }
  EXPECT_TRUE(it.devices[0]->served.empty());
  const auto seen = it.engine.statistics();
  EXPECT_EQ(seen.bytes_injected, 12'000U);
  EXPECT_EQ(seen.bytes_delivered, 4'000U);
  EXPECT_EQ(seen.bytes_reduced, 8'000U);
  EXPECT_EQ(seen.bytes_copied, 0U);
}

TEST(cell_engine_groups, every_format_is_added_up_as_its_own) {
  group_bench it;
  it.make_group(0, {0, 1});
  const std::array<base::element, 3> formats{base::element::int32, base::element::float16,
                                             base::element::bfloat16};
  const std::array<std::uint32_t, 3> each{0x0000'0005, 0x3c00'4000, 0x3f80'4000};  // 5; 1, 2; 1, 2
  const std::array<std::uint32_t, 3> sums{0x0000'000a, 0x4000'4400, 0x4000'4080};  // 10; 2, 4
  for (unsigned k = 0; k < 3; ++k) {
    std::array<std::uint32_t, 2> data{each[k], each[k]};
    for (const unsigned member : {0U, 1U}) {
      auto& burst =
          it.contribution(member, 0, 256 * k, 4, reinterpret_cast<unsigned char*>(&data[member]));
      alink::extension_of(burst).format = formats[k];
      it.devices[member]->issue(burst);
    }
    it.run();
    EXPECT_EQ(it.at<std::uint32_t>(0, 256 * k), sums[k]);
    EXPECT_EQ(it.at<std::uint32_t>(1, 256 * k), sums[k]);
  }
}

TEST(cell_engine_groups, reductions_run_at_line_rate_over_all_planes) {
  // 64 bursts of 2380 bytes over 4 planes: 8 regions of 256 bytes and one of 76 + 256; whatever
  // the spread, what a member sends and gets is 64 x 2380 bytes, at 4 x 595 bytes per slot when
  // planes are equally loaded. They are not quite: the bound is the plane with most cells.
  group_bench it(with_groups(4));
  it.make_group(0, {0, 1, 2, 3, 4, 5, 6, 7});
  for (unsigned k = 0; k < 64; ++k) {
    for (unsigned member = 0; member < 8; ++member) {
      it.devices[member]->issue(it.contribution(member, 0, 0, 4 * 595 * 8));
    }
  }
  it.run();
  std::uint64_t most = 0;
  for (unsigned plane = 0; plane < 4; ++plane) {
    most = std::max(most, it.engine.cells_in(plane, 0));
    EXPECT_EQ(it.engine.cells_in(plane, 0), it.engine.cells_out(plane, 5));
  }
  EXPECT_EQ(it.devices[3]->completed.back().when.value, (most + 1) * slot + 2 * path);
}

TEST(cell_engine_groups, a_multicast_is_written_to_all_members_but_the_sender) {
  group_bench it;
  it.make_group(0, {1, 3, 4});
  std::vector<unsigned char> data(5950, 0x5a);
  it.devices[3]->issue(it.to_group(3, 0, alink::operation::multicast, 256, 5950, data.data()));
  it.run();
  EXPECT_EQ(it.devices[1]->served.at(0).when.value, (10 + 1) * slot + path);
  EXPECT_EQ(it.at<unsigned char>(4, 256 + 5949), 0x5a);
  EXPECT_EQ(it.at<unsigned char>(3, 256), 0x00);
  ASSERT_EQ(it.devices[3]->completed.size(), 1U);
  EXPECT_EQ(it.devices[3]->completed[0].when.value, (10 + 1) * slot + 2 * path);
  const auto seen = it.engine.statistics();
  EXPECT_EQ(seen.bytes_injected, 5950U);
  EXPECT_EQ(seen.bytes_copied, 5950U);
  EXPECT_EQ(seen.bytes_delivered, 2U * 5950);
  EXPECT_EQ(it.engine.cells_in(0, 3), 10U) << "it crosses its link once";
}

TEST(cell_engine_groups, a_member_that_refuses_fails_only_what_it_gets) {
  group_bench it;
  it.make_group(0, {0, 1, 2});
  it.devices[1]->refuse = true;
  for (const unsigned member : {0U, 1U, 2U}) {
    it.devices[member]->issue(it.contribution(member, 0, 0, 256));
  }
  auto& multicast = it.to_group(0, 0, alink::operation::multicast, 1024, 256);
  multicast.acquire();
  it.devices[0]->issue(multicast);
  it.run();
  EXPECT_EQ(alink::extension_of(multicast).why, alink::cause::target_refused);
  EXPECT_FALSE(multicast.is_response_ok());
  multicast.release();
  EXPECT_EQ(it.engine.statistics().bursts_failed, 2U) << "the contribution of 1 and the multicast";
}

TEST(cell_engine_groups, who_is_no_member_or_does_not_agree_is_refused) {
  group_bench it;
  it.make_group(0, {0, 1});
  const auto why_of = [&](tlm::tlm_generic_payload& burst, unsigned from) {
    burst.acquire();
    it.devices[from]->issue(burst);
    sc_core::sc_start(sc_core::sc_time(5, sc_core::SC_US));
    const auto why = alink::extension_of(burst).why;
    burst.release();
    return why;
  };
  EXPECT_EQ(why_of(it.contribution(2, 0, 0, 256), 2), alink::cause::no_group);
  EXPECT_EQ(why_of(it.contribution(0, 1, 0, 256), 0), alink::cause::no_group) << "an empty group";
  EXPECT_EQ(why_of(it.contribution(0, 7, 0, 256), 0), alink::cause::no_group);
  it.devices[0]->issue(it.contribution(0, 0, 0, 256));
  EXPECT_EQ(why_of(it.contribution(1, 0, 256, 256), 1), alink::cause::group_mismatch);
  EXPECT_EQ(why_of(it.contribution(1, 0, 0, 512), 1), alink::cause::group_mismatch);
  auto& to_itself = it.contribution(1, 0, 0, 256);
  alink::extension_of(to_itself).result_to = 101;
  EXPECT_EQ(why_of(to_itself, 1), alink::cause::group_mismatch) << "0 wants it for all";
  auto& to_stranger = it.contribution(1, 0, 0, 256);
  alink::extension_of(to_stranger).result_to = 103;
  EXPECT_EQ(why_of(to_stranger, 1), alink::cause::group_mismatch);
  EXPECT_EQ(why_of(it.contribution(1, 0, 0, 256), 1), alink::cause::none);
  it.controls[0]->pods[1] = 2;
  EXPECT_EQ(why_of(it.contribution(0, 0, 0, 256), 0), alink::cause::foreign_pod);
  it.run();
  EXPECT_EQ(it.pool.in_use(), 0U + it.devices[0]->completed.size() +
                                  it.devices[1]->completed.size() + it.devices[2]->completed.size())
      << "the engine holds no reference";
}

TEST(cell_engine_groups, twin_and_rtl_agree_on_reductions_among_other_traffic) {
  group_bench twin(with_groups(2), "twin");
  group_bench both(with_groups(2, arbiter::kind::lockstep), "both");
  for (group_bench* it : {&twin, &both}) {
    it->make_group(0, {0, 1, 2, 3});
    it->make_group(1, {4, 6});
    base::random_generator random(9);
    for (unsigned k = 0; k < 100; ++k) {
      const sc_core::sc_time when = sc_core::sc_time::from_value(20'000 * k);
      const auto length = static_cast<unsigned>(4 * (1 + random.below(3000)));
      const std::uint64_t address = 256 * random.below(64);
      const base::endpoint_id result_to =
          k % 2 == 0 ? alink::all_members : static_cast<base::endpoint_id>(100 + k % 4);
      for (unsigned member = 0; member < 4; ++member) {
        auto& burst = it->contribution(member, 0, address, length);
        alink::extension_of(burst).result_to = result_to;
        it->devices[member]->issue(burst, when);
      }
      it->devices[6]->issue(it->contribution(6, 1, address, length), when);
      it->devices[4]->issue(it->contribution(4, 1, address, length), when);
      const auto from = static_cast<unsigned>(random.below(8));
      it->devices[from]->issue(
          it->burst(from, (from + 1 + static_cast<unsigned>(random.below(7))) % 8,
                    tlm::TLM_WRITE_COMMAND, address, length),
          when);
    }
  }
  twin.run();
  both.run();
  for (unsigned device = 0; device < 8; ++device) {
    ASSERT_EQ(both.devices[device]->completed.size(), twin.devices[device]->completed.size());
    for (std::size_t k = 0; k < twin.devices[device]->completed.size(); ++k) {
      EXPECT_EQ(both.devices[device]->completed[k].when, twin.devices[device]->completed[k].when);
    }
  }
}

}  // namespace
}  // namespace sn::fabric
