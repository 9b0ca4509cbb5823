# alink_arbiter.sv with its assertions is clean under Verilator's lint at its smallest, usual and largest shapes, and an
# illegal parameter stops elaboration. The expected outcome of every shape is its last word.
foreach(shape IN ITEMS "1 1 clean" "2 4 clean" "5 3 clean" "64 1 clean" "128 1 clean"
                       "0 1 error" "129 1 error" "4 0 error" "4 5 error")
  string(REPLACE " " ";" shape ${shape})
  list(GET shape 0 ports)
  list(GET shape 1 iterations)
  list(GET shape 2 expected)
  execute_process(
    COMMAND ${VERILATOR} --lint-only -Wall --assert --unroll-count 8
            -GPorts=${ports} -GIterations=${iterations}
            ${RTL}/lint/waivers.vlt ${RTL}/alink_arbiter.sv ${RTL}/alink_arbiter_sva.sv
            --top-module alink_arbiter
    RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(expected STREQUAL "clean" AND NOT (result EQUAL 0 AND output STREQUAL ""))
    message(FATAL_ERROR "lint at ${ports} ports, ${iterations} iterations:\n${output}")
  endif()
  if(expected STREQUAL "error" AND result EQUAL 0)
    message(FATAL_ERROR "${ports} ports, ${iterations} iterations were accepted")
  endif()
endforeach()
