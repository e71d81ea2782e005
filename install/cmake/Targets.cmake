# nixbuild_library(NAME SOURCES a.cpp… [USES modules…] [LINKS libraries…])
# One static library per folder of src/: a module can only use what it names, and the linker
# refuses the rest.
function(nixbuild_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;USES;LINKS")
  add_library(nixbuild_${name} STATIC ${arg_SOURCES})
  list(TRANSFORM arg_USES PREPEND nixbuild_)
  target_link_libraries(nixbuild_${name} PUBLIC nixbuild_settings ${arg_USES} PRIVATE ${arg_LINKS})
  set_property(GLOBAL APPEND PROPERTY NIXBUILD_MODULES nixbuild_${name})
endfunction()

# nixbuild_test(NAME SOURCES a_test.cpp… [USES modules…] [LINKS libraries…])
# One executable and one ctest entry per module, named unit.NAME.
function(nixbuild_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;USES;LINKS")
  add_executable(test_${name} ${arg_SOURCES} ${PROJECT_SOURCE_DIR}/tests/main.cpp)
  list(TRANSFORM arg_USES PREPEND nixbuild_)
  target_include_directories(test_${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  set_source_files_properties(${PROJECT_SOURCE_DIR}/tests/main.cpp PROPERTIES
    COMPILE_DEFINITIONS NIXBUILD_SOURCES="${PROJECT_SOURCE_DIR}")
  target_link_libraries(test_${name} PRIVATE
    nixbuild_settings nixbuild_${name} ${arg_USES} ${arg_LINKS} Boost::unit_test_framework)
  add_test(NAME unit.${name} COMMAND test_${name} --log_level=test_suite)
  set_tests_properties(unit.${name} PROPERTIES LABELS unit TIMEOUT 300)
endfunction()
