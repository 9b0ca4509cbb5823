#include "alink/tl_packing.h"

#include <algorithm>

#include "base/error.h"

namespace sn::alink {

namespace {

constexpr unsigned word_bytes = 4;
constexpr unsigned words_per_flit = beat_bytes / word_bytes;

/// The first three bits of a header say what it is.
enum class form : std::uint8_t {
  nothing = 0,              ///< one word
  credits = 1,              ///< one word
  request = 2,              ///< four words
  compressed_request = 3,   ///< two words
  response = 4,             ///< two words
  compressed_response = 5,  ///< one word
};

unsigned words_of(form kind) {
  switch (kind) {
    case form::request:
      return 4;
    case form::compressed_request:
    case form::response:
      return 2;
    default:
      return 1;
  }
}

/// Writes fields from the lowest bit up, into 128 bits.
class field_writer {
 public:
  void put(std::uint64_t value, unsigned bits) {
    base::ensure(bits == 64 || value >> bits == 0, "a field that its value does not fit into");
    for (unsigned done = 0; done < bits;) {
      const unsigned offset = at_ % 64;
      const unsigned count = std::min(bits - done, 64 - offset);
      const std::uint64_t mask = count == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << count) - 1;
      words_[at_ / 64] |= (value >> done & mask) << offset;
      at_ += count;
      done += count;
    }
  }
  std::vector<std::uint32_t> words(unsigned count) const {
    base::ensure(at_ <= count * 32, "a header that does not fit into its words");
    std::vector<std::uint32_t> result;
    for (unsigned i = 0; i < count; ++i) {
      result.push_back(static_cast<std::uint32_t>(words_[i / 2] >> (i % 2 * 32)));
    }
    return result;
  }

 private:
  std::array<std::uint64_t, 2> words_{};
  unsigned at_ = 0;
};

/// Reads them back.
class field_reader {
 public:
  field_reader(std::uint64_t low, std::uint64_t high) : words_{low, high} {}
  std::uint64_t get(unsigned bits) {
    std::uint64_t value = 0;
    for (unsigned done = 0; done < bits;) {
      const unsigned offset = at_ % 64;
      const unsigned count = std::min(bits - done, 64 - offset);
      const std::uint64_t mask = count == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << count) - 1;
      value |= (words_[at_ / 64] >> offset & mask) << done;
      at_ += count;
      done += count;
    }
    return value;
  }
  bool rest_is_zero(unsigned bits) {
    while (at_ < bits) {
      if (get(1) != 0) {
        return false;
      }
    }
    return true;
  }

 private:
  std::array<std::uint64_t, 2> words_;
  unsigned at_ = 0;
};

constexpr unsigned form_bits = 3;
constexpr unsigned opcode_bits = 3;
constexpr unsigned vc_bits = 2;
constexpr unsigned tag_bits = 11;
constexpr unsigned id_bits = 10;
constexpr unsigned length_bits = 6;  ///< words of data, less one
constexpr unsigned beat_count_bits = 2;
constexpr unsigned status_bits = 3;
constexpr unsigned beat_shift = 6;
constexpr unsigned word_shift = 2;

bool can_compress(const tl_request& request, const address_context& context) {
  const auto upper = context.upper(request.source, request.destination);
  return request.what != opcode::atomic && request.what != opcode::atomic_no_return && upper &&
         *upper == request.address >> address_context::low_bits;
}

std::vector<std::uint32_t> header_of(const tl_request& request, bool compressed) {
  field_writer fields;
  fields.put(static_cast<unsigned>(compressed ? form::compressed_request : form::request),
             form_bits);
  fields.put(static_cast<unsigned>(request.what), opcode_bits);
  fields.put(request.vc, vc_bits);
  fields.put(request.tag, tag_bits);
  fields.put(request.source, id_bits);
  fields.put(request.destination, id_bits);
  if (compressed) {
    fields.put(request.size / beat_bytes - 1, beat_count_bits);
    const std::uint64_t low =
        request.address & ((std::uint64_t{1} << address_context::low_bits) - 1);
    fields.put(low >> beat_shift, address_context::low_bits - beat_shift);
    return fields.words(words_of(form::compressed_request));
  }
  fields.put(request.size / word_bytes - 1, length_bits);
  fields.put(request.address >> word_shift, address_bits - word_shift);
  return fields.words(words_of(form::request));
}

bool can_compress(const tl_response& response) {
  return response.completion == status::ok && !response.source &&
         (response.size == 0 || response.size % beat_bytes == 0);
}

std::vector<std::uint32_t> header_of(const tl_response& response, bool compressed) {
  field_writer fields;
  fields.put(static_cast<unsigned>(compressed ? form::compressed_response : form::response),
             form_bits);
  fields.put(response.vc, vc_bits);
  fields.put(response.tag, tag_bits);
  fields.put(response.destination, id_bits);
  fields.put(response.size == 0 ? 0 : 1, 1);
  if (compressed) {
    fields.put(response.size == 0 ? 0 : response.size / beat_bytes - 1, beat_count_bits);
    return fields.words(words_of(form::compressed_response));
  }
  fields.put(response.size == 0 ? 0 : response.size / word_bytes - 1, length_bits);
  fields.put(response.source ? 1 : 0, 1);
  fields.put(response.source.value_or(0), id_bits);
  fields.put(static_cast<unsigned>(response.completion), status_bits);
  return fields.words(words_of(form::response));
}

std::uint32_t word_at(const tl_flit& flit, unsigned index) {
  std::uint32_t word = 0;
  for (unsigned byte = 0; byte < word_bytes; ++byte) {
    word |= static_cast<std::uint32_t>(flit[index * word_bytes + byte]) << (8 * byte);
  }
  return word;
}

}  // namespace

void address_context::learn(base::endpoint_id source, base::endpoint_id destination,
                            std::uint64_t address) {
  upper_[{source, destination}] = address >> low_bits;
}

std::optional<std::uint64_t> address_context::upper(base::endpoint_id source,
                                                    base::endpoint_id destination) const {
  const auto found = upper_.find({source, destination});
  return found == upper_.end() ? std::nullopt : std::make_optional(found->second);
}

void tl_packer::put_header(const std::vector<std::uint32_t>& words) {
  if (words_ + words.size() > words_per_flit) {
    flush();
  }
  for (const std::uint32_t word : words) {
    for (unsigned byte = 0; byte < word_bytes; ++byte) {
      open_[words_ * word_bytes + byte] = static_cast<std::uint8_t>(word >> (8 * byte));
    }
    ++words_;
  }
}

void tl_packer::put_data(const std::vector<std::uint8_t>& data) {
  for (std::size_t at = 0; at < data.size(); at += beat_bytes) {
    tl_flit beat{};
    const std::size_t count = std::min<std::size_t>(beat_bytes, data.size() - at);
    std::copy_n(data.begin() + static_cast<std::ptrdiff_t>(at), count, beat.begin());
    beats_.push_back(beat);
  }
}

void tl_packer::add(const tl_message& message) {
  if (const auto* request = std::get_if<tl_request>(&message)) {
    base::ensure(malformed(*request).empty(), "a malformed request was packed");
    const bool compressed = compress_ && can_compress(*request, context_);
    put_header(header_of(*request, compressed));
    context_.learn(request->source, request->destination, request->address);
    put_data(request->data);
  } else if (const auto* response = std::get_if<tl_response>(&message)) {
    base::ensure(malformed(*response).empty(), "a malformed response was packed");
    const bool compressed = compress_ && can_compress(*response);
    put_header(header_of(*response, compressed));
    put_data(response->data);
  } else {
    const auto& credits = std::get<tl_credits>(message);
    base::ensure(malformed(credits).empty(), "malformed credits were packed");
    field_writer fields;
    fields.put(static_cast<unsigned>(form::credits), form_bits);
    fields.put(credits.vc, vc_bits);
    fields.put(credits.requests, 3);
    fields.put(credits.responses, 3);
    fields.put(credits.beats, 6);
    put_header(fields.words(words_of(form::credits)));
  }
  if (words_ == words_per_flit) {
    flush();
  }
}

void tl_packer::flush() {
  if (words_ == 0) {
    return;
  }
  ready_.push_back(open_);
  ready_.insert(ready_.end(), beats_.begin(), beats_.end());
  open_ = {};
  words_ = 0;
  beats_.clear();
}

std::optional<tl_flit> tl_packer::next() {
  if (ready_.empty()) {
    return std::nullopt;
  }
  const tl_flit flit = ready_.front();
  ready_.pop_front();
  return flit;
}

std::string tl_unpacker::take_request(std::uint64_t low, std::uint64_t high, bool compressed) {
  field_reader fields(low, high);
  fields.get(form_bits);
  tl_request request;
  const auto code = fields.get(opcode_bits);
  if (code >= opcodes) {
    return "an unknown operation";
  }
  request.what = static_cast<opcode>(code);
  request.vc = static_cast<std::uint8_t>(fields.get(vc_bits));
  request.tag = static_cast<std::uint16_t>(fields.get(tag_bits));
  request.source = static_cast<base::endpoint_id>(fields.get(id_bits));
  request.destination = static_cast<base::endpoint_id>(fields.get(id_bits));
  if (compressed) {
    request.size = static_cast<std::uint16_t>((fields.get(beat_count_bits) + 1) * beat_bytes);
    const std::uint64_t part = fields.get(address_context::low_bits - beat_shift) << beat_shift;
    const auto upper = context_.upper(request.source, request.destination);
    if (!upper) {
      return "a compressed request without an earlier long one";
    }
    request.address = *upper << address_context::low_bits | part;
  } else {
    request.size = static_cast<std::uint16_t>((fields.get(length_bits) + 1) * word_bytes);
    request.address = fields.get(address_bits - word_shift) << word_shift;
  }
  if (!fields.rest_is_zero(words_of(compressed ? form::compressed_request : form::request) * 32)) {
    return "reserved bits that are set";
  }
  const std::size_t bytes = request.carries_data() ? request.size : 0U;
  request.data.resize(bytes);
  std::string fault = malformed(request);
  if (fault.empty()) {
    context_.learn(request.source, request.destination, request.address);
    request.data.clear();
    pending_.push_back({std::move(request), bytes});
  }
  return fault;
}

std::string tl_unpacker::take_response(std::uint64_t bits, bool compressed) {
  field_reader fields(bits, 0);
  fields.get(form_bits);
  tl_response response;
  response.vc = static_cast<std::uint8_t>(fields.get(vc_bits));
  response.tag = static_cast<std::uint16_t>(fields.get(tag_bits));
  response.destination = static_cast<base::endpoint_id>(fields.get(id_bits));
  const bool with_data = fields.get(1) != 0;
  const unsigned unit = compressed ? beat_bytes : word_bytes;
  const auto units = fields.get(compressed ? beat_count_bits : length_bits);
  if (!with_data && units != 0) {
    return "a length without data";
  }
  response.size = static_cast<std::uint16_t>(with_data ? (units + 1) * unit : 0);
  if (!compressed) {
    const bool named = fields.get(1) != 0;
    const auto source = static_cast<base::endpoint_id>(fields.get(id_bits));
    if (named) {
      response.source = source;
    } else if (source != 0) {
      return "an endpoint where none is named";
    }
    const auto code = fields.get(status_bits);
    if (code > static_cast<unsigned>(status::isolate)) {
      return "an unknown status";
    }
    response.completion = static_cast<status>(code);
  }
  if (!fields.rest_is_zero(words_of(compressed ? form::compressed_response : form::response) *
                           32)) {
    return "reserved bits that are set";
  }
  const std::size_t bytes = response.size;
  response.data.resize(bytes);
  std::string fault = malformed(response);
  if (fault.empty()) {
    response.data.clear();
    pending_.push_back({std::move(response), bytes});
  }
  return fault;
}

std::string tl_unpacker::take_credits(std::uint32_t bits) {
  field_reader fields(bits, 0);
  fields.get(form_bits);
  tl_credits credits;
  credits.vc = static_cast<std::uint8_t>(fields.get(vc_bits));
  credits.requests = static_cast<std::uint8_t>(fields.get(3));
  credits.responses = static_cast<std::uint8_t>(fields.get(3));
  credits.beats = static_cast<std::uint8_t>(fields.get(6));
  if (!fields.rest_is_zero(32)) {
    return "reserved bits that are set";
  }
  std::string fault = malformed(credits);
  if (fault.empty()) {
    pending_.push_back({credits, 0});
  }
  return fault;
}

std::string tl_unpacker::take_headers(const tl_flit& flit) {
  bool ended = false;
  for (unsigned at = 0; at < words_per_flit;) {
    const std::uint32_t first = word_at(flit, at);
    const auto kind = static_cast<form>(first & ((1U << form_bits) - 1));
    if (static_cast<unsigned>(kind) > static_cast<unsigned>(form::compressed_response)) {
      return "an unknown header";
    }
    if (kind == form::nothing) {
      if (first != 0) {
        return "reserved bits that are set";
      }
      ended = true;
      ++at;
      continue;
    }
    if (ended) {
      return "a header behind the last";
    }
    const unsigned words = words_of(kind);
    if (at + words > words_per_flit) {
      return "a header across the end of its flit";
    }
    std::uint64_t low = first;
    std::uint64_t high = 0;
    if (words > 1) {
      low |= static_cast<std::uint64_t>(word_at(flit, at + 1)) << 32U;
    }
    if (words > 2) {
      high = word_at(flit, at + 2) | static_cast<std::uint64_t>(word_at(flit, at + 3)) << 32U;
    }
    std::string fault;
    switch (kind) {
      case form::request:
      case form::compressed_request:
        fault = take_request(low, high, kind == form::compressed_request);
        break;
      case form::response:
      case form::compressed_response:
        fault = take_response(low, kind == form::compressed_response);
        break;
      default:
        fault = take_credits(first);
        break;
    }
    if (!fault.empty()) {
      return fault;
    }
    at += words;
  }
  return "";
}

void tl_unpacker::release(std::vector<tl_message>& messages) {
  while (!pending_.empty() && pending_.front().bytes == 0) {
    messages.push_back(std::move(pending_.front().message));
    pending_.pop_front();
  }
}

std::string tl_unpacker::take(const tl_flit& flit, std::vector<tl_message>& messages) {
  if (pending_.empty()) {
    std::string fault = take_headers(flit);
    release(messages);
    return fault;
  }
  expected& first = pending_.front();
  std::vector<std::uint8_t>& data = std::holds_alternative<tl_request>(first.message)
                                        ? std::get<tl_request>(first.message).data
                                        : std::get<tl_response>(first.message).data;
  const std::size_t count = std::min<std::size_t>(beat_bytes, first.bytes);
  data.insert(data.end(), flit.begin(), flit.begin() + static_cast<std::ptrdiff_t>(count));
  if (!std::all_of(flit.begin() + static_cast<std::ptrdiff_t>(count), flit.end(),
                   [](std::uint8_t byte) { return byte == 0; })) {
    return "bytes behind the data";
  }
  first.bytes -= count;
  release(messages);
  return "";
}

}  // namespace sn::alink
