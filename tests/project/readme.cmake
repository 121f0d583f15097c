# The README's first C++ block is examples/quickstart.cpp, from its first #include on.
# cmake -DROOT=<tree> -P readme.cmake
cmake_minimum_required(VERSION 3.25)

file(READ ${ROOT}/README.md readme)
string(FIND "${readme}" "```cpp\n" begin)
if(begin EQUAL -1)
  message(FATAL_ERROR "README.md: has no \"```cpp\" block, examples/quickstart.cpp belongs there.")
endif()
math(EXPR begin "${begin} + 7")
string(SUBSTRING "${readme}" ${begin} -1 block)
string(FIND "${block}" "```" end)
string(SUBSTRING "${block}" 0 ${end} block)

file(READ ${ROOT}/examples/quickstart.cpp program)
string(FIND "${program}" "#include" begin)
string(SUBSTRING "${program}" ${begin} -1 program)
if(NOT block STREQUAL program)
  message(FATAL_ERROR "README.md: its first C++ block is not examples/quickstart.cpp from its first #include on. README.md has:\n${block}")
endif()
message("the README's program is examples/quickstart.cpp")
