// Gradients of combinations of all layers, activations and losses: every pair, and random graphs, each with and without fusion. The memory
// planner's reuse and aliasing of blocks, and fusion, must not change gradients.

#include <doctest/doctest.h>

#include <set>
#include <sstream>
#include <string>
#include <vector>
#include <weir/core/error.hpp>
#include <weir/core/random.hpp>
#include <weir/core/registry.hpp>
#include <weir/training/gradcheck.hpp>

#include "tests/training/diagnostics/graph_blocks.hpp"
#include "tests/training/diagnostics/planted_activation.hpp"

using namespace weir;
using namespace weir::test;

namespace {

std::string text(const Graph& graph) {
  std::ostringstream out;
  out << graph;
  return out.str();
}

// x -> Dense -> first -> second, added to x, so that no gradient is 0 where second is constant in the range of first.
struct Pair {
  Pair(const Block& first, const Block* second) {
    x = graph.input({4});
    indices = graph.input({2}, Storage::i32);
    Node node = graph.add(Dense(4), {x});
    node = first.add(
        graph, [&] { return node; }, indices);
    if (second != nullptr)
      node = second->add(
          graph, [&] { return node; }, indices);
    last = node;
    graph.output(graph.add(Add(), {x, graph.add(Flatten(), {graph.add(Embedding(2, 2), {indices})})}));  // so that indices are read
  }
  Graph graph;
  Node x, indices, last;
};

// A graph of ten blocks over two inputs and one of indices; values that no block reads become outputs with a loss each.
struct RandomGraph {
  explicit RandomGraph(std::uint64_t seed) : key(RandomKey{seed}.with(77)) {
    static const std::vector<Block> blocks = all_blocks();
    static const std::vector<LossCase> cases = all_losses();
    nodes = {graph.input({4}), graph.input({4})};
    const Node indices = graph.input({2}, Storage::i32);
    nodes.push_back(graph.add(Add(), {nodes[0], nodes[1]}));
    nodes.push_back(graph.add(Flatten(), {graph.add(Embedding(2, 2), {indices})}));
    read = {true, true, false, false};
    for (int i = 0; i < 10; ++i) {
      const Block& block = blocks[below(blocks.size())];
      nodes.push_back(block.add(
          graph, [&] { return pick(); }, indices));
      read.push_back(false);
    }
    const bool with_losses = below(4) != 0;
    for (std::size_t i = 2; i < nodes.size(); ++i) {
      if (read[i]) continue;
      if (with_losses) {
        add_loss(graph, nodes[i], cases[below(cases.size())], terms, targets);
      } else {
        graph.output(nodes[i]);
      }
    }
  }

  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(random_below(key, draws++, bound)); }
  // Prefers the last two nodes to older ones.
  Node pick() {
    const std::size_t chosen = below(3) == 0 ? below(nodes.size()) : nodes.size() - 1 - below(2);
    read[chosen] = true;
    return nodes[chosen];
  }

  RandomKey key;
  std::uint64_t draws = 0;
  Graph graph;
  std::vector<Node> nodes;
  std::vector<bool> read;
  std::vector<LossTerm> terms;
  std::vector<Shape> targets;
};

constexpr std::uint64_t seeds = 60;

}  // namespace

TEST_CASE("gradcheck: every two layers and activations behind each other" * doctest::timeout(300)) {
  const std::vector<Block> blocks = all_blocks();
  std::int64_t checked = 0, skipped = 0;
  std::uint64_t number = 0;
  for (const Block& first : blocks) {
    for (const Block& second : blocks) {
      CAPTURE(first.name);
      CAPTURE(second.name);
      Pair pair(first, &second);
      pair.graph.output(pair.graph.add(Add(), {pair.last, pair.x}));
      const GradcheckReport report = gradcheck(pair.graph, {.batch = 2, .seed = number++, .zeros = false, .max_entries = 2});
      CAPTURE(report);
      CHECK(report.passed);
      checked += report.checked;
      skipped += report.skipped;
    }
  }
  CHECK(skipped * 1000 <= checked);
}

TEST_CASE("gradcheck: a slope that is wrong by one in a thousand is caught behind and before every layer and activation") {
  const auto wrong = make_layer(PlantedActivation(tanh_of, [](double, double y, double dy) { return dy * 1.001 * (1 - y * y); }));
  const Block planted{"wrong", [wrong](Graph& graph, const Pick& pick, Node) { return graph.add(wrong, {pick()}); }};
  for (const Block& block : all_blocks()) {
    CAPTURE(block.name);
    for (Pair pair : {Pair(block, &planted), Pair(planted, &block)}) {
      pair.graph.output(pair.last);
      pair.graph.output(pair.graph.add(Tanh(), {pair.x}));
      CHECK_FALSE(gradcheck(pair.graph, {.batch = 2, .zeros = false}).passed);
    }
  }
}

TEST_CASE("gradcheck: every loss behind every layer and activation" * doctest::timeout(300)) {
  std::int64_t checked = 0, skipped = 0;
  std::uint64_t number = 0;
  for (const Block& block : all_blocks()) {
    for (const LossCase& c : all_losses()) {
      CAPTURE(block.name);
      CAPTURE(c.loss->describe());
      Pair pair(block, nullptr);
      std::vector<LossTerm> terms{LossTerm(MeanSquaredError())};
      std::vector<Shape> targets{{4}};
      add_loss(pair.graph, pair.last, c, terms, targets);
      const GradcheckReport report = gradcheck(
          pair.graph, {.loss = Losses(terms), .targets = targets, .batch = 2, .seed = number++, .zeros = false, .max_entries = 2});
      CAPTURE(report);
      CHECK(report.passed);
      checked += report.checked;
      skipped += report.skipped;
    }
  }
  CHECK(skipped * 1000 <= checked);
}

TEST_CASE("gradcheck: random graphs" * doctest::timeout(300)) {
  std::int64_t checked = 0, skipped = 0;
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    CAPTURE(seed);
    const RandomGraph random(seed);
    const std::string drawn = text(random.graph);
    CAPTURE(drawn);
    const GradcheckReport report = gradcheck(random.graph, {.loss = Losses(random.terms),
                                                            .targets = random.targets,
                                                            .sample_weights = seed % 2 == 1 && !random.terms.empty(),
                                                            .batch = 3,
                                                            .seed = seed,
                                                            .max_entries = 8});
    CAPTURE(report);
    CHECK(report.passed);
    checked += report.checked;
    skipped += report.skipped;
  }
  CHECK(skipped * 100 <= checked);
}

// Compares with the lists of layers and losses in files and of activations, so that none can be missing above.
TEST_CASE("gradcheck: the random graphs draw from every layer and activation and loss") {
  std::set<std::string> drawn;
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    const RandomGraph random(seed);
    add_types(drawn, random.graph, Losses(random.terms));
  }
  for (const ActivationFunction& function : all_activations()) {
    CAPTURE(name(function));
    CHECK(drawn.erase(std::string(name(function))) == 1);
  }
  CHECK(drawn.erase("lambda") == 1);  // cannot be saved, so it is not in the list
  std::string known;
  for (const std::string& type : drawn) known += (known.empty() ? "" : ", ") + type;
  CHECK_THROWS_WITH_AS(make_registered_layer("?", {}),
                       ("layer type '?': unknown, expected one of: " + known + ". Call weir::register_layer first.").c_str(), ConfigError);
}
