# The rules of the house that a machine can check.
set(flags)
foreach(library SSH SODIUM YAML QRENCODE PNG)
  list(APPEND flags ${${library}_CFLAGS})
endforeach()

function(wgctl_house name)
  add_test(NAME house/${name} COMMAND ${ARGN})
  set_tests_properties(house/${name} PROPERTIES SKIP_RETURN_CODE 77)
endfunction()

set(here ${CMAKE_CURRENT_LIST_DIR})
wgctl_house(layers ${here}/layers.sh ${PROJECT_SOURCE_DIR} ${CMAKE_C_COMPILER} ${flags})
wgctl_house(layers-faults ${here}/layers_faults.sh ${here}/layers.sh ${CMAKE_C_COMPILER})
wgctl_house(shellcheck ${here}/shellcheck.sh ${PROJECT_SOURCE_DIR})
wgctl_house(format ${here}/format.sh ${PROJECT_SOURCE_DIR})
wgctl_house(help ${here}/help.sh $<TARGET_FILE:wgctl> ${PROJECT_SOURCE_DIR})
wgctl_house(readme ${here}/readme.sh $<TARGET_FILE:wgctl> ${PROJECT_SOURCE_DIR})
