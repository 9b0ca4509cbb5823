# Copies of alink_arbiter.sv with one bug each (testbench/alink_arbiter/planted_bugs.json), Verilated
# for planted_bug_test.cpp.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
include(verilator)

set(plant_bug ${CMAKE_SOURCE_DIR}/testbench/common/plant_bug.py)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
  ${plant_bug}
  ${CMAKE_SOURCE_DIR}/testbench/alink_arbiter/planted_bugs.json
  ${CMAKE_SOURCE_DIR}/rtl/alink_arbiter/alink_arbiter.sv)

add_library(sn_alink_arbiter_with_bugs STATIC)
foreach(bug IN ITEMS unaccepted_grant_moves_pointer ready_ignored rotation_off_by_one
                     later_iteration_moves_pointer reset_incomplete double_accept output_starved
                     grants_survive_reset index_off_by_one)
  set(copy ${CMAKE_CURRENT_BINARY_DIR}/${bug}/alink_arbiter.sv)
  file(MAKE_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/${bug})
  execute_process(COMMAND ${Python3_EXECUTABLE} ${plant_bug} alink_arbiter ${bug} ${copy}
                  COMMAND_ERROR_IS_FATAL ANY)
  sn_verilate(sn_alink_arbiter_with_bugs
    TOP alink_arbiter PREFIX valink_arbiter_${bug}
    SOURCES ${copy} ${CMAKE_SOURCE_DIR}/rtl/alink_arbiter/alink_arbiter_sva.sv PARAMETERS Ports=16 Iterations=2
    QUICK_BUILD)
endforeach()
