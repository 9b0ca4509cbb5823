// Where the debugger's server listens.
#include "gdb/tcp.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace sn::gdb {
namespace {

TEST(tcp, a_port_alone_is_on_loopback) {
  EXPECT_EQ(parse_address("1234").host, "127.0.0.1");
  EXPECT_EQ(parse_address("1234").port, 1234);
  EXPECT_EQ(parse_address(":1234").host, "127.0.0.1");
  EXPECT_EQ(parse_address("localhost:1234").host, "127.0.0.1");
}

TEST(tcp, a_host_may_be_given) {
  EXPECT_EQ(parse_address("0.0.0.0:65535").host, "0.0.0.0");
  EXPECT_EQ(parse_address("0.0.0.0:65535").port, 65'535);
}

TEST(tcp, anything_else_is_refused) {
  for (const char* text : {"", ":", "gdb", "65536", "-1", "12 34", "127.0.0.1:", "host:1234",
                           "1.2.3:1", "99999999999999999999"}) {
    EXPECT_THROW(parse_address(text), base::configuration_error) << text;
  }
}

TEST(tcp, a_port_in_use_is_refused) {
  const tcp_server first({"127.0.0.1", 0});
  EXPECT_NE(first.port(), 0);
  EXPECT_THROW(tcp_server({"127.0.0.1", first.port()}), base::configuration_error);
}

}  // namespace
}  // namespace sn::gdb
