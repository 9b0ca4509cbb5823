# What tests of devices share: a fabric, and a program for the controllers of devices under test
# (<binary dir>/device_firmware/claim_log_32.elf and claim_log_64.elf).
include_guard(GLOBAL)
find_program(RISCV_GCC riscv64-unknown-elf-gcc REQUIRED)
set(device_firmware_dir ${CMAKE_BINARY_DIR}/device_firmware)
file(MAKE_DIRECTORY ${device_firmware_dir})
set(claim_log_source ${CMAKE_CURRENT_LIST_DIR}/claim_log.S)
foreach(shape IN ITEMS "32;ilp32" "64;lp64")
  list(GET shape 0 xlen)
  list(GET shape 1 abi)
  set(elf ${device_firmware_dir}/claim_log_${xlen}.elf)
  add_custom_command(OUTPUT ${elf}
    COMMAND ${RISCV_GCC} -march=rv${xlen}imac_zicsr -mabi=${abi} -nostdlib -Wl,-n -Ttext=0x80000000
            -o ${elf} ${claim_log_source}
    DEPENDS ${claim_log_source} VERBATIM)
  list(APPEND device_firmware ${elf})
endforeach()
add_custom_target(device_firmware DEPENDS ${device_firmware})

# device_test(<name> ...): sn_test() of a device; headers of this folder are included by their name.
function(device_test name)
  sn_test(${name} ${ARGN})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests/device_bench)
  target_compile_definitions(${name} PRIVATE SN_DEVICE_FIRMWARE="${CMAKE_BINARY_DIR}/device_firmware")
  add_dependencies(${name} device_firmware)
endfunction()
