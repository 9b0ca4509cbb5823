// The state of Verilated models in snapshots.
#pragma once

#include <verilated_save.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

#include "base/snapshot.h"

namespace sn::arbiter {

/// Collects in memory what a model writes of itself.
class model_saver final : public VerilatedSerialize {
 public:
  void flush() override {
    content_.insert(content_.end(), m_bufp, m_cp);
    m_cp = m_bufp;
  }
  const std::vector<std::uint8_t>& content() {
    flush();
    return content_;
  }

 private:
  std::vector<std::uint8_t> content_;
};

/// Gives back what a model_saver has collected.
class model_restorer final : public VerilatedDeserialize {
 public:
  explicit model_restorer(const std::vector<std::byte>& content) : content_(content) {
    m_endp = m_cp;
  }

 private:
  void fill() override {
    const auto left = static_cast<std::size_t>(m_endp - m_cp);
    std::memmove(m_bufp, m_cp, left);
    const std::size_t more = std::min(bufferSize() - left, content_.size() - taken_);
    if (more != 0) {
      std::memcpy(m_bufp + left, content_.data() + taken_, more);
    }
    taken_ += more;
    m_cp = m_bufp;
    m_endp = m_bufp + left + more;
  }

  const std::vector<std::byte>& content_;
  std::size_t taken_ = 0;
};

/// Writes the state of `model` (made with --savable) into the present section.
template <class model_type>
void save_model(model_type& model, base::snapshot_writer& to) {
  model_saver saver;
  saver << model;
  to.bytes(saver.content().data(), saver.content().size());
}

/// Reads it back. Throws base::configuration_error when it is of another model: what comes before
/// the first signal, a truth value and a checksum of the model's make-up, must be the same.
template <class model_type>
void restore_model(model_type& model, base::snapshot_reader& from) {
  constexpr std::size_t identity = 1 + 8;
  const std::vector<std::byte> content = from.bytes();
  model_saver present;
  present << model;
  if (content.size() != present.content().size() || content.size() < identity ||
      std::memcmp(content.data(), present.content().data(), identity) != 0) {
    from.refuse("the state of other RTL");
  }
  model_restorer restorer(content);
  restorer >> model;
}

}  // namespace sn::arbiter
