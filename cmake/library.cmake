# Warnings, sanitizers and the one way a library of the house is declared.
option(SN_SANITIZE "Build with AddressSanitizer and UndefinedBehaviorSanitizer" OFF)

option(SN_FUZZ "Build the fuzzers of tests/fuzz, with the sanitizers (Clang only)" OFF)

add_library(sn_options INTERFACE)
target_compile_options(sn_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Werror)
if(CMAKE_UNITY_BUILD)
  # Several files as one: what one names for itself the others see.
  target_compile_options(sn_options INTERFACE -Wno-shadow -Wno-subobject-linkage)
endif()
if(SN_SANITIZE)
  # -O1: at -O2 GCC 12 reports false positives of -Wmaybe-uninitialized inside its own headers.
  target_compile_options(sn_options INTERFACE -O1
    -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(sn_options INTERFACE -fsanitize=address,undefined)
endif()

if(SN_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "SN_FUZZ needs Clang: cmake --preset fuzz")
  endif()
  target_compile_options(sn_options INTERFACE -O1 -g
    -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all)
  target_link_options(sn_options INTERFACE -fsanitize=address,undefined)
endif()

# sn_library(<folder> SOURCES <files...> [LINKS <targets...>] [PRIVATE_LINKS <targets...>])
#
# Declares sn_<folder> from the files of tlm/<folder>. Headers are included as "<folder>/<file>.h".
# A library may link only what lies below it in the list of floors of the top CMakeLists.txt:
# a folder that is not yet declared when it is named here is an error, which is what keeps the floors.
function(sn_library folder)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS;PRIVATE_LINKS" ${ARGN})
  foreach(link IN LISTS ARG_LINKS ARG_PRIVATE_LINKS)
    if(link MATCHES "^sn_" AND NOT TARGET ${link})
      message(FATAL_ERROR "sn_${folder} links ${link}, which does not lie below it")
    endif()
  endforeach()
  add_library(sn_${folder} STATIC ${ARG_SOURCES})
  target_include_directories(sn_${folder} PUBLIC ${CMAKE_SOURCE_DIR}/tlm)
  target_link_libraries(sn_${folder} PUBLIC ${ARG_LINKS} PRIVATE sn_options ${ARG_PRIVATE_LINKS})
endfunction()
