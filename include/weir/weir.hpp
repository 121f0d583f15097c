#pragma once

// Everything that weir offers.

#include <weir/core/array.hpp>
#include <weir/core/config.hpp>
#include <weir/core/context.hpp>
#include <weir/core/device.hpp>
#include <weir/core/dtype.hpp>
#include <weir/core/error.hpp>
#include <weir/core/graph.hpp>
#include <weir/core/host_device.hpp>
#include <weir/core/initializer.hpp>
#include <weir/core/layer.hpp>
#include <weir/core/loss.hpp>
#include <weir/core/losses.hpp>
#include <weir/core/make_layer.hpp>
#include <weir/core/model.hpp>
#include <weir/core/parallel.hpp>
#include <weir/core/random.hpp>
#include <weir/core/registry.hpp>
#include <weir/core/shape.hpp>
#include <weir/core/tensor.hpp>
#include <weir/core/tensor_view.hpp>
#include <weir/core/threads.hpp>
#include <weir/core/training_state.hpp>

#include <weir/activations/activation.hpp>
#include <weir/activations/function.hpp>
#include <weir/activations/functions.hpp>
#include <weir/activations/identity.hpp>
#include <weir/activations/leaky_relu.hpp>
#include <weir/activations/math.hpp>
#include <weir/activations/parameter.hpp>
#include <weir/activations/relu.hpp>
#include <weir/activations/sigmoid.hpp>
#include <weir/activations/tanh.hpp>

#include <weir/layers/add.hpp>
#include <weir/layers/concat.hpp>
#include <weir/layers/dense.hpp>
#include <weir/layers/flatten.hpp>
#include <weir/layers/mean_squared_error.hpp>
#include <weir/layers/softmax_cross_entropy.hpp>

#include <weir/data/dataset.hpp>
#include <weir/data/idx.hpp>
#include <weir/data/loader.hpp>
#include <weir/data/mnist.hpp>

#include <weir/formats/load.hpp>
#include <weir/formats/load_state_dict.hpp>
#include <weir/formats/safetensors.hpp>
#include <weir/formats/save.hpp>

#include <weir/training/adadelta.hpp>
#include <weir/training/adagrad.hpp>
#include <weir/training/adam.hpp>
#include <weir/training/adamw.hpp>
#include <weir/training/evaluate.hpp>
#include <weir/training/fit.hpp>
#include <weir/training/gradcheck.hpp>
#include <weir/training/gradcheck_report.hpp>
#include <weir/training/gradient_clip.hpp>
#include <weir/training/lion.hpp>
#include <weir/training/metrics.hpp>
#include <weir/training/nadam.hpp>
#include <weir/training/optimizer.hpp>
#include <weir/training/parameter_group.hpp>
#include <weir/training/predict.hpp>
#include <weir/training/radam.hpp>
#include <weir/training/reports.hpp>
#include <weir/training/rmsprop.hpp>
#include <weir/training/schedule.hpp>
#include <weir/training/sgd.hpp>
#include <weir/training/step.hpp>
