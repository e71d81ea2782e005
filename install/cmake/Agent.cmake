# docker-nixbuild-agent-linux-ARCHITECTURE: our code as one static file that runs on any Linux
# machine. It is made of all modules of src/, and of static archives of their libraries; where one
# of those is missing there is no agent, and a warning.
if(NOT CMAKE_SYSTEM_NAME STREQUAL Linux OR NIXBUILD_SANITIZE)
  return()
endif()

set(agent_archives "")
foreach(library crypto z lzma zstd nghttp2)
  find_library(NIXBUILD_STATIC_${library} NAMES lib${library}.a)
  if(NOT NIXBUILD_STATIC_${library})
    message(WARNING "lib${library}.a was not found, so docker-nixbuild-agent is not built: "
      "other machines can then not be built on from here")
    return()
  endif()
  list(APPEND agent_archives ${NIXBUILD_STATIC_${library}})
endforeach()

string(REGEX REPLACE "^(x86_64|AMD64)$" amd64 agent_architecture ${CMAKE_SYSTEM_PROCESSOR})
string(REGEX REPLACE "^aarch64$" arm64 agent_architecture ${agent_architecture})

get_property(agent_modules GLOBAL PROPERTY NIXBUILD_MODULES)
add_executable(docker-nixbuild-agent agent_main.cpp)
set_target_properties(docker-nixbuild-agent PROPERTIES
  OUTPUT_NAME docker-nixbuild-agent-linux-${agent_architecture})
target_include_directories(docker-nixbuild-agent PRIVATE ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
# The modules are named as files: as targets they would bring their shared libraries along.
add_dependencies(docker-nixbuild-agent ${agent_modules})
list(TRANSFORM agent_modules REPLACE "(.+)" "$<TARGET_FILE:\\1>")
# A warning of the linker is about a function that needs the machine's own shared libraries at run
# time (getaddrinfo, getpwuid, dlopen): the agent must do without.
target_link_options(docker-nixbuild-agent PRIVATE
  -static -Wl,--gc-sections -Wl,--fatal-warnings $<$<CONFIG:Release>:-s>)
target_link_libraries(docker-nixbuild-agent PRIVATE nixbuild_settings
  -Wl,--start-group ${agent_modules} -Wl,--end-group
  Boost::json Boost::container re2 ${agent_archives} Threads::Threads)
set_property(TARGET docker-nixbuild-agent APPEND PROPERTY LINK_DEPENDS ${agent_modules})
install(TARGETS docker-nixbuild-agent DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/docker/lib/docker-nixbuild)
