#include "cli/debug_trace.h"

#include <fmt/format.h>

#include <utility>

namespace sn::cli {

class debug_trace::gate final : public hart::observer {
 public:
  gate(const observe::observed_hart& hart, const std::string& path, std::function<bool()> silent)
      : hart_(hart.module->core()),
        // Copies of the process write to one file: nothing may wait in a buffer.
        file_(path, std::ios::binary),
        trace_(hart, file_),
        silent_(std::move(silent)) {
    file_ << std::unitbuf;
  }
  ~gate() override { hart_.observe(nullptr); }

  bool good() const { return file_.good(); }
  void begin() { hart_.observe(this); }

  void on_instruction(const hart::executed_instruction& done) override {
    choose();
    trace_.on_instruction(done);
  }
  void on_trap(const hart::taken_trap& taken) override {
    choose();
    trace_.on_trap(taken);
  }

 private:
  /// The trace itself sees everything, so that it knows what changes.
  void choose() {
    if (silent_()) {
      file_.setstate(std::ios::badbit);
    } else {
      file_.clear();
    }
  }

  hart::hart& hart_;
  std::ofstream file_;
  observe::instruction_trace trace_;
  const std::function<bool()> silent_;
};

debug_trace::debug_trace(symbol_source symbols, std::function<bool()> silent)
    : symbols_(std::move(symbols)), silent_(std::move(silent)) {}

std::string debug_trace::command(const gdb::named_target& target, std::string_view words) {
  if (words == "off") {
    return traces_.erase(target.name) != 0 ? fmt::format("{} is traced no more\n", target.name)
                                           : fmt::format("{} is not traced\n", target.name);
  }
  constexpr std::string_view on = "on ";
  if (words.substr(0, on.size()) != on || words.size() == on.size()) {
    return "expected monitor trace on FILE or monitor trace off\n";
  }
  const std::string path(words.substr(on.size()));
  observe::observed_hart hart;
  hart.name = target.name;
  hart.module = &target.hart();
  hart.symbols = symbols_(target.name);
  traces_.erase(target.name);
  auto added = std::make_shared<gate>(hart, path, silent_);
  if (!added->good()) {
    return fmt::format("{} cannot be written\n", path);
  }
  added->begin();
  traces_[target.name] = std::move(added);
  return fmt::format("the instructions of {} go to {}\n", target.name, path);
}

}  // namespace sn::cli
