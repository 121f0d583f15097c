// How matrix products are requested from cuBLASLt, and what happens if it has no algorithm, with simulated CUDA runtime and cuBLASLt.

#include <doctest/doctest.h>

#include <algorithm>
#include <deque>
#include <optional>
#include <vector>
#include <weir/core/array.hpp>
#include <weir/core/error.hpp>

#include "core/graph_capture.hpp"
#include "gpu/runtime/products.hpp"
#include "layers/relu_mask.hpp"
#include "tests/gpu/compute_product.hpp"
#include "tests/gpu/stand_in.hpp"

using namespace weir;
using cuda::BlasProduct;
using cuda::Epilogue;
using cuda::Product;
using test::StandIn;

namespace {

// A simulated cuBLASLt that records its calls and offers the epilogues that a test chooses.
struct Library {
  static inline std::vector<BlasProduct> asked;
  static inline std::deque<BlasProduct> plans;
  static inline std::vector<cuda::BlasBlocks> made;
  static inline std::vector<Epilogue> offers, refuses;  // refuses: proposed by the heuristic, but then not supported
  static inline cuda::Code starts;

  Library()
      : table_{.make =
                   [](void** library) {
                     if (starts == cuda::success) *library = &asked;
                     return starts;
                   },
               .plan =
                   [](void*, const BlasProduct& kind, std::size_t, void** plan) {
                     asked.push_back(kind);
                     if (std::find(offers.begin(), offers.end(), kind.epilogue) != offers.end()) *plan = &plans.emplace_back(kind);
                     return cuda::success;
                   },
               .run =
                   [](void*, const void* plan, const cuda::BlasBlocks& blocks, void*, std::size_t, void*) {
                     const Epilogue epilogue = static_cast<const BlasProduct*>(plan)->epilogue;
                     if (std::find(refuses.begin(), refuses.end(), epilogue) != refuses.end()) return cuda::product_refused;
                     made.push_back(blocks);
                     return cuda::success;
                   },
               .describe = [](cuda::Code) { return "not supported"; }} {
    asked.clear();
    made.clear();
    refuses.clear();
    starts = cuda::success;
    offers = {Epilogue::none, Epilogue::bias, Epilogue::relu_bias, Epilogue::relu_mask_bias, Epilogue::relu_gradient};
    override_.emplace(table_);
  }

 private:
  cuda::Blas table_;
  std::optional<cuda::BlasOverride> override_;
};

struct Memory {
  alignas(256) float a[64], b[64], c[64], bias[64];
  alignas(256) std::uint8_t mask[256];
  Product product(std::int64_t m, std::int64_t n, std::int64_t k, bool with_bias) {
    Product p;
    p.m = m;
    p.n = n;
    p.k = k;
    p.a = a;
    p.b = b;
    p.c = c;
    if (with_bias) p.epilogue = Epilogue::bias;
    if (with_bias) p.bias = bias;
    return p;
  }
  Product product(std::int64_t m, std::int64_t n, std::int64_t k, Epilogue epilogue) {
    Product p = product(m, n, k, true);
    p.epilogue = epilogue;
    p.mask = mask;
    return p;
  }
};

}  // namespace

TEST_CASE("cuda products: row-major matrices are asked for as column-major ones") {
  // Checked by arithmetic: element (i, j) of a row-major [r, s] matrix lies at i s + j, of a column-major [s, r] one with leading
  // dimension s at j + s i. So c[m, n] = x[m, k] w[n, k]^T is d[n, m] = w^T as stored, transposed, times x as stored.
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
  CHECK(Library::made[0].a == memory.b);
  CHECK(Library::made[0].b == memory.a);
  CHECK(Library::made[0].d == memory.c);

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
  for (int i = 0; i < 3; ++i) CHECK(make_product(context, memory.product(4, 4, 4, true)) == Epilogue::bias);
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
  Library::offers = {Epilogue::none};
  Memory memory;
  for (int i = 0; i < 2; ++i) CHECK(make_product(context_for(Device::cuda()), memory.product(4, 4, 4, true)) == Epilogue::none);
  CHECK(Library::asked.size() == 2);  // the absence of an algorithm is cached too
  CHECK(Library::made[0].bias == nullptr);
}

TEST_CASE("cuda products: without any algorithm the caller makes it by hand") {
  const StandIn device;
  const Library library;
  Library::offers = {};
  Memory memory;
  CHECK(make_product(context_for(Device::cuda()), memory.product(4, 4, 4, true)) == std::nullopt);
  CHECK(Library::made.empty());
}

TEST_CASE("cuda products: an algorithm that the library names and then refuses is not asked of it again") {
  const StandIn device;
  const Library library;
  Memory memory;
  const Context context = context_for(Device::cuda());
  Library::refuses = {Epilogue::relu_mask_bias};
  for (int i = 0; i < 2; ++i) CHECK(make_product(context, memory.product(4, 4, 4, Epilogue::relu_mask_bias)) == Epilogue::bias);
  CHECK(Library::asked.size() == 2);
  Library::refuses = {Epilogue::none, Epilogue::bias};
  CHECK(make_product(context, memory.product(5, 4, 4, true)) == std::nullopt);
  Library::refuses = {};
  CHECK(make_product(context, memory.product(5, 4, 4, true)) == std::nullopt);  // it is not tried again
  CHECK(Library::made.size() == 2);
}

TEST_CASE("cuda products: a library that does not start is tried again with the memory that it has") {
  const StandIn device;
  const Library library;
  Memory memory;
  const auto product = [&] { return make_product(context_for(Device::cuda()), memory.product(4, 4, 4, false)); };
  Library::starts = 3;
  CHECK_THROWS_WITH_AS(product(), "cuda: cuBLASLt: not supported (cuBLASLt code 3).", DeviceError);
  const std::size_t used = device.used();
  CHECK_THROWS_AS(product(), DeviceError);
  Library::starts = cuda::success;
  CHECK(product() == Epilogue::none);
  CHECK(device.used() == used);
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

TEST_CASE("cuda products: a mask is named with its stride and its alignment") {
  const StandIn device;
  const Library library;
  Memory memory;
  Product p = memory.product(5, 3, 7, Epilogue::relu_mask_bias);
  CHECK(make_product(context_for(Device::cuda()), p) == Epilogue::relu_mask_bias);
  CHECK(Library::asked[0].mask_stride == 128);
  CHECK(Library::asked[0].align_mask == 16);
  CHECK(Library::made[0].mask == memory.mask);
  CHECK(Library::made[0].bias == memory.bias);
  p.epilogue = Epilogue::relu_bias;
  CHECK(make_product(context_for(Device::cuda()), p) == Epilogue::relu_bias);
  CHECK(Library::asked[1].mask_stride == 0);
  CHECK(Library::made[1].mask == nullptr);
}

TEST_CASE("cuda products: an epilogue that is not offered is done without as little as possible") {
  const StandIn device;
  const Library library;
  Memory memory;
  const auto made = [&](Epilogue wanted, std::vector<Epilogue> offers, std::int64_t m) {
    Library::offers = std::move(offers);
    return make_product(context_for(Device::cuda()), memory.product(m, 4, 4, wanted));
  };
  CHECK(made(Epilogue::relu_mask_bias, {Epilogue::none, Epilogue::bias}, 1) == Epilogue::bias);
  CHECK(made(Epilogue::relu_mask_bias, {Epilogue::none}, 2) == Epilogue::none);
  CHECK(made(Epilogue::relu_mask_bias, {}, 3) == std::nullopt);
  CHECK(made(Epilogue::relu_bias, {Epilogue::none, Epilogue::bias, Epilogue::relu_mask_bias}, 4) == Epilogue::bias);
  CHECK(made(Epilogue::relu_gradient, {Epilogue::none, Epilogue::bias}, 5) == Epilogue::none);
  CHECK(Library::made.back().bias == nullptr);  // a product without epilogue has neither bias nor mask
  CHECK(Library::made.back().mask == nullptr);
  CHECK(made(Epilogue::relu_gradient, {}, 6) == std::nullopt);
}

namespace {

// A library that makes the products that it is asked for.
struct Computes {
  static inline std::deque<BlasProduct> kinds;

  Computes() {
    kinds.clear();
    table_.make = [](void** library) { return *library = &kinds, cuda::success; };
    table_.plan = [](void*, const BlasProduct& kind, std::size_t, void** plan) { return *plan = &kinds.emplace_back(kind), cuda::success; };
    table_.run = [](void*, const void* plan, const cuda::BlasBlocks& blocks, void*, std::size_t, void*) {
      test::compute_product<float>(*static_cast<const BlasProduct*>(plan), blocks);
      return cuda::success;
    };
    override_.emplace(table_);
  }

 private:
  cuda::Blas table_;
  std::optional<cuda::BlasOverride> override_;
};

}  // namespace

TEST_CASE("cuda products: by the mask a dense relu and its gradient come out of the products") {
  // Small integers, so that sums are exact in any order.
  const StandIn device;
  const Computes library;
  const Context context = context_for(Device::cuda());
  for (const std::int64_t hidden : {1, 7, 128, 129}) {
    constexpr std::int64_t rows = 5, in = 6, out = 4;
    const auto numbers = [](std::int64_t count, std::int64_t seed) {
      std::vector<float> values;
      for (std::int64_t i = 0; i < count; ++i) values.push_back(static_cast<float>((i * 31 + seed * 17) % 7 - 3));
      return values;
    };
    const auto element = [](std::vector<float>& values, std::int64_t i) -> float& { return values[static_cast<std::size_t>(i)]; };
    std::vector<float> x = numbers(rows * in, 1), w = numbers(hidden * in, 2), b = numbers(hidden, 3), w2 = numbers(out * hidden, 4),
                       dy2 = numbers(rows * out, 5);
    std::vector<float> y(static_cast<std::size_t>(rows * hidden), -1), dz = y, db(static_cast<std::size_t>(hidden), -1);
    std::vector<std::uint8_t> mask(static_cast<std::size_t>(relu_mask_bytes(rows, hidden)), 0x55);

    Product forward;  // y[rows, hidden] = relu(x w^T + b)
    forward.m = rows, forward.n = hidden, forward.k = in;
    forward.a = x.data(), forward.b = w.data(), forward.c = y.data();
    forward.transpose_b = true;
    forward.epilogue = Epilogue::relu_mask_bias;
    forward.bias = b.data(), forward.mask = mask.data();
    REQUIRE(make_product(context, forward) == Epilogue::relu_mask_bias);
    Product backward;  // dz[rows, hidden] = dy2 w2 where y > 0, db = its sums over rows
    backward.m = rows, backward.n = hidden, backward.k = out;
    backward.a = dy2.data(), backward.b = w2.data(), backward.c = dz.data();
    backward.epilogue = Epilogue::relu_gradient;
    backward.bias = db.data(), backward.mask = mask.data();
    REQUIRE(make_product(context, backward) == Epilogue::relu_gradient);

    for (std::int64_t h = 0; h < hidden; ++h) {
      float sum = 0;
      for (std::int64_t r = 0; r < rows; ++r) {
        float z = element(b, h), dx = 0;
        for (std::int64_t k = 0; k < in; ++k) z += element(x, r * in + k) * element(w, h * in + k);
        for (std::int64_t k = 0; k < out; ++k) dx += element(dy2, r * out + k) * element(w2, k * hidden + h);
        const float expected = z > 0 ? dx : 0;
        sum += expected;
        CHECK(element(y, r * hidden + h) == std::max(z, 0.0F));
        CHECK(element(dz, r * hidden + h) == expected);
      }
      CHECK(element(db, h) == sum);
    }
  }
}
