# Boost is linked statically: the plugin is started by `docker` in places where the libraries of
# the build machine are not (another distribution, a guest), and a plugin that cannot be loaded
# is reported only as "unknown command".
set(Boost_USE_STATIC_LIBS ON)
find_package(Boost 1.81 REQUIRED COMPONENTS json container)
if(NIXBUILD_TESTS)
  find_package(Boost 1.81 REQUIRED COMPONENTS unit_test_framework)
endif()
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
if(NIXBUILD_CLIENT)
  find_package(CURL 7.88 REQUIRED)
endif()
find_package(ZLIB REQUIRED)
find_package(LibLZMA REQUIRED)
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(NGHTTP2 REQUIRED IMPORTED_TARGET libnghttp2)
# RE2 is linked statically like Boost, and for the same reason.
pkg_check_modules(RE2 REQUIRED re2)
find_library(RE2_ARCHIVE NAMES libre2.a re2 HINTS ${RE2_LIBRARY_DIRS} REQUIRED)
add_library(re2 INTERFACE IMPORTED)
target_include_directories(re2 INTERFACE ${RE2_INCLUDE_DIRS})
target_link_libraries(re2 INTERFACE ${RE2_ARCHIVE} Threads::Threads)
