# Checks of the sources themselves.
find_program(CLANG_FORMAT clang-format-19)
find_program(CLANG_TIDY clang-tidy-19)
find_program(RUN_CLANG_TIDY run-clang-tidy-19)
find_package(Python3 REQUIRED COMPONENTS Interpreter)

add_test(NAME style.includes
  COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/architecture/check_includes.py ${PROJECT_SOURCE_DIR})
add_test(NAME style.format
  COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/architecture/check_format ${CLANG_FORMAT})
add_test(NAME style.tidy
  COMMAND ${RUN_CLANG_TIDY} -quiet -clang-tidy-binary ${CLANG_TIDY} -p ${CMAKE_BINARY_DIR}
          -extra-arg=-Wno-unknown-warning-option -warnings-as-errors=* -j 2 "${PROJECT_SOURCE_DIR}/(src|plugin)/.*")
set_tests_properties(style.includes style.format style.tidy PROPERTIES LABELS style)
set_tests_properties(style.tidy PROPERTIES TIMEOUT 1800 PROCESSORS 2)
