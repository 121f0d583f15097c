# data/fetch_mnist.cmake on a mirror that has the real files, made from $WEIR_DATA_DIR/mnist.
include(${CMAKE_CURRENT_LIST_DIR}/fetch.cmake)

set(real "$ENV{WEIR_DATA_DIR}/mnist")
file(MAKE_DIRECTORY ${WORK}/mirror ${WORK}/half)
foreach(name ${names})
  string(REPLACE "-idx" ".idx" dotted ${name})
  if(EXISTS ${real}/${name}.gz)
    file(COPY_FILE ${real}/${name}.gz ${WORK}/mirror/${name}.gz)
  elseif(EXISTS ${real}/${name})
    execute_process(COMMAND ${gzip} -c ${real}/${name} OUTPUT_FILE ${WORK}/mirror/${name}.gz COMMAND_ERROR_IS_FATAL ANY)
  else()
    message("SKIPPED: WEIR_DATA_DIR names no folder with mnist/${name} in it")
    return()
  endif()
endforeach()

# From the second mirror when the first is gone.
run(${WORK}/a ${WORK}/gone ${WORK}/mirror)
expect_code(0)
expect_said("MNIST is in ${WORK}/a now.")
expect_files(${WORK}/a ${names})
file(SHA256 ${WORK}/a/t10k-labels-idx1-ubyte sum)
if(NOT sum STREQUAL ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2)
  message(FATAL_ERROR "t10k-labels-idx1-ubyte has the SHA-256 ${sum}")
endif()

# There already: nothing is fetched.
run(${WORK}/a ${WORK}/gone)
expect_code(0)
expect_said("MNIST is in ${WORK}/a already.")

# A file that was damaged is fetched again, and only that one.
file(APPEND ${WORK}/a/train-labels-idx1-ubyte "!")
run(${WORK}/a ${WORK}/mirror)
expect_code(0)
expect_said("Downloading train-labels-idx1-ubyte from file://${WORK}/mirror ... MNIST is in ${WORK}/a now.")
if(said MATCHES "Downloading .*Downloading ")
  message(FATAL_ERROR "fetched more than the damaged file: ${said}")
endif()

# What one mirror has stays, and a second run goes on with the rest.
file(COPY ${WORK}/mirror/train-images-idx3-ubyte.gz DESTINATION ${WORK}/half)
run(${WORK}/b ${WORK}/half)
expect_code(1)
expect_files(${WORK}/b train-images-idx3-ubyte)
run(${WORK}/b ${WORK}/half ${WORK}/mirror)
expect_code(0)
expect_files(${WORK}/b ${names})

# A file that is cut off.
file(MAKE_DIRECTORY ${WORK}/cut)
execute_process(COMMAND head -c 9000000 ${WORK}/mirror/train-images-idx3-ubyte.gz
  OUTPUT_FILE ${WORK}/cut/train-images-idx3-ubyte.gz COMMAND_ERROR_IS_FATAL ANY)
run(${WORK}/c ${WORK}/cut)
expect_failure(${WORK}/c)

# Two runs at once: the second waits and finds all there. (execute_process starts its commands together, and as a
# pipe: what the first prints must not meet a second that has ended.)
set(fetch sh -c "exec \"$0\" \"$@\" >/dev/null" ${CMAKE_COMMAND} -DTO=${WORK}/d -DMIRRORS=file://${WORK}/mirror -P ${ROOT}/data/fetch_mnist.cmake)
execute_process(COMMAND ${fetch} COMMAND ${fetch} RESULTS_VARIABLE codes OUTPUT_QUIET)
if(NOT codes STREQUAL "0;0")
  message(FATAL_ERROR "two runs at once ended with ${codes}")
endif()
expect_files(${WORK}/d ${names})
file(REMOVE_RECURSE ${WORK})
message("MNIST was fetched in every way")
