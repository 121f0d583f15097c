# The README's first C++ block is examples/quickstart.cpp, from its first #include on; its first Python block is
# examples/python/quickstart.py, from its first import on.
# cmake -DROOT=<tree> -P readme.cmake
cmake_minimum_required(VERSION 3.25)

file(READ ${ROOT}/README.md readme)

# shows(<fence> <language> <program> <first>): the first block of this fence is the program from the text <first> on.
function(shows fence language program first)
  string(FIND "${readme}" "```${fence}\n" begin)
  if(begin EQUAL -1)
    message(FATAL_ERROR "README.md: has no \"```${fence}\" block, ${program} belongs there.")
  endif()
  string(LENGTH "```${fence}\n" length)
  math(EXPR begin "${begin} + ${length}")
  string(SUBSTRING "${readme}" ${begin} -1 block)
  string(FIND "${block}" "```" end)
  string(SUBSTRING "${block}" 0 ${end} block)

  file(READ ${ROOT}/${program} text)
  string(FIND "${text}" "${first}" begin)
  string(SUBSTRING "${text}" ${begin} -1 text)
  if(NOT block STREQUAL text)
    message(FATAL_ERROR "README.md: its first ${language} block is not ${program} from its first ${first} on. README.md has:\n${block}")
  endif()
  message("the README's ${language} program is ${program}")
endfunction()

shows(cpp "C++" examples/quickstart.cpp "#include")
shows(python "Python" examples/python/quickstart.py "import")
