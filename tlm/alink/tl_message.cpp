#include "alink/tl_message.h"

namespace sn::alink {

namespace {

bool is_atomic(opcode what) {
  return what == opcode::atomic || what == opcode::atomic_no_return;
}

bool is_block(std::uint16_t size) {
  return size != 0 && size <= request_region && size % beat_bytes == 0;
}

std::string bad_head(std::uint8_t vc, std::uint16_t tag, base::endpoint_id source,
                     base::endpoint_id destination) {
  if (vc >= virtual_channels) {
    return "a virtual channel above 3";
  }
  if (tag >= tag_limit) {
    return "a tag of more than 11 bits";
  }
  if (source >= base::endpoint_limit || destination >= base::endpoint_limit) {
    return "an endpoint of more than 10 bits";
  }
  return "";
}

}  // namespace

std::string malformed(const tl_request& request) {
  std::string head = bad_head(request.vc, request.tag, request.source, request.destination);
  if (!head.empty()) {
    return head;
  }
  if (static_cast<unsigned>(request.what) >= opcodes) {
    return "an unknown operation";
  }
  if (request.address >> address_bits != 0) {
    return "an address of more than 57 bits";
  }
  if (is_atomic(request.what) ? request.size != 4 && request.size != 8 : !is_block(request.size)) {
    return "a size that its operation does not have";
  }
  const unsigned unit = is_atomic(request.what) ? request.size : beat_bytes;
  if (request.address % unit != 0) {
    return "an address that is not aligned";
  }
  if (request.address % request_region + request.size > request_region) {
    return "a request across 256 bytes";
  }
  if (request.data.size() != (request.carries_data() ? request.size : 0U)) {
    return "data of another size";
  }
  return "";
}

std::string malformed(const tl_response& response) {
  std::string head =
      bad_head(response.vc, response.tag, response.source.value_or(0), response.destination);
  if (!head.empty()) {
    return head;
  }
  if (static_cast<unsigned>(response.completion) > static_cast<unsigned>(status::isolate)) {
    return "an unknown status";
  }
  if (response.size != 0 && response.size != 4 && response.size != 8 && !is_block(response.size)) {
    return "a size that no response has";
  }
  if (response.size != 0 && response.completion != status::ok) {
    return "data with an error";
  }
  return response.data.size() != response.size ? "data of another size" : "";
}

std::string malformed(const tl_credits& credits) {
  if (credits.vc >= virtual_channels || credits.requests > 7 || credits.responses > 7 ||
      credits.beats > 63) {
    return "credits that do not fit into their fields";
  }
  return credits.requests == 0 && credits.responses == 0 && credits.beats == 0 ? "no credits" : "";
}

}  // namespace sn::alink
