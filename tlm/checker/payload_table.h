// What is known of each transaction under way, found by its payload in a few nanoseconds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <tlm>
#include <utility>
#include <vector>

namespace sn::checker {

/// A hash table with open addressing, which allocates nothing in steady state. It is only looked
/// up, never walked, so nothing depends on where payloads lie. A reference to an entry holds until
/// the next insert() or erase().
template <typename Value>
class payload_table {
 public:
  using key = const tlm::tlm_generic_payload*;

  bool empty() const { return used_ == 0; }
  std::size_t size() const { return used_; }

  /// The entry of `payload`, or null.
  Value* find(key payload) { return const_cast<Value*>(std::as_const(*this).find(payload)); }
  const Value* find(key payload) const {
    if (places_.empty()) {
      return nullptr;
    }
    const std::size_t at = place_of(payload);
    return places_[at].payload == nullptr ? nullptr : &*places_[at].value;
  }

  /// Puts `value` there, also in place of another.
  void insert(key payload, Value value) {
    if (2 * (used_ + 1) > places_.size()) {
      grow();
    }
    place& there = places_[place_of(payload)];
    used_ += there.payload == nullptr ? 1 : 0;
    there.payload = payload;
    there.value = std::move(value);
  }

  /// Takes the entry of `payload` out, if there is one.
  void erase(key payload) {
    if (places_.empty()) {
      return;
    }
    std::size_t hole = place_of(payload);
    if (places_[hole].payload == nullptr) {
      return;
    }
    --used_;
    // What follows without a gap may have been pushed on by what is taken out: it moves up.
    for (std::size_t next = (hole + 1) & mask(); places_[next].payload != nullptr;
         next = (next + 1) & mask()) {
      const std::size_t home = home_of(places_[next].payload);
      if (((next - home) & mask()) >= ((next - hole) & mask())) {
        places_[hole] = std::move(places_[next]);
        hole = next;
      }
    }
    places_[hole].payload = nullptr;
    places_[hole].value.reset();
  }

 private:
  struct place {
    key payload = nullptr;
    std::optional<Value> value;
  };

  std::size_t mask() const { return places_.size() - 1; }
  std::size_t home_of(key payload) const {
    // Fibonacci hashing; payloads differ in their middle bits.
    const auto address = reinterpret_cast<std::uintptr_t>(payload);
    return static_cast<std::size_t>((address * 0x9e37'79b9'7f4a'7c15U) >> 40U) & mask();
  }
  std::size_t place_of(key payload) const {
    std::size_t at = home_of(payload);
    while (places_[at].payload != nullptr && places_[at].payload != payload) {
      at = (at + 1) & mask();
    }
    return at;
  }
  void grow() {
    std::vector<place> old(places_.empty() ? 16 : 2 * places_.size());
    old.swap(places_);
    for (place& one : old) {
      if (one.payload != nullptr) {
        places_[place_of(one.payload)] = std::move(one);
      }
    }
  }

  std::vector<place> places_;  ///< a power of two, at most half of them in use
  std::size_t used_ = 0;
};

}  // namespace sn::checker
