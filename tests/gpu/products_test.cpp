// How a product is asked of the library, and what happens when it has no answer, over stand-ins for both tables.

#include <doctest/doctest.h>

#include <array>
#include <vector>
#include <weir/core/array.hpp>
#include <weir/core/error.hpp>

#include "core/graph_capture.hpp"
#include "gpu/products.hpp"
#include "tests/gpu/stand_in.hpp"

using namespace weir;
using cuda::BlasProduct;
using cuda::Made;
using cuda::Product;
using test::StandIn;

namespace {

// A library that writes down what it is asked and offers what the test says.
struct Library {
  static inline std::vector<BlasProduct> asked;
  static inline std::vector<std::array<const void*, 4>> made;  // a, b, d, bias
  static inline bool offers_bias = true, offers_plain = true;

  Library()
      : table_{.make = [](void** library) { return *library = &asked, cuda::success; },
               .plan =
                   [](void*, const BlasProduct& kind, std::size_t, void** plan) {
                     asked.push_back(kind);
                     if (kind.bias ? offers_bias : offers_plain) *plan = &asked;
                     return cuda::success;
                   },
               .run =
                   [](void*, const void*, const void* a, const void* b, void* d, const void* bias, void*, std::size_t, void*) {
                     made.push_back({a, b, d, bias});
                     return cuda::success;
                   },
               .describe = [](cuda::Code) { return "not supported"; }} {
    asked.clear();
    made.clear();
    offers_bias = offers_plain = true;
    override_.emplace(table_);
  }

 private:
  cuda::Blas table_;
  std::optional<cuda::BlasOverride> override_;
};

struct Memory {
  alignas(256) float a[64], b[64], c[64], bias[64];
  Product product(std::int64_t m, std::int64_t n, std::int64_t k, bool with_bias) {
    Product p;
    p.m = m;
    p.n = n;
    p.k = k;
    p.a = a;
    p.b = b;
    p.c = c;
    p.bias = with_bias ? bias : nullptr;
    return p;
  }
};

}  // namespace

TEST_CASE("cuda products: row-major matrices are asked for as column-major ones") {
  // Checked by arithmetic: element (i, j) of a row-major [r, s] matrix lies at i s + j, of a column-major [s, r] one with distance s
  // between columns at j + s i. So c[m, n] = x[m, k] w[n, k]^T is d[n, m] = w^T as stored, transposed, times x as stored.
  const StandIn device;
  const Library library;
  Memory memory;
  Product p = memory.product(5, 3, 7, false);
  p.transpose_b = true;
  make_product(context_for(Device::cuda()), p);
  REQUIRE(Library::asked.size() == 1);
  const BlasProduct& kind = Library::asked[0];
  CHECK(kind.m == 3);
  CHECK(kind.n == 5);
  CHECK(kind.k == 7);
  CHECK(kind.transpose_a);  // w is stored [3, 7]: column-major [7, 3]
  CHECK_FALSE(kind.transpose_b);
  CHECK(kind.lda == 7);
  CHECK(kind.ldb == 7);
  CHECK(kind.ldd == 3);
  CHECK(Library::made[0][0] == memory.b);
  CHECK(Library::made[0][1] == memory.a);
  CHECK(Library::made[0][2] == memory.c);

  Product q = memory.product(3, 7, 5, false);  // dw[3, 7] = dz[5, 3]^T x[5, 7]
  q.transpose_a = true;
  make_product(context_for(Device::cuda()), q);
  const BlasProduct& transposed = Library::asked[1];
  CHECK(transposed.lda == 7);
  CHECK_FALSE(transposed.transpose_a);
  CHECK(transposed.ldb == 3);
  CHECK(transposed.transpose_b);
}

TEST_CASE("cuda products: the library is asked once for each kind of product") {
  const StandIn device;
  const Library library;
  Memory memory;
  Context context = context_for(Device::cuda());
  for (int i = 0; i < 3; ++i) CHECK(make_product(context, memory.product(4, 4, 4, true)) == Made::with_bias);
  CHECK(Library::asked.size() == 1);
  CHECK(Library::made.size() == 3);
  make_product(context, memory.product(5, 4, 4, true));
  CHECK(Library::asked.size() == 2);
  context.precision = Precision::tf32;
  make_product(context, memory.product(5, 4, 4, true));
  CHECK(Library::asked.size() == 3);
  CHECK(Library::asked[2].precision == Precision::tf32);
}

TEST_CASE("cuda products: without an algorithm for the bias the plain product is made and the caller told") {
  const StandIn device;
  const Library library;
  Library::offers_bias = false;
  Memory memory;
  for (int i = 0; i < 2; ++i) CHECK(make_product(context_for(Device::cuda()), memory.product(4, 4, 4, true)) == Made::without_bias);
  CHECK(Library::asked.size() == 2);  // that there is none is kept too
  CHECK(Library::made[0][3] == nullptr);
}

TEST_CASE("cuda products: without any algorithm the caller makes it by hand") {
  const StandIn device;
  const Library library;
  Library::offers_bias = Library::offers_plain = false;
  Memory memory;
  CHECK(make_product(context_for(Device::cuda()), memory.product(4, 4, 4, true)) == Made::by_hand);
  CHECK(Library::made.empty());
}

TEST_CASE("cuda products: f64 is never asked for in a lower precision") {
  const StandIn device;
  const Library library;
  Memory memory;
  Context context = context_for(Device::cuda());
  context.precision = Precision::bf16;
  Product p = memory.product(4, 4, 2, false);
  p.dtype = DType::f64;
  make_product(context, p);
  CHECK(Library::asked[0].precision == Precision::f32);
  CHECK(Library::asked[0].dtype == DType::f64);
}

TEST_CASE("cuda products: an algorithm may rely on no more alignment than the addresses have") {
  alignas(256) static unsigned char bytes[64];
  CHECK(cuda::alignment_of(bytes) == 16);
  CHECK(cuda::alignment_of(bytes + 16) == 16);
  CHECK(cuda::alignment_of(bytes + 8) == 8);
  CHECK(cuda::alignment_of(bytes + 4) == 4);
  CHECK(cuda::alignment_of(bytes + 12) == 4);
  const StandIn device;
  const Library library;
  Memory memory;
  Product p = memory.product(4, 4, 4, true);
  p.a = memory.a + 1;
  p.bias = memory.bias + 2;
  make_product(context_for(Device::cuda()), p);
  CHECK(Library::asked[0].align_b == 4);
  CHECK(Library::asked[0].align_a == 16);
  CHECK(Library::asked[0].align_bias == 8);
}

TEST_CASE("cuda products: a kind that is new in a captured step is refused and a known one recorded") {
  const StandIn device;
  const Library library;
  Memory memory;
  const Context context = context_for(Device::cuda());
  make_product(context, memory.product(4, 4, 4, false));
  cuda::Capture capture(context);
  CHECK_NOTHROW(make_product(context, memory.product(4, 4, 4, false)));
  CHECK_THROWS_WITH_AS(make_product(context, memory.product(8, 4, 4, false)),
                       "cuda: a product of a new size cannot be part of a captured step. A layer that needs it must answer false to "
                       "Layer::capturable().",
                       DeviceError);
}
