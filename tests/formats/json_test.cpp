#include "formats/json.hpp"

#include <doctest/doctest.h>

#include <bit>
#include <weir/core/error.hpp>

#include "tests/formats/container.hpp"

using namespace weir;
using namespace weir::test;

namespace {

std::string refusal(const std::string& text) {
  return message_of<FormatError>([&] { parse_json(text); });
}

}  // namespace

TEST_CASE("json: a text comes back as it was with its order and its kinds of numbers") {
  for (const std::string text :
       {R"({"b":1,"a":1.0,"c":[true,false,null,"x\"\\\n"],"d":{},"e":[]})", "[-1,0,9223372036854775807,-9223372036854775808]",
        "[0.1,-0.0,5e-324,1.7976931348623157e+308]", R"("\u0001")", "7"}) {
    CHECK(to_text(parse_json(text)) == text);
  }
  CHECK(parse_json("1").as<std::int64_t>() != nullptr);
  CHECK(parse_json("1.0").as<double>() != nullptr);
  CHECK(parse_json("1e0").as<double>() != nullptr);
}

TEST_CASE("json: doubles are written with the digits that give them back") {
  std::uint64_t bits = 0x3ff0000000000000U;
  for (int i = 0; i < 20'000; ++i) {
    bits = bits * 6364136223846793005U + 1442695040888963407U;
    const auto value = std::bit_cast<double>(bits);
    if (value - value != 0) continue;  // JSON cannot express NaN and infinities
    const Json back = parse_json(to_text(Json{value}));
    REQUIRE(back.as<double>() != nullptr);
    REQUIRE(std::bit_cast<std::uint64_t>(*back.as<double>()) == bits);
  }
}

TEST_CASE("json: a text that nobody vouches for is bounded") {
  CHECK(refusal("") == "byte 1 cannot be read as JSON.");
  CHECK(refusal("[1,]") == "byte 4 cannot be read as JSON.");
  CHECK(refusal(std::string("[]\0x", 4)) == "byte 3 cannot be read as JSON.");
  CHECK(refusal("[1]]") == "byte 4 cannot be read as JSON.");
  CHECK(refusal("[NaN]") == "byte 2 cannot be read as JSON.");
  CHECK(refusal("[1e999]") == "byte 6 cannot be read as JSON.");
  CHECK(refusal("[\"\xc3\"]") == "byte 4 cannot be read as JSON.");
  CHECK(refusal("[9223372036854775808]") == "the whole number 9223372036854775808 is too large, expected at most 9223372036854775807.");
  CHECK(refusal("[-9223372036854775809]") == "the whole number -9223372036854775809 does not fit 64 bits.");
  CHECK(refusal("[99999999999999999999]") == "the whole number 99999999999999999999 does not fit 64 bits.");
  CHECK(refusal(R"({"a":1,"b":2,"\u0061":3})") == "the key 'a' occurs twice.");
  CHECK(to_text(parse_json("[[[[[[[[]]]]]]]]")) == "[[[[[[[[]]]]]]]]");
  CHECK(refusal(std::string(17, '[')) == "it is nested deeper than 16.");
  CHECK(refusal(std::string(1'000'000, '[')) == "it is nested deeper than 16.");
  std::string many = "[0";
  for (int i = 1; i < 199'999; ++i) many += ",0";
  CHECK(parse_json(many + "]").as<Json::Array>()->size() == 199'999);  // plus the list itself
  CHECK(refusal(many + ",0]") == "it holds more than 200,000 values.");
  std::string members = R"({"0":0)";
  for (int i = 1; i < 1'000; ++i) members += ",\"" + std::to_string(i) + "\":0";
  CHECK(parse_json(members + "}").as<Json::Object>()->size() == 1'000);
  CHECK(refusal(members + R"(,"1000":0})") == "an object has more than 1,000 members.");
}

TEST_CASE("json: what is not UTF-8 is not written") {
  CHECK(message_of<ConfigError>([] { to_text(Json{std::string("\xff")}); }) == "a text is not UTF-8. Write it in UTF-8.");
}
