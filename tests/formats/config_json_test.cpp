#include <weir/formats/json.hpp>

#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <weir/core/error.hpp>

#include "tests/formats/container.hpp"

using namespace weir;
using namespace weir::test;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

Config there_and_back(const Config& config) { return config_from_json(to_json(config)); }

std::string refusal(const std::string& text) {
  return message_of<FormatError>([&] { config_from_json(text); });
}

}  // namespace

TEST_CASE("config json: every kind of entry is written as one would by hand") {
  const Config config = Config()
                            .set("z", std::int64_t{-3})
                            .set("yes", true)
                            .set("one", 1.0)
                            .set("tenth", 0.1)
                            .set("word", std::string("re\"lu"))
                            .set("axes", std::vector<std::int64_t>{2, 1})
                            .set("rates", std::vector<double>{1, 0.5})
                            .set("names", std::vector<std::string>{"a", ""});
  CHECK(to_json(config) == R"({"z":-3,"yes":true,"one":1.0,"tenth":0.1,"word":"re\"lu","axes":[2,1],"rates":[1.0,0.5],"names":["a",""]})");
  CHECK(there_and_back(config) == config);
  CHECK(to_json(Config()) == "{}");
}

TEST_CASE("config json: empty lists and numbers without a JSON word come back too") {
  const Config config = Config()
                            .set("i", std::vector<std::int64_t>{})
                            .set("d", std::vector<double>{})
                            .set("s", std::vector<std::string>{})
                            .set("inf", infinity)
                            .set("low", -infinity)
                            .set("list", std::vector<double>{0.5, -infinity});
  CHECK(
      to_json(config) ==
      R"({"i":{"integers":[]},"d":{"numbers":[]},"s":{"words":[]},"inf":{"number":"inf"},"low":{"number":"-inf"},"list":{"numbers":[0.5,"-inf"]}})");
  CHECK(there_and_back(config) == config);
  CHECK(std::isnan(there_and_back(Config().set("x", std::nan(""))).number("x")));
  CHECK(there_and_back(Config().set("x", std::string("inf"))) == Config().set("x", std::string("inf")));
}

TEST_CASE("config json: whole numbers and doubles are not confused") {
  const Config config = Config().set("a", std::int64_t{INT64_MIN}).set("b", std::int64_t{INT64_MAX}).set("c", -0.0).set("d", 1e300);
  CHECK(there_and_back(config) == config);
  CHECK(std::signbit(there_and_back(config).number("c")));
  CHECK(std::holds_alternative<double>(there_and_back(Config().set("x", 4.0)).entries()[0].second));
}

TEST_CASE("config json: what no Config can hold is refused") {
  CHECK(refusal("[]") == "a config is no object.");
  CHECK(refusal("{") == "byte 2 cannot be read as JSON.");
  CHECK(message_of<ConfigError>([] { to_json(Config().set("a", std::string("\xff"))); }) == "a text is not UTF-8. Write it in UTF-8.");
  const std::string what = "the config's 'a' is neither a number, a word, true, false, nor a list of numbers or words.";
  for (const char* value : {"null", "[]", "[null]", "[1,2.0]", "[1,\"a\"]", "[\"a\",1]", "[0.5,\"inf\",1]", "[true]", "[[1]]", "{}",
                            "{\"b\":1}", "{\"integers\":[1.0]}", "{\"integers\":1}", "{\"integers\":[],\"words\":[]}",
                            "{\"number\":\"huge\"}", "{\"number\":1}", "{\"words\":[1]}", "{\"numbers\":[1]}"}) {
    CAPTURE(value);
    CHECK(refusal("{\"a\":" + std::string(value) + "}") == what);
  }
}
