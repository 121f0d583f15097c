# Asks <BENCH> for samples and a limit by its standard input, and for a workload that there is not.
# cmake -DBENCH=<bench_cpu> -DFOLDER=<scratch> -P answer.cmake
cmake_minimum_required(VERSION 3.25)

file(WRITE ${FOLDER}/questions "limit product/64x128x784\nproduct/64x128x784\nfma\nlimit fma\nnothing\nfma\n")
execute_process(COMMAND ${BENCH} --answer --threads 1 INPUT_FILE ${FOLDER}/questions OUTPUT_VARIABLE answers ERROR_VARIABLE error RESULT_VARIABLE code)
set(number "[0-9]+[.]?[0-9]*")
if(NOT answers MATCHES "^limit ${number}\nproduct/64x128x784 ${number}\nfma ${number}\nlimit -\n$")
  message(FATAL_ERROR "not a limit, two samples, and no limit of what is one:\n${answers}")
endif()
if(NOT code EQUAL 1 OR NOT error STREQUAL "bench_cpu: there is no workload 'nothing'. See --list.\n")
  message(FATAL_ERROR "exit code ${code} for a workload that there is not, and it says: ${error}")
endif()

execute_process(COMMAND ${BENCH} --answer --threads 1,2 INPUT_FILE ${FOLDER}/questions OUTPUT_VARIABLE answers ERROR_VARIABLE error RESULT_VARIABLE code)
if(NOT code EQUAL 1 OR NOT answers STREQUAL "" OR NOT error MATCHES "expected one, as in --threads 2")
  message(FATAL_ERROR "two numbers of threads: exit code ${code}, ${answers}${error}")
endif()
message("each question has its answer")
