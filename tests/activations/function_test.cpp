#include <doctest/doctest.h>

#include <limits>
#include <set>
#include <string>

#include <weir/activations/function.hpp>
#include <weir/core/error.hpp>

using namespace weir;

TEST_CASE("activation function: every name is its own and finds its function") {
  std::set<std::string> names;
  for (const ActivationFunction& f : all_activations()) {
    CHECK(names.insert(std::string(name(f))).second);
    CHECK(activation_by_name(name(f)).index() == f.index());
  }
  for (const char* name : {"identity", "relu", "leaky_relu", "gelu_tanh", "hard_tanh", "log_sigmoid", "silu"}) CHECK(names.contains(name));
}

TEST_CASE("activation function: every one survives a round trip through its configuration") {
  for (const ActivationFunction& f : all_activations()) {
    CAPTURE(name(f));
    const ActivationFunction back = function_from_config(config(f));
    CHECK(back.index() == f.index());
    CHECK(config(back) == config(f));
    CHECK(describe(back) == describe(f));
  }
}

TEST_CASE("activation function: the configuration holds the name and every parameter") {
  CHECK(config(ReLU()) == Config().set("function", std::string("relu")));
  CHECK(config(LeakyReLU{.negative_slope = 0.2}) == Config().set("function", std::string("leaky_relu")).set("negative_slope", 0.2));
  const ActivationFunction back = function_from_config(config(LeakyReLU{.negative_slope = -0.125}));
  CHECK(std::get<LeakyReLU>(back).negative_slope == -0.125);
}

TEST_CASE("activation function: a whole number in a file is a parameter too") {
  const Config one = Config().set("function", std::string("leaky_relu")).set("negative_slope", std::int64_t{1});
  CHECK(std::get<LeakyReLU>(function_from_config(one)).negative_slope == 1);
}

TEST_CASE("activation function: describe writes the parameters with the fewest digits that give them back") {
  CHECK(describe(Identity()) == "identity");
  CHECK(describe(ReLU()) == "relu");
  CHECK(describe(LeakyReLU()) == "leaky_relu(0.01)");
  CHECK(describe(LeakyReLU{.negative_slope = 1.0 / 3}) == "leaky_relu(0.3333333333333333)");
  CHECK(describe(Sigmoid()) == "sigmoid");
  CHECK(describe(HardTanh{.min_val = -2, .max_val = 0.5}) == "hard_tanh(-2, 0.5)");
  CHECK(describe(Softplus()) == "softplus(1, 20)");
  CHECK(describe(Tanh()) == "tanh");
}

TEST_CASE("activation function: says what its backward reads") {
  CHECK(needs(Identity()) == Needs::neither);
  CHECK(needs(ReLU()) == Needs::y);
  CHECK(needs(LeakyReLU()) == Needs::x);
  CHECK(needs(Sigmoid()) == Needs::y);
  CHECK(needs(Tanh()) == Needs::y);
}

TEST_CASE("activation function: an unknown name lists the known ones") {
  std::string known;
  for (const ActivationFunction& f : all_activations()) known += (known.empty() ? "" : ", ") + std::string(name(f));
  CHECK(known.find("identity, relu, leaky_relu, sigmoid, tanh, ") == 0);
  CHECK_THROWS_WITH_AS(activation_by_name("gelo"), ("activation: unknown function 'gelo', expected one of: " + known + ".").c_str(),
                       ConfigError);
  CHECK_THROWS_WITH_AS(function_from_config(Config().set("function", std::string("ReLU"))),
                       ("activation: unknown function 'ReLU', expected one of: " + known + ".").c_str(), ConfigError);
}

TEST_CASE("activation function: a configuration that is not complete or not understood is refused") {
  CHECK_THROWS_WITH_AS(function_from_config(Config()), "config: 'function' is missing.", ConfigError);
  CHECK_THROWS_WITH_AS(function_from_config(Config().set("function", std::string("leaky_relu"))), "config: 'negative_slope' is missing.",
                       ConfigError);
  CHECK_THROWS_WITH_AS(function_from_config(Config().set("function", std::string("relu")).set("ceiling", 6.0)),
                       "relu: unknown entry 'ceiling'. A newer version may have written it: use that one, or remove the entry.",
                       ConfigError);
}

TEST_CASE("activation function: a parameter must be finite in float") {
  using L = std::numeric_limits<double>;
  for (const ActivationFunction& f : all_activations()) CHECK_NOTHROW(validate(f));
  CHECK_NOTHROW(validate(LeakyReLU{.negative_slope = -3e38}));
  CHECK_THROWS_WITH_AS(validate(LeakyReLU{.negative_slope = L::quiet_NaN()}),
                       "leaky_relu: negative_slope is nan, expected a number that is finite in float. Give another one.", ConfigError);
  CHECK_THROWS_WITH_AS(validate(LeakyReLU{.negative_slope = -L::infinity()}),
                       "leaky_relu: negative_slope is -inf, expected a number that is finite in float. Give another one.", ConfigError);
  const Config large = Config().set("function", std::string("leaky_relu")).set("negative_slope", 1e300);
  CHECK_THROWS_WITH_AS(function_from_config(large),
                       "leaky_relu: negative_slope is 1e+300, expected a number that is finite in float. Give another one.", ConfigError);
}

TEST_CASE("activation function: a parameter must be what its formula needs") {
  CHECK_THROWS_WITH_AS(validate(HardTanh{.min_val = 1, .max_val = 1}),
                       "hard_tanh: max_val is 1, expected a number above min_val. Give another one.", ConfigError);
  CHECK_THROWS_WITH_AS(validate(HardTanh{.min_val = 1, .max_val = 1 + 1e-9}),
                       "hard_tanh: max_val is 1.000000001, expected a number above min_val. Give another one.", ConfigError);
  CHECK_THROWS_WITH_AS(validate(CELU{.alpha = 0}), "celu: alpha is 0, expected a number above 0. Give another one.", ConfigError);
  CHECK_THROWS_WITH_AS(validate(CELU{.alpha = 1e-60}), "celu: alpha is 1e-60, expected a number above 0. Give another one.", ConfigError);
  CHECK_THROWS_WITH_AS(validate(Softplus{.beta = -1}), "softplus: beta is -1, expected a number above 0. Give another one.", ConfigError);
  CHECK_NOTHROW(validate(HardTanh{.min_val = -3e38, .max_val = 3e38}));
  CHECK_NOTHROW(validate(CELU{.alpha = 1e-45}));
  CHECK_NOTHROW(validate(Threshold{.threshold = 1, .value = 20}));
}
