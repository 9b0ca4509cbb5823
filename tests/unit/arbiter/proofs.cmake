# Proofs of alink_arbiter's safety properties, and for each property a planted bug that breaks it: a
# proof that cannot fail would say nothing.
set(prove ${CMAKE_SOURCE_DIR}/rtl/alink_arbiter/formal/prove.py)

foreach(shape IN ITEMS 1x1 2x2 3x1 4x1 4x2 4x4 5x1 8x1 8x2)
  string(REPLACE "x" ";" numbers ${shape})
  list(GET numbers 0 ports)
  list(GET numbers 1 iterations)
  add_test(NAME alink_arbiter.proof.${shape}
    COMMAND ${Python3_EXECUTABLE} ${prove} --ports ${ports} --iterations ${iterations})
endforeach()

function(sn_refutation property bug)
  add_test(NAME alink_arbiter.proof.refutes_${bug}
    COMMAND ${Python3_EXECUTABLE} ${prove} --property ${property} --bug ${bug} --expect refuted
            ${ARGN})
endfunction()

sn_refutation(1 index_off_by_one --ports 5)
sn_refutation(2 ready_ignored)
sn_refutation(3 double_accept)
sn_refutation(4 output_starved)
sn_refutation(5 iteration_lost --iterations 4)
sn_refutation(6 grants_survive_reset)

# The longest wait of a request that stays until it is granted: proved, and refuted one slot below. A
# pointer that moves without an accepted grant starves requests of 3 ports.
foreach(case IN ITEMS 2x3x2 3x10x9)
  string(REPLACE "x" ";" numbers ${case})
  list(GET numbers 0 ports)
  list(GET numbers 1 wait)
  list(GET numbers 2 below)
  add_test(NAME alink_arbiter.wait.${ports}_ports_at_most_${wait}
    COMMAND ${Python3_EXECUTABLE} ${prove} --ports ${ports} --wait ${wait})
  add_test(NAME alink_arbiter.wait.${ports}_ports_not_${below}
    COMMAND ${Python3_EXECUTABLE} ${prove} --ports ${ports} --wait ${below} --expect refuted)
endforeach()
add_test(NAME alink_arbiter.wait.refutes_unaccepted_grant_moves_pointer
  COMMAND ${Python3_EXECUTABLE} ${prove} --ports 3 --wait 100 --expect refuted
          --bug unaccepted_grant_moves_pointer)

# The safety properties of the arbiter with classes (ports x iterations x classes), and bugs that break
# one of them each.
foreach(shape IN ITEMS 2x1x1 2x2x2 3x1x1)
  string(REPLACE "x" ";" numbers ${shape})
  list(GET numbers 0 ports)
  list(GET numbers 1 iterations)
  list(GET numbers 2 classes)
  add_test(NAME alink_class_arbiter.proof.${shape}
    COMMAND ${Python3_EXECUTABLE} ${prove} --ports ${ports} --iterations ${iterations}
            --classes ${classes})
  set_tests_properties(alink_class_arbiter.proof.${shape} PROPERTIES LABELS long TIMEOUT 600)
endforeach()
foreach(case IN ITEMS "11 multicast_partially_lost" "9 hold_dropped")
  string(REPLACE " " ";" words ${case})
  list(GET words 0 property)
  list(GET words 1 bug)
  add_test(NAME alink_class_arbiter.proof.refutes_${bug}
    COMMAND ${Python3_EXECUTABLE} ${prove} --ports 2 --classes 1 --property ${property} --bug ${bug}
            --expect refuted)
  set_tests_properties(alink_class_arbiter.proof.refutes_${bug} PROPERTIES LABELS long TIMEOUT 600)
endforeach()
