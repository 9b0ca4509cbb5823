// The timeline of a run: tracks with slices and counters, written as a Chrome trace.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/units.h"

namespace sn::base {

/// Collects what happens when on which track. A trace that is off costs one branch per call.
///
/// write() gives the JSON object format of Chrome's trace events, which ui.perfetto.dev and
/// chrome://tracing open. Times are simulated.
class trace {
 public:
  /// A place for events: a named row under a named group ("GPU 3" / "compute").
  using track_id = std::uint32_t;

  explicit trace(bool enabled = false) : enabled_(enabled) {}

  bool enabled() const { return enabled_; }
  /// Declares a track; tracks of the same group stand together, in order of declaration.
  track_id add_track(const std::string& group, const std::string& name);
  /// Something that lasted from `begin` to `end` on a track.
  void slice(track_id track, std::string_view name, picoseconds begin, picoseconds end);
  /// Something that happened at one moment.
  void instant(track_id track, std::string_view name, picoseconds at);
  /// A value that holds from `at` until the next one on the same track.
  void counter(track_id track, picoseconds at, double value);

  /// The whole trace as JSON text; events in order of time, ties in order of recording.
  std::string to_json() const;

 private:
  enum class event_kind : std::uint8_t { slice, instant, counter };
  struct event {
    picoseconds begin;
    picoseconds length;
    double value;
    track_id track;
    std::uint32_t name;
    event_kind kind;
  };
  struct place {
    std::uint32_t group;
    std::string name;
  };

  std::uint32_t intern(std::string_view name);

  bool enabled_;
  std::vector<std::string> groups_;
  std::vector<place> tracks_;
  std::vector<std::string> names_;
  std::unordered_map<std::string, std::uint32_t> name_index_;  ///< looked up, never iterated
  std::vector<event> events_;
};

}  // namespace sn::base
