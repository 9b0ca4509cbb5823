# How RTL becomes C++: one rule for every Verilated model of the house.

# sn_verilate(<target> TOP <module> PREFIX <class> SOURCES <files...> [PARAMETERS <name=value>...]
#             [QUICK_BUILD])
#
# Adds the class <class>, made from module <module>, to the library <target>. Loops of more than 8
# rounds stay loops (the RTL is bit-sliced: unrolled, a loop over the rows of a switch outgrows the
# instruction cache); assertions stay on. Models can be saved in snapshots. QUICK_BUILD is for models
# that simulate little: the compiler does not optimise them.
function(sn_verilate target)
  cmake_parse_arguments(ARG "QUICK_BUILD" "TOP;PREFIX" "SOURCES;PARAMETERS" ${ARGN})
  list(TRANSFORM ARG_PARAMETERS PREPEND -G)
  verilate(${target}
    TOP_MODULE ${ARG_TOP}
    PREFIX ${ARG_PREFIX}
    SOURCES ${ARG_SOURCES}
    VERILATOR_ARGS -Wall -O3 --assert --x-assign fast --x-initial fast
                   --unroll-count 8 --savable ${ARG_PARAMETERS})
  # What Verilator writes is not held to our warnings, neither here nor where it is included.
  set_target_properties(${target} PROPERTIES SYSTEM TRUE)

  # Its many files are compiled as two, of what runs in every slot and of what runs once: most of the
  # time goes into headers otherwise.
  get_target_property(all ${target} SOURCES)
  set(often "")
  set(once "")
  foreach(source IN LISTS all)
    if(source MATCHES "/${ARG_PREFIX}\\.dir/.*\\.cpp$")
      set_source_files_properties(${source} PROPERTIES HEADER_FILE_ONLY TRUE)
      if(source MATCHES "__(Slow|Syms)\\.cpp$")
        list(APPEND once ${source})
      else()
        list(APPEND often ${source})
      endif()
    endif()
  endforeach()
  if(ARG_QUICK_BUILD)
    set(optimise_often -O0)
    set(optimise_once -O0)
  else()
    set(optimise_often -O2)
    set(optimise_once -O1)
  endif()
  foreach(part IN ITEMS often once)
    set(merged ${CMAKE_CURRENT_BINARY_DIR}/${ARG_PREFIX}_${part}.cpp)
    list(TRANSFORM ${part} REPLACE "(.+)" "#include \"\\1\"\n" OUTPUT_VARIABLE includes)
    string(REPLACE ";" "" includes "${includes}")
    file(CONFIGURE OUTPUT ${merged} CONTENT "${includes}")
    set_source_files_properties(${merged} PROPERTIES
      COMPILE_OPTIONS ${optimise_${part}} OBJECT_DEPENDS "${${part}}")
    target_sources(${target} PRIVATE ${merged})
  endforeach()
endfunction()
