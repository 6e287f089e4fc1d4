# Warnings, sanitizers and hardening, each probed once.
include(CheckCCompilerFlag)
include(CheckLinkerFlag)
include(CheckPIESupported)

check_pie_supported(LANGUAGES C)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

function(wgctl_flag flag)
  string(MAKE_C_IDENTIFIER "HAVE${flag}" name)
  check_c_compiler_flag(${flag} ${name})
  if(${name})
    add_compile_options(${flag})
  endif()
endfunction()

function(wgctl_link_flag flag)
  string(MAKE_C_IDENTIFIER "HAVE_LINK${flag}" name)
  check_linker_flag(C ${flag} ${name})
  if(${name})
    add_link_options(${flag})
  endif()
endfunction()

foreach(flag -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes
        -Wpointer-arith -Wwrite-strings -Wvla -Wformat=2 -Wundef -Wimplicit-fallthrough
        -Wno-missing-field-initializers)
  wgctl_flag(${flag})
endforeach()
if(WGCTL_WERROR)
  add_compile_options(-Werror)
endif()

# gcc takes the last map that fits, so the build folder, which may lie inside the
# source folder, comes last.
wgctl_flag(-ffile-prefix-map=${CMAKE_SOURCE_DIR}=.)
wgctl_flag(-ffile-prefix-map=${CMAKE_BINARY_DIR}=build)

if(WGCTL_SANITIZE)
  add_compile_options(-fsanitize=${WGCTL_SANITIZE} -fno-sanitize-recover=all
                      -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${WGCTL_SANITIZE})
else()
  foreach(flag -fstack-protector-strong -fstack-clash-protection -fcf-protection
          -ftrivial-auto-var-init=zero)
    wgctl_flag(${flag})
  endforeach()
  foreach(flag -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack)
    wgctl_link_flag(${flag})
  endforeach()
  if(NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
    add_compile_options(-U_FORTIFY_SOURCE)
    check_c_compiler_flag(-D_FORTIFY_SOURCE=3 HAVE_FORTIFY_3)
    add_compile_options(-D_FORTIFY_SOURCE=$<IF:$<BOOL:${HAVE_FORTIFY_3}>,3,2>)
  endif()
endif()
