# Compiler settings of our own code: every own target links nixbuild_settings.

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

add_library(nixbuild_settings INTERFACE)
target_include_directories(nixbuild_settings INTERFACE ${PROJECT_SOURCE_DIR}/src)
target_compile_options(nixbuild_settings INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual
  -Wno-missing-field-initializers # a designated initializer leaves the rest at its default
  # g++ 12 sees an overlap in "text" + string that is not there (GCC bug 105329)
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-restrict>
  $<$<BOOL:${NIXBUILD_WERROR}>:-Werror>)
target_compile_definitions(nixbuild_settings INTERFACE
  $<$<NOT:$<CONFIG:Release>>:_GLIBCXX_ASSERTIONS>)

if(NIXBUILD_SANITIZE)
  target_compile_options(nixbuild_settings INTERFACE
    -fsanitize=${NIXBUILD_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(nixbuild_settings INTERFACE -fsanitize=${NIXBUILD_SANITIZE})
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  # What one checkout compiled serves the others, wherever they lie.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
    CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${CCACHE_PROGRAM})
endif()
