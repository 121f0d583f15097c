# The one library target, and the flags of our own code.
include_guard()

# Warnings, and the floating-point rules that NUMERICS depends on, which take back what the flags of a parent project say otherwise (they
# stand before these): never fast-math nor one of its parts, no contraction. Private to our own targets.
function(weir_own_code target)
  set(rules -fexceptions -frtti -fthreadsafe-statics -fno-fast-math -fno-unsafe-math-optimizations -fno-finite-math-only -fno-associative-math
    -fno-reciprocal-math -fsigned-zeros -fno-rounding-math)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    list(APPEND rules -ftrapping-math -fno-signaling-nans -fno-single-precision-constant)
  else()
    list(APPEND rules -fhonor-nans -fhonor-infinities -fno-approx-func)
  endif()
  target_compile_options(${target} PRIVATE
    $<$<COMPILE_LANGUAGE:CXX>:-Wall -Wextra -Wpedantic -Wconversion ${rules} -ffp-contract=off>)
  if(NOT WEIR_OPENMP)
    target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-fopenmp-simd>)
  endif()
  # g++ 12 says of "text" + std::string that it copies 2^63 bytes (GCC bug 105329).
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-Wno-restrict>)
  endif()
  # The more g++ 12 inlines, the more it sees uninitialized members in moved-from variants.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_UNITY_BUILD)
    target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-Wno-maybe-uninitialized>)
  endif()
  if(WEIR_NATIVE)
    target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-march=native>)
  endif()
  # With AVX-512, g++ 12.0 to 12.2 copies a constant of 64-bit elements that begins a, a and ends in zeros as if it were a throughout (GCC
  # bug 108599): std::vector<double>({5, 5, 0, 0}) holds four fives. It does so only with moves of more than 128 bits.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_GREATER_EQUAL 12 AND
     CMAKE_CXX_COMPILER_VERSION VERSION_LESS 12.3 AND CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$")
    target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-mmove-max=128 -mstore-max=128>)
  endif()
endfunction()

# Static: every name is hidden, so that a program or plugin that embeds weir shows none of it. Shared: the linker shows namespace weir.
function(weir_visibility target)
  get_target_property(type ${target} TYPE)
  if(type STREQUAL "SHARED_LIBRARY")
    if(NOT CMAKE_SYSTEM_NAME STREQUAL "Linux")
      message(FATAL_ERROR "weir: BUILD_SHARED_LIBS is ON: a shared weir is built on Linux only. Configure with -DBUILD_SHARED_LIBS=OFF.")
    endif()
    set(map ${PROJECT_SOURCE_DIR}/cmake/weir.map)
    target_link_options(${target} PRIVATE LINKER:--version-script=${map} LINKER:--no-undefined)
    set_target_properties(${target} PROPERTIES CXX_VISIBILITY_PRESET default VISIBILITY_INLINES_HIDDEN OFF LINK_DEPENDS ${map})
  else()
    set_target_properties(${target} PROPERTIES CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  endif()
endfunction()

function(weir_make_library name)
  add_library(${name})
  add_library(weir::weir ALIAS ${name})
  target_compile_features(${name} PUBLIC cxx_std_20)
  set_target_properties(${name} PROPERTIES
    VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}
    CXX_EXTENSIONS OFF POSITION_INDEPENDENT_CODE ON
    VERIFY_INTERFACE_HEADER_SETS ${PROJECT_IS_TOP_LEVEL})
  weir_visibility(${name})
  # Private headers are named from the top of the tree: "core/product/product.hpp".
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  # Header-only dependencies stay out of the exported link interface.
  target_link_libraries(${name} PRIVATE
    $<BUILD_INTERFACE:Eigen3::Eigen> $<BUILD_INTERFACE:nlohmann_json::nlohmann_json>
    ${WEIR_OPENMP_TARGET} ZLIB::ZLIB Threads::Threads)
  weir_own_code(${name})
endfunction()

# weir_room(SOURCES <sources>): what lives in one room; every header in its include folder is public.
function(weir_room)
  cmake_parse_arguments(arg "" "" "SOURCES" ${ARGN})
  target_sources(weir PRIVATE ${arg_SOURCES})
  file(GLOB headers CONFIGURE_DEPENDS include/weir/*/*.hpp)
  if(headers)
    target_sources(weir PUBLIC FILE_SET HEADERS BASE_DIRS include FILES ${headers})
  endif()
endfunction()
