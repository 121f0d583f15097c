# What the consumer scripts share. Each gets SOURCE (weir's tree), BUILD (weir's build), SCRATCH (a folder of the test's own),
# GENERATOR, COMPILER.
cmake_minimum_required(VERSION 3.25)

# A consumer has flags of its own; these tests look for ours.
unset(ENV{CXXFLAGS})

# run(<what> <command>...): fails with the output unless it exits with 0; the output is in ${output}.
function(run what)
  execute_process(COMMAND ${ARGN} OUTPUT_VARIABLE text ERROR_VARIABLE text RESULT_VARIABLE code)
  if(NOT code EQUAL 0)
    message(FATAL_ERROR "${what}: exit code ${code}:\n${text}")
  endif()
  set(output "${text}" PARENT_SCOPE)
endfunction()

# make_weir(<folder> <option>...): a build of weir alone, portable.
function(make_weir folder)
  run("configure weir" ${CMAKE_COMMAND} -S ${SOURCE} -B ${folder} -G ${GENERATOR} -DCMAKE_CXX_COMPILER=${COMPILER}
    -DWEIR_TESTS=OFF -DWEIR_EXAMPLES=OFF -DWEIR_CUDA=OFF ${ARGN})
  run("build weir" ${CMAKE_COMMAND} --build ${folder})
endfunction()

# install_weir(<build> <prefix>): installs, then moves the result: an installed tree may lie anywhere.
function(install_weir build prefix)
  file(REMOVE_RECURSE ${prefix} ${prefix}-first)
  run("install" ${CMAKE_COMMAND} --install ${build} --prefix ${prefix}-first)
  file(RENAME ${prefix}-first ${prefix})
  set(output "${output}" PARENT_SCOPE)
endfunction()

# learned(<how>): the program's output says so.
function(learned how)
  string(STRIP "${output}" output)
  if(NOT output STREQUAL "0 1 1 0")
    message(FATAL_ERROR "${how}: the program printed: got ${output}, expected 0 1 1 0")
  endif()
endfunction()

# consume(<how> <project> <option>...): configures, builds and runs a project whose program is examples/embed/main.cpp.
function(consume how project)
  configure_consumer(${how} ${project} ${ARGN})
  run("${how}: build" ${CMAKE_COMMAND} --build ${SCRATCH}/${how})
  run("${how}: run" ${SCRATCH}/${how}/embed)
  learned(${how})
endfunction()

# configure_consumer(<how> <project> <option>...): into SCRATCH/<how>, and looks at the flags with which it would build.
function(configure_consumer how project)
  set(folder ${SCRATCH}/${how})
  file(REMOVE_RECURSE ${folder})
  run("${how}: configure" ${CMAKE_COMMAND} -S ${project} -B ${folder} -G ${GENERATOR}
    -DCMAKE_CXX_COMPILER=${COMPILER} -DCMAKE_EXPORT_COMPILE_COMMANDS=ON ${ARGN})
  check_flags(${how} ${folder}/compile_commands.json)
endfunction()

# check_flags(<how> <compile_commands.json>): none of weir's flags reaches the consumer, and weir itself is built portable.
function(check_flags how commands)
  file(READ ${commands} json)
  string(JSON count LENGTH "${json}")
  math(EXPR last "${count} - 1")
  foreach(i RANGE ${last})
    string(JSON file GET "${json}" ${i} file)
    string(JSON command GET "${json}" ${i} command)
    if(command MATCHES " -march=[^ ]*")
      message(FATAL_ERROR "${how}: ${file} is compiled with${CMAKE_MATCH_0}, so the program may not run elsewhere.")
    endif()
    if(file MATCHES "/embed/main.cpp$")
      separate_arguments(words UNIX_COMMAND "${command}")
      list(FILTER words INCLUDE REGEX "^-")
      list(FILTER words EXCLUDE REGEX "^(-I.*|-isystem|-std=.*|-o|-c|-O3|-DNDEBUG|-ffast-math)$")
      if(words)
        message(FATAL_ERROR "${how}: flags of weir's reach the consumer: ${words}")
      endif()
    endif()
  endforeach()
endfunction()

# consume_pkg_config(<prefix> <option>...): compiles and runs with nothing but a compiler and pkg-config.
function(consume_pkg_config prefix)
  file(MAKE_DIRECTORY ${SCRATCH})
  file(GLOB_RECURSE pc ${prefix}/*/weir.pc)
  cmake_path(GET pc PARENT_PATH folder)
  set(ENV{PKG_CONFIG_PATH} ${folder})
  run("pkg-config" ${PKG_CONFIG} ${ARGN} --cflags --libs weir)
  separate_arguments(flags UNIX_COMMAND "${output}")
  run("pkg-config: build" ${COMPILER} -std=c++20 ${SOURCE}/examples/embed/main.cpp -o ${SCRATCH}/embed ${flags})
  run("pkg-config: libdir" ${PKG_CONFIG} --variable=libdir weir)
  string(STRIP "${output}" libdir)
  run("pkg-config: run" ${CMAKE_COMMAND} -E env LD_LIBRARY_PATH=${libdir} ${SCRATCH}/embed)
  learned("pkg-config")
endfunction()
