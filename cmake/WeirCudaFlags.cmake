# Where nvcc is, and the flags of our own device code; also read by scripts (gpu/registers.cmake).
include_guard()

# -std by hand: CMake 3.25.1 knows no C++20 for nvcc. Without fused multiply-add a functor gives the bits that it gives on the CPU; kernels
# that want one write it. nvcc writes parentheses of its own into what the host compiler sees.
set(WEIR_CUDA_FLAGS -std=c++20 --expt-relaxed-constexpr --fmad=false --ftz=false --prec-div=true --prec-sqrt=true
  -Xcompiler=-Wall,-Wextra,-Wconversion,-Wno-parentheses,-ffp-contract=off)

# The compiler is often not on the PATH: the toolkit's usual folders are looked at too.
function(weir_find_nvcc result)
  if(CMAKE_CUDA_COMPILER)
    set(${result} ${CMAKE_CUDA_COMPILER} PARENT_SCOPE)
    return()
  endif()
  find_program(WEIR_NVCC nvcc NO_CACHE
    HINTS $ENV{CUDACXX} PATHS $ENV{CUDA_HOME} $ENV{CUDA_PATH} /usr/local/cuda /opt/cuda PATH_SUFFIXES bin)
  if(NOT WEIR_NVCC)
    file(GLOB versions LIST_DIRECTORIES true /usr/local/cuda-*)
    list(SORT versions COMPARE NATURAL ORDER DESCENDING)
    find_program(WEIR_NVCC nvcc NO_CACHE PATHS ${versions} PATH_SUFFIXES bin NO_DEFAULT_PATH)
  endif()
  if(WEIR_NVCC)
    set(${result} ${WEIR_NVCC} PARENT_SCOPE)
  else()
    set(${result} "" PARENT_SCOPE)
  endif()
endfunction()
