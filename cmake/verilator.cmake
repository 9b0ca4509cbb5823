# How RTL becomes C++: one rule for every Verilated model of the house.

# sn_verilate(<target> TOP <module> PREFIX <class> SOURCES <files...> [PARAMETERS <name=value>...])
#
# Adds the class <class>, made from module <module>, to the library <target>. Loops of more than 8
# rounds stay loops (the RTL is bit-sliced: unrolled, a loop over the rows of a switch outgrows the
# instruction cache); assertions stay on. Models can be saved in snapshots.
function(sn_verilate target)
  cmake_parse_arguments(ARG "" "TOP;PREFIX" "SOURCES;PARAMETERS" ${ARGN})
  list(TRANSFORM ARG_PARAMETERS PREPEND -G)
  verilate(${target}
    TOP_MODULE ${ARG_TOP}
    PREFIX ${ARG_PREFIX}
    SOURCES ${ARG_SOURCES}
    OPT_FAST -O2
    OPT_SLOW -O1
    VERILATOR_ARGS -Wall -O3 --assert --x-assign fast --x-initial fast
                   --unroll-count 8 --savable ${ARG_PARAMETERS})
  # What Verilator writes is not held to our warnings, neither here nor where it is included.
  set_target_properties(${target} PROPERTIES SYSTEM TRUE)
endfunction()
