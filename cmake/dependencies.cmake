# Everything the project takes from the system, found once and by name; scripts/setup installs it.
find_package(PkgConfig REQUIRED)
pkg_check_modules(SYSTEMC REQUIRED IMPORTED_TARGET systemc)
find_library(FDT_LIBRARY fdt REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(GTest REQUIRED)
find_package(benchmark REQUIRED)
find_package(verilator REQUIRED)
find_package(ZLIB REQUIRED)

# SystemC as one target: its headers are the system's, so our warnings do not apply to them.
add_library(sn_systemc INTERFACE)
target_link_libraries(sn_systemc INTERFACE PkgConfig::SYSTEMC)

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE})
endif()
