# Firmware images for the controllers of the platform, built with the packaged RISC-V GCC and picolibc.
find_program(RISCV_GCC riscv64-unknown-elf-gcc REQUIRED)

# sn_firmware(<image> XLEN <32|64> SOURCES <files...>)
#
# Builds share/supernode/firmware/<image>.elf (and .map) in the build directory. The images are of
# another machine than the host, so they are built by custom commands; header dependencies are
# tracked.
function(sn_firmware image)
  cmake_parse_arguments(ARG "" "XLEN" "SOURCES" ${ARGN})
  if(ARG_XLEN EQUAL 64)
    set(isa rv64imac)
    set(abi -mabi=lp64 -mcmodel=medany)
  else()
    set(isa rv32imac)
    set(abi -mabi=ilp32 -mcmodel=medany)
  endif()
  # The linker finds the multilib by the plain name; its printf knows no floating point.
  set(library --specs=picolibc.specs -DPICOLIBC_INTEGER_PRINTF_SCANF)
  set(flags -march=${isa}_zicsr_zifencei ${abi} ${library}
      -std=gnu11 -O2 -g -ffreestanding -ffunction-sections -fdata-sections
      -Wall -Wextra -Wshadow -Wconversion -Werror
      -I${CMAKE_SOURCE_DIR} -I${CMAKE_SOURCE_DIR}/firmware
      -ffile-prefix-map=${CMAKE_SOURCE_DIR}/=)

  set(objects)
  foreach(source IN LISTS ARG_SOURCES)
    set(object ${CMAKE_CURRENT_BINARY_DIR}/${image}.objects/${source}.o)
    get_filename_component(folder ${object} DIRECTORY)
    file(MAKE_DIRECTORY ${folder})
    add_custom_command(
      OUTPUT ${object}
      COMMAND ${RISCV_GCC} ${flags} -MMD -MF ${object}.d -MT ${object}
              -c ${CMAKE_CURRENT_SOURCE_DIR}/${source} -o ${object}
      DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${source}
      DEPFILE ${object}.d
      COMMENT "Compiling ${image} firmware: ${source}" VERBATIM)
    list(APPEND objects ${object})
  endforeach()

  set(output ${CMAKE_BINARY_DIR}/share/supernode/firmware)
  file(MAKE_DIRECTORY ${output})
  set(script ${CMAKE_CURRENT_SOURCE_DIR}/hal/image.ld)
  add_custom_command(
    OUTPUT ${output}/${image}.elf
    BYPRODUCTS ${output}/${image}.map
    COMMAND ${RISCV_GCC} -march=${isa} ${abi} ${library} -nostartfiles -T ${script}
            -Wl,--gc-sections -Wl,--fatal-warnings -Wl,-Map=${output}/${image}.map
            ${objects} -o ${output}/${image}.elf
    DEPENDS ${objects} ${script}
    COMMENT "Linking ${image}.elf" VERBATIM)
  add_custom_target(sn_firmware_${image} ALL DEPENDS ${output}/${image}.elf)
endfunction()
