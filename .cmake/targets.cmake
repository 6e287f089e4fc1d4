# Targets for people: check fmt tidy golden-update coverage package.
include(ProcessorCount)
ProcessorCount(processors)
if(processors EQUAL 0)
  set(processors 1)
endif()

# All targets of a folder and those below it that `all` builds.
function(wgctl_targets folder out)
  get_property(found DIRECTORY ${folder} PROPERTY BUILDSYSTEM_TARGETS)
  get_property(below DIRECTORY ${folder} PROPERTY SUBDIRECTORIES)
  set(kept)
  foreach(target ${found})
    get_target_property(excluded ${target} EXCLUDE_FROM_ALL)
    if(NOT excluded)
      list(APPEND kept ${target})
    endif()
  endforeach()
  foreach(child ${below})
    wgctl_targets(${child} more)
    list(APPEND kept ${more})
  endforeach()
  set(${out} ${kept} PARENT_SCOPE)
endfunction()

wgctl_targets(${PROJECT_SOURCE_DIR} built)
set(ctest ${CMAKE_CTEST_COMMAND} --output-on-failure -j ${processors})

add_custom_target(check COMMAND ${ctest} DEPENDS ${built} USES_TERMINAL)

add_custom_target(golden-update
  COMMAND ${CMAKE_COMMAND} -E env GOLDEN_UPDATE=1 ${ctest} -R ^cli/
  DEPENDS wgctl
  USES_TERMINAL)

# Runs a shell command in the source folder.
function(wgctl_source_target name command)
  add_custom_target(${name}
    COMMAND sh -euc "${command}"
    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
    USES_TERMINAL
    VERBATIM)
endfunction()

wgctl_source_target(fmt
  "find cmd lib tests -name '*.[ch]' -exec clang-format-14 -i {} +")

# Dependencies are built first for the sources and headers that are made.
wgctl_source_target(tidy
  "find cmd lib -name '*.c' -print0 | xargs -0 -n 4 -P ${processors} clang-tidy-14 -p '${PROJECT_BINARY_DIR}' --quiet")
add_dependencies(tidy wgctl)

# A build of its own, since the figures need other flags.
set(coverage ${PROJECT_BINARY_DIR}/coverage)
add_custom_target(coverage
  COMMAND ${CMAKE_COMMAND} -B ${coverage} -DCMAKE_BUILD_TYPE=Debug
    -DCMAKE_C_FLAGS=--coverage
  COMMAND ${CMAKE_COMMAND} --build ${coverage} -j ${processors}
  COMMAND ${ctest} --test-dir ${coverage}
  COMMAND gcovr --root . --filter cmd/ --filter lib/ ${coverage}
  WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
  USES_TERMINAL)

set(CPACK_GENERATOR DEB TGZ)
set(CPACK_PACKAGE_CONTACT "wgctl's maintainers")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_STRIP_FILES ON)
set(CPACK_PROJECT_CONFIG_FILE ${CMAKE_CURRENT_LIST_DIR}/package.cmake)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS openssh-client)
include(CPack)
