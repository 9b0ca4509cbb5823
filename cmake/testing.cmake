# The one way a test or a benchmark program is declared.
enable_testing()
include(GoogleTest)

# sn_test(<name> SOURCES <files...> LINKS <targets...> [DATA <dir>] [TIMEOUT <seconds>])
#
# A GoogleTest program. Every test runs in a process of its own (SystemC elaborates once per process).
# A test that uses SystemC links sn_systemc and gets its main from tests/systemc_main.cpp.
function(sn_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;LINKS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  # What a test does itself is little: not optimised it compiles in half the time.
  set_source_files_properties(${ARG_SOURCES} PROPERTIES COMPILE_OPTIONS -O0)
  set(main GTest::gtest_main)
  if(sn_systemc IN_LIST ARG_LINKS)
    target_sources(${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests/systemc_main.cpp)
    set(main GTest::gtest)
  endif()
  target_link_libraries(${name} PRIVATE sn_options ${ARG_LINKS} ${main} GTest::gmock)
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/tlm ${CMAKE_SOURCE_DIR}/tests)
  target_compile_definitions(${name} PRIVATE SN_SOURCE_DIR="${CMAKE_SOURCE_DIR}"
                                             SN_BINARY_DIR="${CMAKE_BINARY_DIR}")
  gtest_discover_tests(${name} TEST_PREFIX ${name}. DISCOVERY_TIMEOUT 60
                       PROPERTIES TIMEOUT ${ARG_TIMEOUT})
endfunction()

# sn_benchmark(<name> SOURCES <files...> LINKS <targets...>): a Google Benchmark program.
function(sn_benchmark name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE sn_options ${ARG_LINKS} benchmark::benchmark)
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/tlm)
endfunction()
