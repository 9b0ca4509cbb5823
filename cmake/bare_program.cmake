# Programs for the hart that need no firmware library: test cases and benchmarks.
find_program(RISCV_GCC riscv64-unknown-elf-gcc REQUIRED)

# sn_bare_program(<elf> XLEN <32|64> SCRIPT <linker script> SOURCES <files...> [DEPENDS <files...>])
#
# Builds the file <elf> (a full path) from assembly and C, at -O2, without start files or libraries.
function(sn_bare_program elf)
  cmake_parse_arguments(ARG "" "XLEN;SCRIPT" "SOURCES;DEPENDS" ${ARGN})
  set(abi ilp32)
  if(ARG_XLEN EQUAL 64)
    set(abi lp64)
  endif()
  get_filename_component(folder ${elf} DIRECTORY)
  get_filename_component(file ${elf} NAME)
  file(MAKE_DIRECTORY ${folder})
  add_custom_command(OUTPUT ${elf}
    COMMAND ${RISCV_GCC} --specs=picolibc.specs -march=rv${ARG_XLEN}imac_zicsr_zifencei -mabi=${abi}
            -mcmodel=medany -O2 -ffreestanding -nostdlib -nostartfiles
            -Wl,--no-warn-rwx-segments -Wall -Wextra -Werror -T ${ARG_SCRIPT} -o ${elf}
            ${ARG_SOURCES}
    DEPENDS ${ARG_SOURCES} ${ARG_SCRIPT} ${ARG_DEPENDS}
    COMMENT "Building ${file}" VERBATIM)
endfunction()
