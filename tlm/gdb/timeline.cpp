#include "gdb/timeline.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "base/error.h"

namespace sn::gdb {
namespace {

constexpr int exit_lost = 1;

/// Tells the first process how the last one has ended.
void report_exit(int status, void* result) {
  const auto code = static_cast<std::uint8_t>(status);
  std::fflush(nullptr);
  const int pipe = static_cast<int>(reinterpret_cast<std::intptr_t>(result));
  if (write(pipe, &code, 1) != 1) {
    _exit(exit_lost);
  }
}

/// File descriptors that go with an order: the pipe to the first process, the socket to the
/// checkpoint.
constexpr std::size_t passed = 2;

bool send_all(int socket, const void* data, std::size_t size) {
  const auto* from = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t count = send(socket, from, size, MSG_NOSIGNAL);
    if (count <= 0) {
      if (count < 0 && errno == EINTR) {
        continue;
      }
      return false;
    }
    from += count;
    size -= static_cast<std::size_t>(count);
  }
  return true;
}

bool receive_all(int socket, void* data, std::size_t size) {
  auto* to = static_cast<char*>(data);
  while (size > 0) {
    const ssize_t count = recv(socket, to, size, 0);
    if (count <= 0) {
      if (count < 0 && errno == EINTR) {
        continue;
      }
      return false;
    }
    to += count;
    size -= static_cast<std::size_t>(count);
  }
  return true;
}

bool send_descriptors(int socket, std::uint64_t size, const std::array<int, passed>& descriptors) {
  iovec content{&size, sizeof size};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof descriptors)> room{};
  msghdr header{};
  header.msg_iov = &content;
  header.msg_iovlen = 1;
  header.msg_control = room.data();
  header.msg_controllen = room.size();
  cmsghdr* const part = CMSG_FIRSTHDR(&header);
  part->cmsg_level = SOL_SOCKET;
  part->cmsg_type = SCM_RIGHTS;
  part->cmsg_len = CMSG_LEN(sizeof descriptors);
  std::memcpy(CMSG_DATA(part), descriptors.data(), sizeof descriptors);
  return sendmsg(socket, &header, MSG_NOSIGNAL) == static_cast<ssize_t>(sizeof size);
}

bool receive_descriptors(int socket, std::uint64_t& size, std::array<int, passed>& descriptors) {
  iovec content{&size, sizeof size};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof descriptors)> room{};
  msghdr header{};
  header.msg_iov = &content;
  header.msg_iovlen = 1;
  header.msg_control = room.data();
  header.msg_controllen = room.size();
  ssize_t count = 0;
  do {
    count = recvmsg(socket, &header, MSG_WAITALL | MSG_CMSG_CLOEXEC);
  } while (count < 0 && errno == EINTR);
  const cmsghdr* const part = count > 0 ? CMSG_FIRSTHDR(&header) : nullptr;
  if (count != static_cast<ssize_t>(sizeof size) || part == nullptr ||
      part->cmsg_len != CMSG_LEN(sizeof descriptors)) {
    return false;
  }
  std::memcpy(descriptors.data(), CMSG_DATA(part), sizeof descriptors);
  return true;
}

}  // namespace

timeline::timeline() {
  std::array<int, 2> ends{};
  std::fflush(nullptr);
  // Checkpoints end when nobody can tell them anything any more; nobody waits for them.
  std::signal(SIGCHLD, SIG_IGN);
  const bool piped = socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0;
  const pid_t child = piped ? fork() : -1;
  if (child < 0) {
    throw base::run_error("no process can be made for a debugger that steps back");
  }
  if (child != 0) {
    close(ends[1]);
    std::uint8_t code = exit_lost;
    if (!receive_all(ends[0], &code, 1)) {
      code = exit_lost;
    }
    _exit(code);
  }
  close(ends[0]);
  result_ = ends[1];
  // The handler gets one pointer, and what it would point to is gone by then.
  // NOLINTNEXTLINE(performance-no-int-to-ptr)
  on_exit(report_exit, reinterpret_cast<void*>(static_cast<std::intptr_t>(result_)));
}

timeline::~timeline() {
  clear();
}

std::vector<std::uint64_t> timeline::positions() const {
  std::vector<std::uint64_t> all;
  for (const moment& each : moments_) {
    all.push_back(each.position);
  }
  return all;
}

void timeline::forget(std::size_t index) {
  // Later checkpoints have a copy of this socket: closing it would not be noticed.
  shutdown(moments_[index].control, SHUT_RDWR);
  close(moments_[index].control);
  moments_.erase(moments_.begin() + static_cast<std::ptrdiff_t>(index));
}

void timeline::clear() {
  while (!moments_.empty()) {
    forget(moments_.size() - 1);
  }
}

void timeline::check_alive() const {
  pollfd first{result_, 0, 0};
  if (poll(&first, 1, 0) > 0 && (first.revents & (POLLHUP | POLLERR)) != 0) {
    _exit(exit_lost);
  }
}

std::optional<std::string> timeline::checkpoint(std::uint64_t position) {
  if (moments_.size() == moment_limit) {
    // The first is where history begins.
    for (std::size_t i = moments_.size() - 2; i >= 1 && i < moments_.size(); i -= 2) {
      forget(i);
    }
  }
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    return std::nullopt;
  }
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    return wait(ends[1], position);
  }
  close(ends[1]);
  if (child < 0) {
    close(ends[0]);
    return std::nullopt;
  }
  moments_.push_back({position, ends[0]});
  return std::nullopt;
}

std::string timeline::wait(int control, std::uint64_t position) {
  // Only the process that goes on may hold the pipe: its end is how the first one knows of a crash.
  // Its number stays taken, for report_exit().
  const int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
  dup3(nothing, result_, O_CLOEXEC);
  close(nothing);
  while (true) {
    std::uint64_t size = 0;
    std::array<int, passed> got{};
    if (!receive_descriptors(control, size, got)) {
      _exit(0);
    }
    std::string order(size, '\0');
    if (!receive_all(control, order.data(), size)) {
      _exit(0);
    }
    if (fork() == 0) {
      close(control);
      dup3(got[0], result_, O_CLOEXEC);
      close(got[0]);
      // What has been forgotten since then.
      moments_.erase(std::remove_if(moments_.begin(), moments_.end(),
                                    [](const moment& each) {
                                      pollfd socket{each.control, 0, 0};
                                      return poll(&socket, 1, 0) > 0;
                                    }),
                     moments_.end());
      moments_.push_back({position, got[1]});
      return order;
    }
    for (const int each : got) {
      close(each);
    }
  }
}

void timeline::go_back(std::size_t index, const std::string& order) {
  std::fflush(nullptr);
  while (moments_.size() > index + 1) {
    forget(moments_.size() - 1);
  }
  const int control = moments_[index].control;
  const bool told = send_descriptors(control, order.size(), {result_, control}) &&
                    send_all(control, order.data(), order.size());
  _exit(told ? 0 : exit_lost);
}

}  // namespace sn::gdb
