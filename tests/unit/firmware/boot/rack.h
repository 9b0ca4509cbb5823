// A small machine built by hand from the real devices, for the firmware images to boot on.
#pragma once

#include <tlm_utils/simple_initiator_socket.h>

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <systemc>
#include <vector>

#include "alink/link.h"
#include "alink_switch/alink_switch.h"
#include "base/ids.h"
#include "checker/checker_set.h"
#include "cipu/cipu.h"
#include "cipu/packet_network.h"
#include "fabric/cell_engine.h"
#include "fabric/order_checker.h"
#include "gpu/gpu.h"
#include "pool/pool.h"

namespace sn::firmware_test {

/// What a rack is made of, and what is wrong with it.
struct rack_parameters {
  unsigned partitions = 2;
  unsigned first_partition = 0;  ///< its index in the platform
  unsigned gpus_per_partition = 2;
  unsigned planes = 2;
  unsigned pools = 1;
  std::uint32_t pool_request_mib = 1024;
  unsigned pool_ways = 4;
  base::bytes pool_granularity{4096};
  double frame_loss = 0.0;                ///< probability, on scale-out
  std::vector<base::pod_id> pods;         ///< per partition; empty: all in pod 1
  std::optional<unsigned> faulty_hbm;     ///< this GPU fails its self-test
  std::optional<unsigned> silent_switch;  ///< the switch of this plane is held in reset
  std::optional<unsigned> silent_cipu;    ///< the CIPU of this partition is held in reset
  bool unwired_last_gpu_port = false;     ///< the last GPU misses its link to the last plane
};

/// What a firmware answered to a mailbox request.
struct mailbox_reply {
  bool answered = false;
  registers::mailbox::mailbox_result result{};
  std::array<std::uint32_t, 4> value{};
};

/// The host's side of a CIPU's host mailbox; unused, requests go by rack::ask().
struct host_stub : sc_core::sc_module {
  explicit host_stub(const sc_core::sc_module_name& name) : sc_module(name), socket("socket") {}
  tlm_utils::simple_initiator_socket<host_stub> socket;
};

/// One scale-up domain: endpoints in the order GPUs, CIPUs, pools; endpoint e is at port e of every
/// switch. Management windows: the partition's GPUs, an empty one, the switches (last plane first,
/// so that a window's index says nothing about the plane), the pools, an empty one.
class rack {
 public:
  explicit rack(const rack_parameters& parameters);

  const rack_parameters& parameters() const { return parameters_; }
  gpu::gpu& accelerator(unsigned index) { return *gpus_.at(index); }
  cipu::cipu& cipu(unsigned partition) { return *cipus_.at(partition); }
  alink_switch::alink_switch& alink_switch(unsigned plane) { return *switches_.at(plane); }
  pool::pool& pool(unsigned index) { return *pools_.at(index); }
  cipu::packet_network& scale_out() { return *scale_out_; }
  const fabric::cell_engine& fabric() const { return *fabric_; }
  alink::link& link(unsigned endpoint, unsigned plane) { return *links_.at(endpoint).at(plane); }
  unsigned gpus() const { return parameters_.partitions * parameters_.gpus_per_partition; }
  unsigned endpoints() const { return gpus() + parameters_.partitions + parameters_.pools; }
  base::endpoint_id cipu_endpoint(unsigned partition) const {
    return static_cast<base::endpoint_id>(gpus() + partition);
  }
  base::endpoint_id pool_endpoint(unsigned index) const {
    return static_cast<base::endpoint_id>(gpus() + parameters_.partitions + index);
  }
  /// Where a partition's CIPU sees the switch of a plane.
  unsigned switch_window(unsigned plane) const {
    return parameters_.gpus_per_partition + 1 + (parameters_.planes - 1 - plane);
  }
  unsigned pool_window(unsigned index) const {
    return parameters_.gpus_per_partition + 1 + parameters_.planes + index;
  }

  /// Runs until every CIPU that runs is ready or has failed, or this much time has passed.
  void boot(const sc_core::sc_time& limit);
  registers::cipu::cipu_stage stage(unsigned partition) { return cipus_.at(partition)->stage(); }
  registers::cipu::cipu_stage failure(unsigned partition);
  /// Everything that a controller ("cipu0", "switch1", "pool0") printed.
  const std::string& log(const std::string& controller);
  /// Everything that all controllers printed, in order, each line after the controller's name.
  const std::string& log() const { return all_lines_; }
  std::uint64_t instructions();
  /// Sends a request to a mailbox and runs until it is answered, or for 200 ms.
  static mailbox_reply ask(soc::mailbox_device& mailbox, unsigned channel,
                           registers::mailbox::mailbox_command command,
                           const std::array<std::uint32_t, 4>& argument);

 private:
  struct journal {
    std::string controller;
    std::string text;
  };

  soc::controller_configuration controller(unsigned xlen, const char* image) const;
  void listen(soc::controller_soc& source, const std::string& name);
  void build_links();
  void build_fabric();
  void attach_management();

  rack_parameters parameters_;
  fabric::order_checker order_;
  checker::checker_set checks_;
  std::unique_ptr<cipu::packet_network> scale_out_;
  std::vector<std::unique_ptr<alink_switch::alink_switch>> switches_;
  std::vector<std::unique_ptr<pool::pool>> pools_;
  std::vector<std::unique_ptr<gpu::gpu>> gpus_;
  std::vector<std::unique_ptr<cipu::cipu>> cipus_;
  std::vector<std::unique_ptr<host_stub>> hosts_;
  std::vector<std::vector<std::unique_ptr<alink::link>>> links_;  ///< by endpoint, plane
  std::unique_ptr<fabric::cell_engine> fabric_;
  std::vector<journal> journals_;
  std::string all_lines_;
};

}  // namespace sn::firmware_test
