// Names for files that a test makes.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <string>

namespace sn {

/// A path that no other test uses, not even the same one of another build: tests run side by side.
inline std::string scratch_path(const std::string& suffix) {
  const testing::TestInfo* test = testing::UnitTest::GetInstance()->current_test_info();
  std::string name = std::string(test->test_suite_name()) + "_" + test->name();
  std::replace(name.begin(), name.end(), '/', '_');  // of tests with parameters
  return testing::TempDir() + "sn_" + name + "_" + std::to_string(getpid()) + suffix;
}

}  // namespace sn
