// What goes over the DCN before a step: weights from storage, KV caches from their store, prompts
// of users.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/units.h"
#include "network/partition_dcn.h"
#include "platform/description.h"
#include "workload/decode_step.h"
#include "workload/scenario.h"

namespace sn::estimate {

/// Which parts of a scenario's data are fetched.
struct dcn_options {
  double weights = 1.0;   ///< part of the weights that comes from storage
  double kv_cache = 1.0;  ///< part of the KV cache that comes from the KV store
  double prompts = 1.0;   ///< part of the context that comes from users as tokens of 4 bytes
};

/// Something that all ranks fetch at the same time.
struct dcn_load {
  std::string name;
  network::dcn_service from = network::dcn_service::storage;
  std::vector<base::bytes> size;  ///< per rank
  base::picoseconds alone;        ///< until the last rank has all, if nothing else is fetched
  base::picoseconds together;     ///< if all loads begin at once

  base::bytes total() const;
};

/// The DCN of a machine: its partitions, the rates of their CIPUs, and storage.
network::partition_dcn::parameters dcn_of(const platform::description& machine);

/// What a scenario fetches, without times. Loads of no bytes are left out.
std::vector<dcn_load> loads_of(const workload::scenario& run, const workload::program& step,
                               const dcn_options& options);

/// Fills in the times: fluids at max-min fair rates, rank r on accelerator r.
void time_loads(const network::partition_dcn& network, std::vector<dcn_load>& loads);

}  // namespace sn::estimate
