# Checks of the sources themselves.
find_program(CLANG_FORMAT clang-format-19)
find_program(CLANG_TIDY clang-tidy-19)
find_package(Python3 REQUIRED COMPONENTS Interpreter)

add_test(NAME style.includes
  COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/architecture/check_includes.py ${PROJECT_SOURCE_DIR})
add_test(NAME style.format
  COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/architecture/check_format ${CLANG_FORMAT})
add_test(NAME style.tidy
  COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/architecture/check_tidy.py ${CMAKE_BINARY_DIR}
          ${CLANG_TIDY})
set_tests_properties(style.includes style.format style.tidy PROPERTIES LABELS style)
set_tests_properties(style.tidy PROPERTIES TIMEOUT 3000 PROCESSORS 2)
