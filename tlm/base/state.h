// The state of models in snapshots, told once for saving and restoring.
//
// A model that can be saved has a member
//
//     template <typename Archive> void fields(Archive& io) { io(a_, b_, c_); }
//
// which names everything that changes while it runs. Numbers, units, times, texts, lists, optional
// values and whatever has fields() of its own may be named, and also what has save() and restore()
// for a snapshot_writer and a snapshot_reader and begins no section. A model with sections or parts
// of its own has a template state() in its place, in its source file, for its save() and restore().
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/snapshot.h"
#include "base/units.h"

namespace sn::base {

namespace state_detail {

/// SystemC's time, which this folder does not know.
template <typename T, typename = void>
struct is_time : std::false_type {};
template <typename T>
struct is_time<T, std::void_t<decltype(T::from_value(std::declval<const T&>().value()))>>
    : std::true_type {};

template <typename T>
struct is_quantity : std::false_type {};
template <typename Tag>
struct is_quantity<quantity<Tag>> : std::true_type {};

template <typename T>
struct is_optional : std::false_type {};
template <typename T>
struct is_optional<std::optional<T>> : std::true_type {};

template <typename T>
struct is_list : std::false_type {};
template <typename T>
struct is_list<std::vector<T>> : std::true_type {};
template <typename T>
struct is_list<std::deque<T>> : std::true_type {};

template <typename T>
struct is_array : std::false_type {};
template <typename T, std::size_t count>
struct is_array<std::array<T, count>> : std::true_type {};

template <typename T, typename = void>
struct saves_itself : std::false_type {};
template <typename T>
struct saves_itself<
    T, std::void_t<decltype(std::declval<const T&>().save(std::declval<snapshot_writer&>()))>>
    : std::true_type {};

}  // namespace state_detail

/// Writes fields into the present section of a snapshot.
class state_saver {
 public:
  explicit state_saver(snapshot_writer& to) : to_(to) {}

  template <typename... Fields>
  void operator()(const Fields&... each) {
    (save(each), ...);
  }
  void section(std::string_view name) { to_.section(name); }
  /// A model that saves itself with the help of others, or begins sections of its own.
  template <typename Model, typename... Help>
  void part(const Model& model, const Help&... help) {
    model.save(to_, help...);
  }
  snapshot_writer& writer() { return to_; }

 private:
  template <typename T>
  void save(const T& field) {
    namespace detail = state_detail;
    if constexpr (std::is_integral_v<T> || std::is_enum_v<T>) {
      to_.number(field);
    } else if constexpr (std::is_same_v<T, double>) {
      std::uint64_t bits = 0;
      std::memcpy(&bits, &field, sizeof(bits));
      to_.number(bits);
    } else if constexpr (std::is_same_v<T, std::string>) {
      to_.text(field);
    } else if constexpr (detail::is_time<T>::value) {
      to_.number(std::uint64_t{field.value()});
    } else if constexpr (detail::is_quantity<T>::value) {
      to_.number(field.value);
    } else if constexpr (detail::is_optional<T>::value) {
      to_.number(field.has_value());
      if (field.has_value()) {
        save(*field);
      }
    } else if constexpr (detail::is_list<T>::value || detail::is_array<T>::value) {
      save_list(field);
    } else if constexpr (detail::saves_itself<T>::value) {
      field.save(to_);
    } else {
      // Saving changes nothing: fields() only names what there is.
      const_cast<T&>(field).fields(*this);
    }
  }

  template <typename List>
  void save_list(const List& list) {
    if constexpr (std::is_same_v<List, std::vector<std::uint8_t>>) {
      to_.bytes(list.data(), list.size());
    } else {
      if constexpr (state_detail::is_list<List>::value) {
        to_.number(std::uint64_t{list.size()});
      }
      for (const auto& each : list) {
        save(each);
      }
    }
  }

  snapshot_writer& to_;
};

/// Reads fields back. Throws base::configuration_error that names the file when it does not hold
/// them.
class state_restorer {
 public:
  explicit state_restorer(snapshot_reader& from) : from_(from) {}

  template <typename... Fields>
  void operator()(Fields&... each) {
    (restore(each), ...);
  }
  void section(std::string_view name) { from_.section(name); }
  template <typename Model, typename... Help>
  void part(Model& model, const Help&... help) {
    model.restore(from_, help...);
  }
  snapshot_reader& reader() { return from_; }

 private:
  template <typename T>
  void restore(T& field) {
    namespace detail = state_detail;
    if constexpr (std::is_integral_v<T> || std::is_enum_v<T>) {
      from_.number(field);
    } else if constexpr (std::is_same_v<T, double>) {
      const auto bits = from_.number<std::uint64_t>();
      std::memcpy(&field, &bits, sizeof(bits));
    } else if constexpr (std::is_same_v<T, std::string>) {
      field = from_.text();
    } else if constexpr (detail::is_time<T>::value) {
      field = T::from_value(from_.number<std::uint64_t>());
    } else if constexpr (detail::is_quantity<T>::value) {
      from_.number(field.value);
    } else if constexpr (detail::is_optional<T>::value) {
      field.reset();
      if (from_.number<bool>()) {
        restore(field.emplace());
      }
    } else if constexpr (detail::is_list<T>::value) {
      restore_list(field);
    } else if constexpr (detail::is_array<T>::value) {
      for (auto& each : field) {
        restore(each);
      }
    } else if constexpr (detail::saves_itself<T>::value) {
      field.restore(from_);
    } else {
      field.fields(*this);
    }
  }

  template <typename List>
  void restore_list(List& list) {
    if constexpr (std::is_same_v<List, std::vector<std::uint8_t>>) {
      const std::vector<std::byte> content = from_.bytes();
      list.resize(content.size());
      if (!content.empty()) {
        std::memcpy(list.data(), content.data(), content.size());
      }
    } else {
      // Every element takes at least a byte, so that a wrong size is found before memory is taken.
      const std::uint64_t size = from_.list_size();
      list.clear();
      list.resize(size);
      if constexpr (std::is_same_v<List, std::vector<bool>>) {
        for (std::uint64_t i = 0; i < size; ++i) {
          list[i] = from_.number<bool>();
        }
      } else {
        for (auto& each : list) {
          restore(each);
        }
      }
    }
  }

  snapshot_reader& from_;
};

}  // namespace sn::base
