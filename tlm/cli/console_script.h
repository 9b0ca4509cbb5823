// What a script says to a console: waits for text and types text, so that a session can be
// repeated.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/snapshot.h"

namespace sn::cli {

/// Lines of "expect TEXT" and "send TEXT"; TEXT may hold \n, \r, \t and \\. Empty lines and those
/// that begin with # are skipped. What a line sends is typed at the moment the text before it has
/// been printed, so that a run depends on nothing but the script.
class console_script {
 public:
  /// Reads the file. Throws base::configuration_error that names the line that is not understood.
  explicit console_script(const std::string& path);

  /// Where text is typed.
  void on_send(std::function<void(std::string_view text)> sink) { sink_ = std::move(sink); }
  /// Types what stands before the first "expect".
  void begin() { advance(); }
  /// A character of the console's output.
  void take(char character);
  /// Everything has been expected and sent.
  bool finished() const { return next_ == steps_.size(); }
  /// Where it is, in the present section.
  void save(base::snapshot_writer& to) const;
  void restore(base::snapshot_reader& from);
  /// Passes over what another script has saved.
  static void skip(base::snapshot_reader& from);
  /// The line that is waited for.
  std::string waiting_for() const;

 private:
  struct step {
    bool expects = false;
    std::string text;
  };
  void advance();

  std::vector<step> steps_;
  std::size_t next_ = 0;
  std::string seen_;
  std::function<void(std::string_view)> sink_;
};

}  // namespace sn::cli
