#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <weir/core/error.hpp>
#include <weir/formats/safetensors.hpp>

#include "tests/formats/container.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/in_memory.hpp"
#include "tests/support/layer_runner.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace weir;
using namespace weir::test;

namespace {

template <class T>
std::string bytes_of(std::initializer_list<T> values) {
  return {reinterpret_cast<const char*>(values.begin()), values.size() * sizeof(T)};
}

template <class T>
bool same_bits(const Tensor& a, const Tensor& b) {
  return a.shape() == b.shape() && std::memcmp(a.values<T>().data(), b.values<T>().data(), a.bytes()) == 0;
}

// The value of a binary floating point number by its definition, computed without from_f16's bit operations.
double half_value(unsigned bits) {
  const double sign = bits & 0x8000U ? -1 : 1;
  const int exponent = static_cast<int>((bits >> 10) & 31U);
  const int fraction = static_cast<int>(bits & 1023U);
  if (exponent == 31) return fraction ? std::nan("") : sign * std::numeric_limits<double>::infinity();
  return exponent == 0 ? sign * std::ldexp(fraction, -24) : sign * std::ldexp(1024 + fraction, exponent - 25);
}

bool same_number(double a, double b) { return (std::isnan(a) && std::isnan(b)) || (a == b && std::signbit(a) == std::signbit(b)); }

}  // namespace

TEST_CASE("safetensors: a written file has the bytes that the format demands") {
  const TemporaryFolder folder;
  const Tensor values = Tensor::from<float>({0, 1, 2, 3, 4, 5}, {1, 2, 3});
  write_safetensors(folder / "a", std::vector<NamedTensor>{{"attn.0", values}});
  CHECK(read_bytes(folder / "a") ==
        container(R"({"attn.0":{"dtype":"F32","shape":[1,2,3],"data_offsets":[0,24]}})", bytes_of<float>({0, 1, 2, 3, 4, 5})));
  const Tensor more = Tensor::from<float>({0, 1, 2, 3, 4, 5}, {1, 1, 2, 3});  // its header is 65 bytes long, so 7 spaces follow
  write_safetensors(folder / "b", std::vector<NamedTensor>{{"attn0", more}});
  CHECK(read_bytes(folder / "b") == container(R"({"attn0":{"dtype":"F32","shape":[1,1,2,3],"data_offsets":[0,24]}})" + std::string(7, ' '),
                                              bytes_of<float>({0, 1, 2, 3, 4, 5})));
}

TEST_CASE("safetensors: no tensor and no metadata make the shortest file") {
  const TemporaryFolder folder;
  write_safetensors(folder / "a", {});
  CHECK(read_bytes(folder / "a") == container("{}      "));
  const TensorFile file(folder / "a");
  CHECK(file.entries().empty());
  CHECK(file.metadata().empty());
}

TEST_CASE("safetensors: tensors without elements may be named anywhere and lie at the offset of another") {
  for (const char* order : {"x1y2z", "z2y1x", "2yz1x", "1xyz2", "12xyz", "zyx21"}) {
    CAPTURE(order);
    std::string header;
    for (const char which : std::string(order)) {
      header += header.empty() ? "{" : ",";
      header += which == 'x'   ? R"("x":{"dtype":"F32","shape":[0],"data_offsets":[0,0]})"
                : which == 'y' ? R"("y":{"dtype":"F64","shape":[3,0],"data_offsets":[2,2]})"
                : which == 'z' ? R"("z":{"dtype":"U8","shape":[0,2],"data_offsets":[5,5]})"
                : which == '1' ? R"("1":{"dtype":"U8","shape":[2],"data_offsets":[0,2]})"
                               : R"("2":{"dtype":"U8","shape":[3],"data_offsets":[2,5]})";
    }
    const std::string bytes = container(header + "}", "\1\2\3\4\5");
    const TensorFile file(in_memory(bytes));
    std::string names;
    for (const TensorEntry& entry : file.entries()) names += entry.name;
    CHECK(names == "x1y2z");
    CHECK(file.read("y").shape() == Shape{3, 0});
    CHECK(same_bits<std::uint8_t>(file.read("1"), Tensor::from<std::uint8_t>({1, 2}, {2})));
    CHECK(same_bits<std::uint8_t>(file.read("2"), Tensor::from<std::uint8_t>({3, 4, 5}, {3})));
  }
}

TEST_CASE("safetensors: memory holds the bytes of the file and is read as the file is") {
  const TemporaryFolder folder;
  const Tensor f32 = Tensor::from<float>({1, -2, 0.5F}, {3}), u8 = Tensor::from<std::uint8_t>({3, 4}, {2, 1});
  const std::vector<NamedTensor> tensors{{"u", u8}, {"f", f32}};
  const std::map<std::string, std::string> metadata{{"a", "b"}};
  write_safetensors(folder / "a", tensors, metadata);
  std::vector<std::byte> bytes(1'000);  // must be replaced, not appended to
  write_safetensors(bytes, tensors, metadata);
  CHECK(text_of(bytes) == read_bytes(folder / "a"));
  const TensorFile file(bytes);
  CHECK(file.name() == "(memory)");
  CHECK(file.metadata() == metadata);
  CHECK(same_bits<float>(file.read("f"), f32));
  CHECK(same_bits<std::uint8_t>(file.read("u"), u8));
}

TEST_CASE("safetensors: metadata comes first in order of its keys and wide types come before narrow ones") {
  const TemporaryFolder folder;
  const Tensor u8 = Tensor::from<std::uint8_t>({7}, {1}), f64 = Tensor::from<double>({0.5}, {}), f32 = Tensor::from<float>({1, 2}, {2, 1}),
               i32 = Tensor::from<std::int32_t>({-1}, {1});
  write_safetensors(folder / "a", std::vector<NamedTensor>{{"u", u8}, {"i", i32}, {"f", f32}, {"d", f64}},
                    {{"z", "\"quoted\"\n"}, {"a", "\xc3\xa9"}});
  std::string header = R"({"__metadata__":{"a":")"
                       "\xc3\xa9"
                       R"(","z":"\"quoted\"\n"},)"
                       R"("d":{"dtype":"F64","shape":[],"data_offsets":[0,8]},)"
                       R"("i":{"dtype":"I32","shape":[1],"data_offsets":[8,12]},)"
                       R"("f":{"dtype":"F32","shape":[2,1],"data_offsets":[12,20]},)"
                       R"("u":{"dtype":"U8","shape":[1],"data_offsets":[20,21]}})";
  header.append((8 - header.size() % 8) % 8, ' ');
  CHECK(read_bytes(folder / "a") ==
        container(header, bytes_of<double>({0.5}) + bytes_of<std::int32_t>({-1}) + bytes_of<float>({1, 2}) + "\7"));
  const TensorFile file(folder / "a");
  CHECK(file.metadata() == std::map<std::string, std::string>{{"a", "\xc3\xa9"}, {"z", "\"quoted\"\n"}});
}

TEST_CASE("safetensors: every bit comes back") {
  const TemporaryFolder folder;
  const float odd = std::bit_cast<float>(0x7fa12345U);  // a signalling NaN with a payload
  const Tensor f32 = Tensor::from<float>({0.F, -0.F, 1e-45F, odd, -std::numeric_limits<float>::infinity(), 0.1F}, {2, 3});
  const Tensor f64 = Tensor::from<double>({-0.0, 5e-324, std::bit_cast<double>(0xfff0000000000001U), 0.1}, {4, 1});
  const Tensor i32 = Tensor::from<std::int32_t>({INT32_MIN, -1, INT32_MAX}, {3});
  const Tensor u8 = Tensor::from<std::uint8_t>({0, 128, 255}, {1, 1, 3});
  const Tensor none(Shape{0, 4});
  write_safetensors(folder / "a", std::vector<NamedTensor>{{"f32", f32}, {"f64", f64}, {"i32", i32}, {"u8", u8}, {"none", none}});
  const TensorFile file(folder / "a");
  CHECK(same_bits<float>(file.read("f32"), f32));
  CHECK(same_bits<double>(file.read("f64"), f64));
  CHECK(same_bits<std::int32_t>(file.read("i32"), i32));
  CHECK(same_bits<std::uint8_t>(file.read("u8"), u8));
  CHECK(file.read("none").shape() == Shape{0, 4});
}

TEST_CASE("safetensors: all 65536 halves are read by the definition of their formats") {
  const TemporaryFolder folder;
  std::string data;
  for (unsigned bits = 0; bits < 65536; ++bits) data += {static_cast<char>(bits & 255U), static_cast<char>(bits >> 8)};
  for (const std::string dtype : {"F16", "BF16"}) {
    write_bytes(folder / dtype, container(R"({"x":{"dtype":")" + dtype + R"(","shape":[65536],"data_offsets":[0,131072]}})", data));
    const TensorFile file(folder / dtype);
    const Tensor f32 = file.read("x");
    Tensor f64({65536}, DType::f64);
    file.read("x", f64);
    CHECK(f32.dtype() == DType::f32);
    int wrong = 0;
    for (unsigned bits = 0; bits < 65536; ++bits) {
      // bfloat16: 1 sign, 8 exponent and 7 fraction bits.
      const double bf16 = ((bits >> 7) & 255U) == 255U
                              ? (bits & 127U ? std::nan("") : (bits & 0x8000U ? -1 : 1) * std::numeric_limits<double>::infinity())
                              : (bits & 0x8000U ? -1.0 : 1.0) * std::ldexp((bits & 127U) + (bits & 0x7f80U ? 128U : 0U),
                                                                           std::max(1, static_cast<int>((bits >> 7) & 255U)) - 134);
      const double expected = dtype == "F16" ? half_value(bits) : bf16;
      wrong += !same_number(f32.values<float>()[bits], expected) + !same_number(f64.values<double>()[bits], expected);
    }
    CHECK(wrong == 0);
  }
}

TEST_CASE("safetensors: f32 and f64 are read as each other with one rounding") {
  const TemporaryFolder folder;
  constexpr std::int64_t n = 10'000;  // more than one block of the conversion
  Tensor f32(Shape{n}), f64(Shape{n}, DType::f64);
  for (std::size_t i = 0; i < n; ++i) {
    f32.values<float>()[i] = 0.1F * static_cast<float>(i);
    f64.values<double>()[i] = 0.1 * static_cast<double>(i);
  }
  write_safetensors(folder / "a", std::vector<NamedTensor>{{"f32", f32}, {"f64", f64}});
  Tensor wide(Shape{n}, DType::f64), narrow(Shape{n});
  const TensorFile file(folder / "a");
  file.read("f32", wide);
  file.read("f64", narrow);
  int wrong = 0;
  for (std::size_t i = 0; i < n; ++i) {
    wrong += wide.values<double>()[i] != f32.values<float>()[i];
    wrong += narrow.values<float>()[i] != static_cast<float>(f64.values<double>()[i]);
  }
  CHECK(wrong == 0);
}

TEST_CASE("safetensors: dtypes that weir does not read do no harm until they are read") {
  const TemporaryFolder folder;
  std::string header = "{", data;
  for (const auto& [dtype, bits] : std::initializer_list<std::pair<std::string, std::size_t>>{
           {"BOOL", 8}, {"U8", 8},    {"I8", 8},   {"F8_E5M2", 8}, {"F8_E4M3", 8}, {"I16", 16},   {"U16", 16},
           {"F16", 16}, {"BF16", 16}, {"I32", 32}, {"U32", 32},    {"F32", 32},    {"F64", 64},   {"I64", 64},
           {"U64", 64}, {"C64", 64},  {"F4", 4},   {"F6_E2M3", 6}, {"F6_E3M2", 6}, {"F8_E8M0", 8}}) {
    header += (header.size() > 1 ? ",\"" : "\"") + dtype + R"(":{"dtype":")" + dtype + R"(","shape":[4],"data_offsets":[)" +
              std::to_string(data.size()) + "," + std::to_string(data.size() + bits / 2) + "]}";
    data.append(bits / 2, 'x');
  }
  const std::string name = (folder / "a").string();
  write_bytes(name, container(header + "}", data));
  const TensorFile file(name);
  CHECK(file.entries().size() == 20);
  CHECK(file.read("F32").elements() == 4);
  const Tensor whole = file.read("I64");
  CHECK(whole.values<std::int64_t>()[3] == 0x7878787878787878);  // 'x' is 0x78
  CHECK(message_of<FormatError>([&] { file.read("U64"); }) ==
        name + ": its tensor 'U64' is [4] U64, expected F32, F64, F16, BF16, I64, I32 or U8. Convert it before it is saved.");
  Tensor four({4});
  CHECK(message_of<FormatError>([&] { file.read("I32", four); }) ==
        name + ": its tensor 'I32' is [4] I32, which cannot be read as f32. Convert it before it is saved.");
}

TEST_CASE("safetensors: whole numbers of 64 bits are written and read as they are") {
  const TemporaryFolder folder;
  const Tensor numbers = Tensor::from<std::int64_t>({-1, 1, 0x0102030405060708}, Shape{3});
  write_safetensors(folder / "a", std::vector<NamedTensor>{{"n", numbers}});
  std::string header = R"({"n":{"dtype":"I64","shape":[3],"data_offsets":[0,24]}})";
  header.append((8 - header.size() % 8) % 8, ' ');
  CHECK(read_bytes(folder / "a") ==
        container(header, std::string("\xff\xff\xff\xff\xff\xff\xff\xff\1\0\0\0\0\0\0\0\x08\7\6\5\4\3\2\1", 24)));
  CHECK(bits(TensorFile(folder / "a").read("n")) == bits(numbers));
}

TEST_CASE("safetensors: the header may name the tensors in any order") {
  const TemporaryFolder folder;
  write_bytes(
      folder / "a",
      container(R"({ "b" : {"data_offsets":[4,8],"shape":[1],"dtype":"F32"}, "a":{"dtype":"F32","shape":[],"data_offsets":[0,4]}} )",
                bytes_of<float>({1, 2})));
  const TensorFile file(folder / "a");
  CHECK(file.entries()[0].name == "a");
  CHECK(numbers(file.read("a"))[0] == 1);
  CHECK(numbers(file.read("b"))[0] == 2);
  CHECK(file.find("c") == nullptr);
}

TEST_CASE("safetensors: a tensor that is not there or does not fit the block is named") {
  const TemporaryFolder folder;
  const std::string name = (folder / "a").string();
  write_bytes(name, container(R"({"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,4]}})", "1234"));
  const TensorFile file(name);
  CHECK(message_of<FormatError>([&] { file.read("b\033[31m"); }) ==
        name + ": has no tensor 'b?[31m'. Look at its entries() for what it has.");
  CHECK(message_of<FormatError>([&] { file.read("a"); }) ==
        name + ": its tensor 'a' is [1, 1, 1, 1, 1, 1, 1, 1, 1] F32, expected at most 8 dimensions. Reshape it before it is saved.");
  Tensor block({1});
  CHECK(message_of<ShapeError>([&] { file.read("a", block); }) ==
        name + ": its tensor 'a' is [1, 1, 1, 1, 1, 1, 1, 1, 1] F32, the block to fill is [1]. Pass a block of the tensor's shape.");
}

TEST_CASE("safetensors: names that cannot be written are refused before a file is made") {
  const TemporaryFolder folder;
  const std::string name = (folder / "a").string();
  const Tensor one({1});
  const auto write = [&](const std::string& first, const std::string& second, const std::map<std::string, std::string>& metadata = {}) {
    return message_of<ConfigError>([&] { write_safetensors(name, std::vector<NamedTensor>{{first, one}, {second, one}}, metadata); });
  };
  CHECK(write("a", "a") == name + ": cannot be saved: the name 'a' is taken, expected one tensor of each name. Name it otherwise.");
  CHECK(write("__metadata__", "a") ==
        name + ": cannot be saved: the name '__metadata__' is taken, expected one tensor of each name. Name it otherwise.");
  CHECK(write("a", "\xff") == name + ": cannot be saved: a text is not UTF-8. Write it in UTF-8.");
  CHECK(write("a", "b", {{"key", "\xc3"}}) == name + ": cannot be saved: a text is not UTF-8. Write it in UTF-8.");
  CHECK(write("a", "b", {{"key", std::string(100'000'000, 'x')}}).starts_with(name + ": cannot be saved: the header is 100,000,"));
  CHECK(std::filesystem::is_empty(folder.path()));
  std::vector<std::byte> bytes(3);
  CHECK(message_of<ConfigError>([&] {
          write_safetensors(bytes, std::vector<NamedTensor>{{"a", one}, {"a", one}});
        }) == "(memory): cannot be saved: the name 'a' is taken, expected one tensor of each name. Name it otherwise.");
  CHECK(bytes == std::vector<std::byte>(3));
}
