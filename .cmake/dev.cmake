# Initial cache of the developer's build: cmake -C .cmake/dev.cmake -B build
set(CMAKE_BUILD_TYPE Debug CACHE STRING "")
set(CMAKE_EXPORT_COMPILE_COMMANDS ON CACHE BOOL "")
set(WGCTL_TESTS ON CACHE BOOL "")
set(WGCTL_WERROR ON CACHE BOOL "")
set(WGCTL_SANITIZE "address,undefined" CACHE STRING "")
