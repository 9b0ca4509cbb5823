# Everything the project takes from the system, found once and by name; scripts/setup installs it.
find_package(PkgConfig REQUIRED)
pkg_check_modules(SYSTEMC REQUIRED IMPORTED_TARGET systemc)
find_library(FDT_LIBRARY fdt REQUIRED)
find_library(DW_LIBRARY dw REQUIRED)
find_library(ELF_LIBRARY elf REQUIRED)
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

# LLVM's disassembler of RISC-V and what it needs; the shared library of all of LLVM would delay
# every start of the command.
set(LLVM_ROOT /usr/lib/llvm-14)
find_path(LLVM_INCLUDE llvm-c/Disassembler.h PATHS ${LLVM_ROOT}/include REQUIRED NO_DEFAULT_PATH)
add_library(sn_disassembler INTERFACE)
target_include_directories(sn_disassembler SYSTEM INTERFACE ${LLVM_INCLUDE})
foreach(part IN ITEMS RISCVDisassembler RISCVDesc RISCVInfo MCDisassembler MC DebugInfoCodeView
                      BinaryFormat Support Demangle)
  find_library(LLVM_${part} LLVM${part} PATHS ${LLVM_ROOT}/lib REQUIRED NO_DEFAULT_PATH)
  target_link_libraries(sn_disassembler INTERFACE ${LLVM_${part}})
endforeach()
target_link_libraries(sn_disassembler INTERFACE ZLIB::ZLIB tinfo)

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE})
endif()
