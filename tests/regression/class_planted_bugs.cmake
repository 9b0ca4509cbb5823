# Copies of the arbiter with classes with one bug each
# (testbench/alink_class_arbiter/planted_bugs.json), Verilated with 4 ports, 2 iterations and 3
# classes. Assertions are bound, and off unless a test is to see them fail.
include(verilator)
find_package(Python3 REQUIRED COMPONENTS Interpreter)

set(class_rtl ${CMAKE_SOURCE_DIR}/rtl/alink_class_arbiter)
set(plant_bug ${CMAKE_SOURCE_DIR}/testbench/common/plant_bug.py)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
  ${plant_bug}
  ${CMAKE_SOURCE_DIR}/testbench/alink_class_arbiter/planted_bugs.json
  ${class_rtl}/alink_class_arbiter.sv
  ${class_rtl}/alink_class_arbiter_regs.sv)

execute_process(COMMAND ${Python3_EXECUTABLE} ${plant_bug} alink_class_arbiter --list
                OUTPUT_VARIABLE class_bugs OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
string(REPLACE "\n" ";" class_bugs ${class_bugs})

add_library(sn_alink_class_arbiter_with_bugs STATIC)
set(BUG_INCLUDES "")
set(BUG_ENTRIES "")
foreach(bug IN LISTS class_bugs)
  set(directory ${CMAKE_CURRENT_BINARY_DIR}/class_bugs/${bug})
  file(MAKE_DIRECTORY ${directory})
  set(scheduler ${class_rtl}/alink_class_arbiter.sv)
  set(registers ${class_rtl}/alink_class_arbiter_regs.sv)
  if(bug MATCHES "^(counter|write)_")
    set(registers ${directory}/alink_class_arbiter_regs.sv)
    set(copy ${registers})
  else()
    set(scheduler ${directory}/alink_class_arbiter.sv)
    set(copy ${scheduler})
  endif()
  execute_process(COMMAND ${Python3_EXECUTABLE} ${plant_bug} alink_class_arbiter ${bug} ${copy}
                  COMMAND_ERROR_IS_FATAL ANY)
  sn_verilate(sn_alink_class_arbiter_with_bugs
    TOP alink_class_arbiter_top PREFIX valink_class_arbiter_${bug}
    SOURCES ${class_rtl}/lint/waivers.vlt ${class_rtl}/alink_class_arbiter_reg_pkg.sv
            ${scheduler} ${registers} ${class_rtl}/alink_class_arbiter_top.sv
            ${class_rtl}/alink_class_arbiter_sva.sv
    PARAMETERS Ports=4 Iterations=2 Classes=3
    QUICK_BUILD)
  string(APPEND BUG_INCLUDES "#include \"valink_class_arbiter_${bug}.h\"\n")
  string(APPEND BUG_ENTRIES "    {\"${bug}\", make<valink_class_arbiter_${bug}>},\n")
endforeach()
configure_file(class_planted_bugs.cpp.in class_planted_bugs.cpp @ONLY)
