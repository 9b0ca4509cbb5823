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

# The RTL is the algorithm that longest_wait visits, slot for slot: what is found there holds of the RTL.
foreach(ports IN ITEMS 3 4)
  add_test(NAME alink_arbiter.algorithm.${ports}_ports
    COMMAND ${Python3_EXECUTABLE} ${prove} --ports ${ports} --algorithm)
endforeach()
add_test(NAME alink_arbiter.algorithm.refutes_unaccepted_grant_moves_pointer
  COMMAND ${Python3_EXECUTABLE} ${prove} --ports 4 --algorithm --expect refuted
          --bug unaccepted_grant_moves_pointer)

# The safety properties of the arbiter with classes (ports x iterations x classes): searched for from reset,
# and by induction over one slot, which reaches further; and for each property a bug that breaks it.
function(sn_class_proof name shape)
  string(REPLACE "x" ";" numbers ${shape})
  list(GET numbers 0 ports)
  list(GET numbers 1 iterations)
  list(GET numbers 2 classes)
  add_test(NAME alink_class_arbiter.proof.${name}
    COMMAND ${Python3_EXECUTABLE} ${prove} --ports ${ports} --iterations ${iterations}
            --classes ${classes} ${ARGN})
  set_tests_properties(alink_class_arbiter.proof.${name} PROPERTIES TIMEOUT 600)
endfunction()
foreach(shape IN ITEMS 2x1x1 2x2x2 3x1x1)
  sn_class_proof(${shape} ${shape})
endforeach()
foreach(shape IN ITEMS 4x1x1 4x2x2 8x1x1 8x1x2)
  sn_class_proof(${shape} ${shape} --induction)
endforeach()
sn_class_proof(induction_refutes_multicast_partially_lost 4x1x2 --induction
               --bug multicast_partially_lost --expect refuted)
sn_class_proof(induction_refutes_guard_dead 2x1x2 --induction --property 15 --bug guard_dead
               --expect refuted)
sn_class_proof(induction_refutes_champion_not_accepted 2x1x2 --induction --property 15
               --bug champion_not_accepted --expect refuted)
# The bound of the guard is the least: one slot below it is refuted by a run from reset.
sn_class_proof(guard_2_ports_not_6 2x1x1 --limit 2 --guard 6 --expect refuted)
sn_class_proof(guard_2_classes_not_10 2x1x2 --limit 2 --guard 10 --expect refuted)
foreach(case IN ITEMS "1 class_beyond_range 2" "2 ready_ignored 1" "3 double_accept 1"
                      "4 output_starved 1" "5 views_differ 1" "6 grants_survive_reset 1"
                      "7 priority_inverted 2" "8 wheel_stands_still 3" "9 hold_dropped 1"
                      "10 locked_input_free 1" "11 multicast_partially_lost 1"
                      "12 idle_counts_granted 1" "13 changes_between_slots 1" "14 two_turns 1")
  string(REPLACE " " ";" words ${case})
  list(GET words 0 property)
  list(GET words 1 bug)
  list(GET words 2 classes)
  sn_class_proof(refutes_${bug} 2x1x${classes} --property ${property} --bug ${bug} --expect refuted)
endforeach()
