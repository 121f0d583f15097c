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
  const Config four = there_and_back(Config().set("x", 4.0));
  CHECK(std::holds_alternative<double>(four.entries()[0].second));
}

TEST_CASE("config json: what no Config can hold is refused") {
  CHECK(refusal("[]") == "a config is no object.");
  CHECK(refusal("{") == "byte 2 cannot be read as JSON.");
  CHECK(message_of<ConfigError>([] { to_json(Config().set("a", std::string("\xff"))); }) == "a text is not UTF-8. Write it in UTF-8.");
  const std::string what = "the config's 'a' is neither a number, a word, true, false, nor a list of numbers, words or configs.";
  for (const char* value : {"null",
                            "[]",
                            "[null]",
                            "[1,2.0]",
                            "[1,\"a\"]",
                            "[\"a\",1]",
                            "[0.5,\"inf\",1]",
                            "[true]",
                            "[[1]]",
                            "{}",
                            "{\"b\":1}",
                            "{\"integers\":[1.0]}",
                            "{\"integers\":1}",
                            "{\"integers\":[],\"words\":[]}",
                            "{\"number\":\"huge\"}",
                            "{\"number\":1}",
                            "{\"configs\":[{}]}",
                            "{\"configs\":1}",
                            "[{}]",
                            "[{\"type\":\"a\"}]",
                            "[{\"type\":1,\"config\":{}}]",
                            "[{\"type\":\"a\",\"config\":{},\"more\":1}]",
                            "[{\"typo\":\"a\",\"config\":{}}]",
                            "[{\"type\":\"a\",\"config\":{}},1]",
                            "{\"words\":[1]}",
                            "{\"numbers\":[1]}"}) {
    CAPTURE(value);
    CHECK(refusal("{\"a\":" + std::string(value) + "}") == what);
  }
}

TEST_CASE("config json: configs inside come back with their order and kinds and bits") {
  const TypedConfig step{"StepLR", Config().set("step_size", std::int64_t{30}).set("gamma", 0.1)};
  const Config config = Config()
                            .set("start", 1.0)
                            .set("then", step)
                            .set("both", std::vector<TypedConfig>{step, {"a", {}}})
                            .set("none", std::vector<TypedConfig>{});
  CHECK(to_json(config) ==
        R"({"start":1.0,"then":[{"type":"StepLR","config":{"step_size":30,"gamma":0.1}}],)"
        R"("both":[{"type":"StepLR","config":{"step_size":30,"gamma":0.1}},{"type":"a","config":{}}],"none":{"configs":[]}})");
  CHECK(there_and_back(config) == config);
  const Config odd = Config().set("low", -infinity).set("zero", -0.0).set("none", std::vector<double>{});
  const Config back = there_and_back(Config().set("then", TypedConfig{"a", Config().set("then", TypedConfig{"b", odd})}));
  CHECK(back.child("then").config.child("then") == TypedConfig{"b", odd});
  CHECK(std::signbit(back.child("then").config.child("then").config.number("zero")));
}

TEST_CASE("config json: a member of the wrong kind is refused inside too") {
  CHECK(refusal(R"({"then":[{"type":"a","config":[]}]})") == "a config is no object.");
  CHECK(refusal(R"({"then":[{"type":"a","config":{"b":null}}]})") ==
        "the config's 'b' is neither a number, a word, true, false, nor a list of numbers, words or configs.");
}

TEST_CASE("config json: configs stand at most 3 deep in one another") {
  Config config = Config().set("list", std::vector<std::int64_t>{1});
  std::string text = R"({"list":[1]})";
  for (int depth = 0; depth < 3; ++depth) {
    config = Config().set("then", TypedConfig{"a", config});
    text = R"({"then":[{"type":"a","config":)" + text + "}]}";
  }
  CHECK(to_json(config) == text);
  CHECK(there_and_back(config) == config);
  CHECK(message_of<ConfigError>([&] {
          to_json(Config().set("then", TypedConfig{"a", config}));
        }) == "a config holds others more than 3 deep.");
  CHECK(refusal(R"({"then":[{"type":"a","config":)" + text + "}]}") == "a config holds others more than 3 deep.");
}
