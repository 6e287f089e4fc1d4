# wgctl_unit_test(MODULE LIBRARY…): one line a test program, by library.

wgctl_unit_test(addr net)
wgctl_unit_test(endpoint net)
wgctl_unit_test(prefix net)
wgctl_unit_test(prefixset net)
wgctl_unit_test(key key)
wgctl_unit_test(alloc base)
wgctl_unit_test(arena base)
wgctl_unit_test(buf base)
target_link_options(test_buf PRIVATE -Wl,--wrap=free)
wgctl_unit_test(err base)
wgctl_unit_test(json base)
wgctl_unit_test(num base)
wgctl_unit_test(quote base)
wgctl_unit_test(suggest base)
wgctl_unit_test(utf8 base)

# Oracles that are not ours; each skips where its tools are missing.
function(wgctl_oracle name tool library)
  add_executable(${tool} ${tool}.c)
  target_link_libraries(${tool} PRIVATE ${library})
  add_test(NAME oracle/${name} COMMAND ${ARGN} $<TARGET_FILE:${tool}>)
  set_tests_properties(oracle/${name} PROPERTIES SKIP_RETURN_CODE 77)
endfunction()

wgctl_oracle(prefix prefix_tool net
  ${CMAKE_CURRENT_SOURCE_DIR}/need.sh python3 ${CMAKE_CURRENT_SOURCE_DIR}/oracle_prefix.py)
wgctl_oracle(key key_tool key ${CMAKE_CURRENT_SOURCE_DIR}/oracle_key.sh)

wgctl_unit_test(template render)
target_compile_definitions(test_template PRIVATE
  TEMPLATES_DIR="${CMAKE_SOURCE_DIR}/templates")
wgctl_unit_test(wgconf render)
target_link_options(test_wgconf PRIVATE -Wl,--wrap=free)
wgctl_unit_test(qr render)
target_link_options(test_qr PRIVATE -Wl,--wrap=QRcode_free,--wrap=free)
add_test(NAME unit/embed
  COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/embed.sh
          ${CMAKE_COMMAND} ${CMAKE_C_COMPILER} ${CMAKE_SOURCE_DIR})

wgctl_oracle(wgconf wgconf_tool render
  ${CMAKE_CURRENT_SOURCE_DIR}/need.sh python3 ${CMAKE_CURRENT_SOURCE_DIR}/oracle_wgconf.py)
wgctl_oracle(qr qr_tool render
  ${CMAKE_CURRENT_SOURCE_DIR}/need.sh python3 ${CMAKE_CURRENT_SOURCE_DIR}/oracle_qr.py
  $<TARGET_FILE:wgconf_tool>)
add_test(NAME oracle/device
  COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/oracle_device.sh $<TARGET_FILE:wgconf_tool>)
set_tests_properties(oracle/device PROPERTIES SKIP_RETURN_CODE 77)

wgctl_unit_test(splice site)
wgctl_unit_test(lines site)
wgctl_unit_test(emit site)
wgctl_unit_test(edit site)
target_link_options(test_edit PRIVATE -Wl,--wrap=splice_apply)
wgctl_unit_test(edit_cases site)
target_compile_definitions(test_edit_cases PRIVATE
  EDIT_CASES="${CMAKE_CURRENT_SOURCE_DIR}/edit.cases")

foreach(module tree syntax site load load_node check allocate)
  wgctl_unit_test(${module} site)
endforeach()

wgctl_unit_test(file disk)
wgctl_unit_test(lock disk)
wgctl_unit_test(keystore disk)
wgctl_unit_test(folder disk)
wgctl_unit_test(output disk)

foreach(module opt out prompt report)
  wgctl_unit_test(${module} frame)
endforeach()

foreach(module known_hosts destination connect transport)
  wgctl_unit_test(${module} host)
endforeach()
target_link_options(test_connect PRIVATE -Wl,--wrap=getaddrinfo)

wgctl_unit_test(human frame)
wgctl_unit_test(screen frame)
wgctl_unit_test(status host)
wgctl_unit_test(survey host)

foreach(module topology policy stale)
  wgctl_unit_test(${module} topology)
endforeach()

# The functions of the host program under several shells and awks.
foreach(pair dash:mawk bash:mawk busybox:busybox dash:gawk mksh:original-awk)
  string(REPLACE ":" ";" pair ${pair})
  list(GET pair 0 shell)
  list(GET pair 1 awk)
  add_test(NAME shell/${shell}-${awk}
    COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/shell/run.sh ${CMAKE_SOURCE_DIR}/templates/host
            ${shell} ${awk})
  set_tests_properties(shell/${shell}-${awk} PROPERTIES
    SKIP_RETURN_CODE 77 TIMEOUT 300)
endforeach()

foreach(module nodeconf hostfiles script)
  wgctl_unit_test(${module} render)
endforeach()

foreach(module host_report order crew)
  wgctl_unit_test(${module} host)
endforeach()
target_link_options(test_crew PRIVATE -Wl,--wrap=pthread_create)
wgctl_oracle(shell shell_tool render ${CMAKE_CURRENT_SOURCE_DIR}/oracle_shell.sh)

wgctl_unit_test(arg frame site)
target_sources(test_arg PRIVATE ${CMAKE_SOURCE_DIR}/cmd/arg.c)
