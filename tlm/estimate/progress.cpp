#include "estimate/progress.h"

#include <unistd.h>

#include <cstdio>

namespace sn::estimate {

progress_line::progress_line() : terminal_(isatty(STDERR_FILENO) == 1) {}

void progress_line::show(const std::string& text) {
  if (terminal_) {
    std::fprintf(stderr, "\r\033[K%s", text.c_str());
    std::fflush(stderr);
    shown_ = true;
  }
}

void progress_line::clear() {
  if (shown_) {
    std::fputs("\r\033[K", stderr);
    std::fflush(stderr);
    shown_ = false;
  }
}

}  // namespace sn::estimate
