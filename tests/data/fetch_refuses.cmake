# data/fetch_mnist.cmake on mirrors that have nothing, or something else, under MNIST's names.
include(${CMAKE_CURRENT_LIST_DIR}/fetch.cmake)

# make(<mirror> <file to pack>): a mirror where each of the four is this.
function(make mirror content)
  file(MAKE_DIRECTORY ${WORK}/${mirror})
  execute_process(COMMAND ${gzip} -1 -c ${content} OUTPUT_FILE ${WORK}/packed COMMAND_ERROR_IS_FATAL ANY)
  foreach(name ${names})
    file(COPY_FILE ${WORK}/packed ${WORK}/${mirror}/${name}.gz)
  endforeach()
endfunction()

set(to "${WORK}/made/on the way")
set(wrong "train-images-idx3-ubyte: what came is not MNIST's train-images-idx3-ubyte (its SHA-256 differs), or the disk is full")

run("${to}" ${WORK}/nothing ${WORK}/nowhere)
expect_failure("${to}")
expect_said("file://${WORK}/nothing: train-images-idx3-ubyte: \"Couldn't read a file:// file\"")
expect_said("file://${WORK}/nowhere: train-images-idx3-ubyte: \"Couldn't read a file:// file\"")

# A page that says to log in first.
file(MAKE_DIRECTORY ${WORK}/portal)
foreach(name ${names})
  file(WRITE ${WORK}/portal/${name}.gz "<html>Please log in</html>")
endforeach()
run("${to}" ${WORK}/portal)
expect_failure("${to}")
expect_said("${wrong}")

# Another data set.
make(other ${ROOT}/data/digits/train-images-idx3-ubyte)
run("${to}" ${WORK}/other)
expect_failure("${to}")
expect_said("${wrong}")

# The right number of bytes, but zeros: 7,840,016 and so on are not what counts.
execute_process(COMMAND head -c 47040016 /dev/zero OUTPUT_FILE ${WORK}/zero_bytes COMMAND_ERROR_IS_FATAL ANY)
make(zeros ${WORK}/zero_bytes)
run("${to}" ${WORK}/zeros)
expect_failure("${to}")
expect_said("${wrong}")

# A bomb, ten times as large as it should be.
execute_process(COMMAND head -c 470400160 /dev/zero OUTPUT_FILE ${WORK}/zero_bytes COMMAND_ERROR_IS_FATAL ANY)
make(bomb ${WORK}/zero_bytes)
run("${to}" ${WORK}/bomb)
expect_failure("${to}")
expect_said("${wrong}")

# Arguments.
execute_process(COMMAND ${CMAKE_COMMAND} -P ${ROOT}/data/fetch_mnist.cmake RESULT_VARIABLE code ERROR_VARIABLE said)
string(REGEX REPLACE "[ \n]+" " " said "${said}")
expect_code(1)
expect_said("fetch_mnist: no folder given. Type: cmake -DTO=<folder> -P data/fetch_mnist.cmake")
foreach(seconds 0 -1 soon)
  execute_process(COMMAND ${CMAKE_COMMAND} -DTO=${WORK}/to -DSECONDS=${seconds} -P ${ROOT}/data/fetch_mnist.cmake
    RESULT_VARIABLE code ERROR_VARIABLE said)
  string(REGEX REPLACE "[ \n]+" " " said "${said}")
  expect_code(1)
  expect_said("fetch_mnist: SECONDS is ${seconds}, expected a whole number from 1 on.")
endforeach()

# A place where no folder can be made.
file(WRITE ${WORK}/file "")
run(${WORK}/file/mnist ${WORK}/nothing)
expect_code(1)
file(REMOVE_RECURSE ${WORK})
message("nothing that is not MNIST was taken for it")
