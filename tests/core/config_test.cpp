#include <weir/core/config.hpp>

#include <doctest/doctest.h>

#include <weir/core/error.hpp>

using namespace weir;

namespace {

using Integers = std::vector<std::int64_t>;
using Numbers = std::vector<double>;

TypedConfig step_lr() { return {"StepLR", Config().set("step_size", std::int64_t{30}).set("gamma", 0.1)}; }

}  // namespace

TEST_CASE("config: numbers are read from doubles and whole numbers and from a number alone") {
  const Config config = Config()
                            .set("rates", Numbers{0.5, 2})
                            .set("axes", Integers{3, 1})
                            .set("one", 0.25)
                            .set("two", std::int64_t{2})
                            .set("word", std::string("a"))
                            .set("none", Numbers{});
  CHECK(config.numbers("rates") == Numbers{0.5, 2});
  CHECK(config.numbers("axes") == Numbers{3, 1});
  CHECK(config.numbers("one") == Numbers{0.25});
  CHECK(config.numbers("two") == Numbers{2});
  CHECK(config.numbers("none").empty());
  CHECK_THROWS_WITH_AS(config.numbers("word"), "config: 'word' is of another kind, expected a list of numbers.", ConfigError);
  CHECK_THROWS_WITH_AS(config.numbers("other"), "config: 'other' is missing.", ConfigError);
}

TEST_CASE("config: holds the configurations of what is inside") {
  Config config = Config().set("total_iters", std::int64_t{5}).set("then", step_lr());
  CHECK(config.child("then").type == "StepLR");
  CHECK(config.child("then").config.number("gamma") == 0.1);
  CHECK(config.children("then") == std::vector<TypedConfig>{step_lr()});
  CHECK_THROWS_WITH_AS(config.child("total_iters"),
                       "config: 'total_iters' is of another kind, expected a list of configurations with their types.", ConfigError);
  CHECK_THROWS_WITH_AS(config.number("then"), "config: 'then' is of another kind, expected a number.", ConfigError);
  config.set("list", std::vector<TypedConfig>{step_lr(), {"ReLU", {}}}).set("empty", std::vector<TypedConfig>{});
  CHECK(config.children("list")[1].type == "ReLU");
  CHECK(config.children("empty").empty());
  CHECK_THROWS_WITH_AS(config.child("list"), "config: 'list' holds 2 configurations, expected one.", ConfigError);
  CHECK_THROWS_WITH_AS(config.child("empty"), "config: 'empty' holds 0 configurations, expected one.", ConfigError);
}

TEST_CASE("config: is equal to another to the last entry inside") {
  const auto with = [](double gamma) {
    return Config().set("then", TypedConfig{"A", Config().set("then", TypedConfig{"B", Config().set("gamma", gamma)})});
  };
  CHECK(with(0.5) == with(0.5));
  CHECK(with(0.5) != with(0.25));
  CHECK(Config().set("a", TypedConfig{"A", {}}) != Config().set("a", TypedConfig{"B", {}}));
  CHECK(Config().set("a", 1.0) != Config().set("a", std::int64_t{1}));
  CHECK(Config().set("a", true).set("b", true) != Config().set("b", true).set("a", true));
}

TEST_CASE("config: describe writes out what is short") {
  CHECK(describe("none", {}) == "none");
  CHECK(describe("f", Config().set("on", true).set("n", std::int64_t{-2}).set("x", 1e-8).set("mode", std::string("min"))) ==
        "f(on=true, n=-2, x=1e-08, mode=min)");
  CHECK(describe("f", Config().set("axes", Integers{3, 1}).set("none", Integers{}).set("rates", Numbers{0.5})) ==
        "f(axes=[3, 1], none=[], rates=[...])");
  CHECK(describe("f", Config().set("words", std::vector<std::string>{"a"})) == "f(words=[...])");
  CHECK(describe("f", Config().set("then", step_lr())) == "f(then=StepLR(step_size=30, gamma=0.1))");
  CHECK(describe("f", Config().set("list", std::vector<TypedConfig>{step_lr(), {"ReLU", {}}})) ==
        "f(list=[StepLR(step_size=30, gamma=0.1), ReLU])");
}
