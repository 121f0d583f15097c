# The checks of this folder can fail: each is run over a small tree with one mistake in it and must name that mistake.
# cmake -DSCRIPTS=<this folder> -DTREE=<scratch> -P planted.cmake
cmake_minimum_required(VERSION 3.25)

# must_fail(<script> <expected> <file> <content>): <script> over a tree that holds <file> says <expected>.
function(must_fail script expected file content)
  file(REMOVE_RECURSE ${TREE})
  foreach(room core activations layers data formats training gpu distributed python)
    file(WRITE ${TREE}/${room}/README.md "a room\n")
    file(WRITE ${TREE}/${room}/CMakeLists.txt "weir_room(SOURCES)\n")
  endforeach()
  file(WRITE ${TREE}/core/core.cpp "#include <vector>\n")
  file(WRITE ${TREE}/core/CMakeLists.txt "weir_room(SOURCES core.cpp)\n")
  file(WRITE ${TREE}/include/weir/weir.hpp "#pragma once\n\n// Everything that weir offers.\n\n")
  file(WRITE ${TREE}/tests/core/core_test.cpp "TEST_CASE(\"core: holds water\") {}\n")
  file(WRITE ${TREE}/tests/core/everything.cpp "#include <weir/weir.hpp>\n#include \"core/product/product.hpp\"\n#include \"beside.hpp\"\n")
  file(WRITE ${TREE}/examples/mnist/train.cpp "#include <weir/layers/dense.hpp>\n#include \"options.hpp\"\n#include <CLI/CLI.hpp>\n")
  file(WRITE ${TREE}/examples/quickstart.cpp "// Runs.\n#include <weir/weir.hpp>\nint main() {}\n")
  file(WRITE ${TREE}/examples/python/quickstart.py "Runs.\nimport weir\n")
  file(WRITE ${TREE}/README.md "# weir\n\n```cpp\n#include <weir/weir.hpp>\nint main() {}\n```\n\n```python\nimport weir\n```\n")
  execute_process(COMMAND ${CMAKE_COMMAND} -DROOT=${TREE} -P ${SCRIPTS}/${script}.cmake RESULT_VARIABLE code ERROR_VARIABLE error)
  if(NOT code EQUAL 0)
    message(FATAL_ERROR "${script}: fails over a tree without a mistake:\n${error}")
  endif()

  file(WRITE ${TREE}/${file} "${content}")
  execute_process(COMMAND ${CMAKE_COMMAND} -DROOT=${TREE} -P ${SCRIPTS}/${script}.cmake RESULT_VARIABLE code ERROR_VARIABLE error)
  string(REGEX REPLACE "[ \n]+" " " error "${error}")
  string(FIND "${error}" "${expected}" found)
  if(code EQUAL 0 OR found EQUAL -1)
    message(FATAL_ERROR "${script}: ${file} with ${content}: got exit code ${code} and\n${error}\nexpected\n${expected}")
  endif()
endfunction()

must_fail(includes "core/a.cpp: #include <weir/layers/dense.hpp>: core may include core."
  core/a.cpp "#include <weir/layers/dense.hpp>\n")
must_fail(includes "activations/a.hpp: # include \"layers/dense_ops.hpp\": activations may include core, activations."
  activations/a.hpp " # include \"layers/dense_ops.hpp\"\n")
must_fail(includes "data/a.cpp: #include \"activations/apply.hpp\": data may include core, data."
  data/a.cpp "#include \"activations/apply.hpp\"\n")
must_fail(includes "training/a.cpp: #include \"gpu/memory.hpp\": training may include core, activations, layers, data, formats, training."
  training/a.cpp "#include \"gpu/memory.hpp\"\n")
must_fail(includes "gpu/a.cu: #include <weir/formats/save.hpp>: gpu may include core, activations, layers, data, training, gpu."
  gpu/a.cu "#include <weir/formats/save.hpp>\n")
must_fail(includes "distributed/a.cpp: #include \"layers/dense_ops.hpp\": distributed may include core, training, distributed."
  distributed/a.cpp "#include \"layers/dense_ops.hpp\"\n")
must_fail(includes "distributed/a.cpp: #include \"training/ranks.hpp\": distributed may include public headers of training alone."
  distributed/a.cpp "#include \"training/ranks.hpp\"\n")
must_fail(includes "layers/a.cpp: #include <weir/weir.hpp>: layers may include core, activations, layers."
  layers/a.cpp "#include <weir/weir.hpp>\n")
must_fail(includes "examples/a.cpp: #include \"core/product/product.hpp\": examples may include public headers and its own alone."
  examples/a.cpp "#include \"core/product/product.hpp\"\n")
must_fail(includes "python/a.cpp: #include \"core/typed.hpp\": python may include public headers and its own alone."
  python/a.cpp "#include \"core/typed.hpp\"\n")
must_fail(includes "core/a.cpp: #include \"../layers/dense.hpp\": a path from here."
  core/a.cpp "#include \"../layers/dense.hpp\"\n")
must_fail(includes "core/include/weir/core/a.hpp: #include <Eigen/Core>: a public header may include standard headers and <weir/...> alone."
  core/include/weir/core/a.hpp "#include <Eigen/Core>\n")
must_fail(includes "core/include/weir/core/a.hpp: #include <omp.h>: a public header may include standard headers and <weir/...> alone."
  core/include/weir/core/a.hpp "#include <omp.h>\n")
must_fail(includes "core/include/weir/core/a.hpp: #include \"core/product/product.hpp\": a public header may not include a private one."
  core/include/weir/core/a.hpp "#include \"core/product/product.hpp\"\n")

must_fail(includes "core/product/a.cpp: #include \"core/model/program.hpp\": core_product may not include core/model."
  core/product/a.cpp "#include \"core/model/program.hpp\"\n")
must_fail(includes "core/cpu/a.hpp: #include \"core/product/kernels.hpp\": core_cpu may not include core/product."
  core/cpu/a.hpp "#include \"core/product/kernels.hpp\"\n")
must_fail(umbrella "does not include exactly the public headers"
  core/include/weir/core/a.hpp "#pragma once\n")
must_fail(rooms "core/a.cpp: not in core/CMakeLists.txt"
  core/a.cpp "#include <vector>\n")
must_fail(rooms "core/model/a.cpp: not in core/CMakeLists.txt"
  core/model/a.cpp "#include <vector>\n")
must_fail(rooms "data/README.md: missing or empty."
  data/README.md "")
must_fail(flags "cmake/a.cmake: target_compile_options(weir PRIVATE -Ofast)"
  cmake/a.cmake "target_compile_options(weir PRIVATE -Ofast)\n")
must_fail(flags "core/a.cpp: #pragma GCC optimize(\"fast-math\")"
  core/a.cpp "#pragma GCC optimize(\"fast-math\")\n")
must_fail(readme "its first C++ block is not examples/quickstart.cpp"
  README.md "# weir\n\n```cpp\n#include <weir/weir.hpp>\nint main() { return 0; }\n```\n")
must_fail(readme "its first Python block is not examples/python/quickstart.py"
  examples/python/quickstart.py "import weir as w\n")
must_fail(test_names "tests/core/a_test.cpp: \"relu: zero, one\""
  tests/core/a_test.cpp "TEST_CASE(\"relu: zero, one\") {}\n")
message("every planted mistake was named")
