#pragma once

#include "core/product/outer_kernel.hpp"

// The kernel in which large products spend most of their time, 6 rows times 4 vectors, in AVX-512 assembly. It loads the next row of b
// while it multiplies the current one, which takes all 32 registers; a compiler would keep some sums in memory. This pays where two threads
// share a core, as each then has only half of the core's buffer of waiting instructions.

namespace weir::cpu {

namespace {

// Computes the same bits as the general kernel. Registers 8 to 31 are the sums, four for each row; 6 and 7 hold an element of a in turn; 0
// to 5 hold a row of b and half of the next, so that after three steps along k each register has its first role again.
template <bool Across>
[[gnu::noinline]] void kernel_6x4(const OuterStep& t, const Prefetch& ahead) {
  constexpr Index rows = 6, at_once = 3, bytes = sizeof(float);
  // Each step of a triple loads the row of b for the next step, so the last step of all must not be in a triple.
  const Index triples = (t.depth - 1) / at_once, singles = t.depth - triples * at_once;
  const Index asked = smaller(ahead.rows * ahead.lines, triples > rows ? triples - rows : 0);
  const Index row_end = (ahead.step - ahead.lines * line_floats) * bytes;
  const Index c_step = t.ldc * bytes, adds_to_c = !t.first;
  const std::uint16_t last = static_cast<std::uint16_t>((1u << t.last_lanes) - 1);
  const float *a = t.a, *a_next = t.a + (Across ? 1 : 3) * t.a_step;  // a second pointer into a: one row behind the first, or three
  const float *b = t.b, *line = t.c;
  Index left = triples, count = rows, in_row = ahead.lines;
  // The asm reads these from the stack: without optimisation each operand elsewhere would occupy a register.
  const float *asked_first = ahead.first, *bias = t.bias;
  float* c = t.c;
  const Index lines = ahead.lines;
  asm volatile(
      R"(
    .macro weir_get insn, to, base, offset, times, step    # from base + offset + times step
      .if \times == 0
        \insn \offset(\base), %%zmm\to
      .elseif \times == 1
        \insn \offset(\base,\step), %%zmm\to
      .else
        \insn \offset(\base,\step,2), %%zmm\to
      .endif
    .endm
    .macro weir_vector to, j, k                            # vector j of the row of b that is k behind the one at b
      weir_get vmovups, \to, %[b], 64*\j, \k, %[b_step]
    .endm
    .macro weir_element to, i, k                           # row i of a, k steps on
      .if %c[across]
        weir_get vbroadcastss, \to, %[a], 4*\i, \k, %[a_step]
      .elseif \i < 3
        weir_get vbroadcastss, \to, %[a], 4*\k, \i, %[a_step]
      .else
        weir_get vbroadcastss, \to, %[a_next], 4*\k, \i-3, %[a_step]
      .endif
    .endm
    .macro weir_next_element to, i, k                      # one step further; i is 0 or 1
      .if %c[across]
        weir_get vbroadcastss, \to, %[a_next], 4*\i, \k, %[a_step]
      .else
        weir_get vbroadcastss, \to, %[a], 4*\k+4, \i, %[a_step]
      .endif
    .endm

    .macro weir_add element, b0, b1, b2, b3, s0, s1, s2, s3
      vfmadd231ps %%zmm\b0, %%zmm\element, %%zmm\s0
      vfmadd231ps %%zmm\b1, %%zmm\element, %%zmm\s1
      vfmadd231ps %%zmm\b2, %%zmm\element, %%zmm\s2
      vfmadd231ps %%zmm\b3, %%zmm\element, %%zmm\s3
    .endm
    .macro weir_five_rows k, b0, b1, b2, b3                # leaves the sixth one's element in 7
      weir_add 6, \b0, \b1, \b2, \b3, 8, 9, 10, 11
      weir_element 6, 2, \k
      weir_add 7, \b0, \b1, \b2, \b3, 12, 13, 14, 15
      weir_element 7, 3, \k
      weir_add 6, \b0, \b1, \b2, \b3, 16, 17, 18, 19
      weir_element 6, 4, \k
      weir_add 7, \b0, \b1, \b2, \b3, 20, 21, 22, 23
      weir_element 7, 5, \k
      weir_add 6, \b0, \b1, \b2, \b3, 24, 25, 26, 27
    .endm
    .macro weir_step k, b0, b1, b2, b3, next0, next1       # b0 and b1 become the other half of the next row
      weir_vector \next0, 0, \k
      weir_vector \next1, 1, \k
      weir_five_rows \k, \b0, \b1, \b2, \b3
      weir_next_element 6, 0, \k
      vfmadd231ps %%zmm\b0, %%zmm7, %%zmm28
      weir_vector \b0, 2, \k
      vfmadd231ps %%zmm\b1, %%zmm7, %%zmm29
      weir_vector \b1, 3, \k
      vfmadd231ps %%zmm\b2, %%zmm7, %%zmm30
      vfmadd231ps %%zmm\b3, %%zmm7, %%zmm31
      weir_next_element 7, 1, \k
    .endm
    .macro weir_triple
      weir_step 0, 0, 1, 2, 3, 4, 5
      weir_step 1, 4, 5, 0, 1, 2, 3
      weir_step 2, 2, 3, 4, 5, 0, 1
      .if %c[across]
        add %[a_steps], %[a]
        add %[a_steps], %[a_next]
      .else
        add $12, %[a]
        add $12, %[a_next]
      .endif
      add %[b_steps], %[b]
    .endm
    .macro weir_first_of_row                               # of a and b, where they point; b goes on
      weir_vector 0, 0, 0
      weir_vector 1, 1, 0
      weir_vector 2, 2, 0
      weir_vector 3, 3, 0
      add %[b_step], %[b]
      weir_element 6, 0, 0
      weir_element 7, 1, 0
    .endm
    .macro weir_rest_of_row
      weir_five_rows 0, 0, 1, 2, 3
      weir_add 7, 0, 1, 2, 3, 28, 29, 30, 31
    .endm

    .irp sum, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
      vpxord %%zmm\sum, %%zmm\sum, %%zmm\sum
    .endr
    weir_first_of_row
    test %[left], %[left]
    jz 5f

    # c is prefetched while the sums are formed, a row at a time: all at once would delay the loads of b.
    .p2align 4
  1:
    prefetchw (%[line])
    prefetchw 64(%[line])
    prefetchw 128(%[line])
    prefetchw 192(%[line])
    add %[c_step], %[line]
    weir_triple
    dec %[left]
    jz 5f
    dec %[count]
    jnz 1b

    # Then the next strip's part of a is prefetched, a line at a time.
    mov %[ahead], %[line]
    mov %[asked], %[count]
    sub %[count], %[left]
    test %[count], %[count]
    jz 4f
    .p2align 4
  2:
    prefetcht0 (%[line])
    add $64, %[line]
    dec %[in_row]
    jnz 3f
    mov %[lines], %[in_row]
    add %[row_end], %[line]
  3:
    weir_triple
    dec %[count]
    jnz 2b
    test %[left], %[left]
    jz 5f
    .p2align 4
  4:
    weir_triple
    dec %[left]
    jnz 4b

  5:
    weir_rest_of_row
    mov %[singles], %[count]
    dec %[count]
    jz 7f
  6:
    .if %c[across]
      add %[a_step], %[a]
    .else
      add $4, %[a]
      add $4, %[a_next]
    .endif
    weir_first_of_row
    weir_rest_of_row
    dec %[count]
    jnz 6b
  7:

    .macro weir_each_row what
      \what 8, 9, 10, 11
      \what 12, 13, 14, 15
      \what 16, 17, 18, 19
      \what 20, 21, 22, 23
      \what 24, 25, 26, 27
      \what 28, 29, 30, 31
    .endm
    .macro weir_add_c s0, s1, s2, s3
      vaddps (%[a]), %%zmm\s0, %%zmm\s0
      vaddps 64(%[a]), %%zmm\s1, %%zmm\s1
      vaddps 128(%[a]), %%zmm\s2, %%zmm\s2
      vaddps 192(%[a]), %%zmm\s3, %%zmm\s3%{%%k1%}
      add %[b], %[a]
    .endm
    .macro weir_add_bias s0, s1, s2, s3
      vaddps %%zmm0, %%zmm\s0, %%zmm\s0
      vaddps %%zmm1, %%zmm\s1, %%zmm\s1
      vaddps %%zmm2, %%zmm\s2, %%zmm\s2
      vaddps %%zmm3, %%zmm\s3, %%zmm\s3
    .endm
    .macro weir_store s0, s1, s2, s3
      vmovups %%zmm\s0, (%[a])
      vmovups %%zmm\s1, 64(%[a])
      vmovups %%zmm\s2, 128(%[a])
      vmovups %%zmm\s3, 192(%[a])%{%%k1%}
      add %[b], %[a]
    .endm

    # From here on a walks along the rows of c.
    kmovw %[last], %%k1
    mov %[c_step], %[b]
    mov %[c], %[a]
    cmpq $0, %[adds_to_c]
    je 8f
    weir_each_row weir_add_c
    mov %[c], %[a]
  8:
    mov %[bias], %[line]
    test %[line], %[line]
    jz 9f
    vmovups (%[line]), %%zmm0
    vmovups 64(%[line]), %%zmm1
    vmovups 128(%[line]), %%zmm2
    vmovups 192(%[line]), %%zmm3%{%%k1%}%{z%}
    weir_each_row weir_add_bias
  9:
    weir_each_row weir_store
    vzeroupper

    .irp macro, get, vector, element, next_element, add, five_rows, step, triple, first_of_row, rest_of_row
      .purgem weir_\macro
    .endr
    .irp macro, each_row, add_c, add_bias, store
      .purgem weir_\macro
    .endr
  )"
      : [a] "+r"(a), [a_next] "+r"(a_next), [b] "+r"(b), [line] "+r"(line), [left] "+r"(left), [count] "+r"(count), [in_row] "+r"(in_row)
      : [across] "i"(Across), [a_step] "r"(t.a_step * bytes), [a_steps] "r"(t.a_step * at_once * bytes), [b_step] "r"(t.b_step * bytes),
        [b_steps] "r"(t.b_step * at_once * bytes), [ahead] "m"(asked_first), [lines] "m"(lines), [asked] "m"(asked), [row_end] "m"(row_end),
        [singles] "m"(singles), [c] "m"(c), [c_step] "m"(c_step), [last] "m"(last), [bias] "m"(bias), [adds_to_c] "m"(adds_to_c)
      : "memory", "cc", "k1", "zmm0", "zmm1", "zmm2", "zmm3", "zmm4", "zmm5", "zmm6", "zmm7", "zmm8", "zmm9", "zmm10", "zmm11", "zmm12",
        "zmm13", "zmm14", "zmm15", "zmm16", "zmm17", "zmm18", "zmm19", "zmm20", "zmm21", "zmm22", "zmm23", "zmm24", "zmm25", "zmm26",
        "zmm27", "zmm28", "zmm29", "zmm30", "zmm31");
}

constexpr Prefetch nothing_ahead;

template <>
void outer_kernel<6, 4, false, false>(const OuterStep& t) {
  kernel_6x4<false>(t, nothing_ahead);
}
template <>
void outer_kernel<6, 4, true, false>(const OuterStep& t) {
  kernel_6x4<true>(t, nothing_ahead);
}
template <>
void outer_kernel<6, 4, false, true>(const OuterStep& t) {
  kernel_6x4<false>(t, t.ahead);
}
template <>
void outer_kernel<6, 4, true, true>(const OuterStep& t) {
  kernel_6x4<true>(t, t.ahead);
}

}  // namespace

}  // namespace weir::cpu
