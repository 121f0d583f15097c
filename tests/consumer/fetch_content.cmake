include(${CMAKE_CURRENT_LIST_DIR}/support.cmake)
consume(fetch_content ${SOURCE}/tests/consumer/fetch_content -DCMAKE_BUILD_TYPE=Release -DWEIR_SOURCE=${SOURCE})
