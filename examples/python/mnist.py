"""The MNIST task of the library crysx_nn: 784 - 256 - 10 with ReLU and softmax, categorical cross entropy, mini-batch gradient descent.

    ./weir python examples/python/mnist.py [FOLDER]

Takes MNIST from FOLDER or where load_mnist() finds it, else the small digits that come with weir. About 10 s for MNIST; the last line: test
accuracy 0.95 or more (0.9 for the small digits). A line of crysx_nn stands above what replaces it.
"""

import sys

import weir

try:
    train, test = weir.load_mnist(sys.argv[1] if len(sys.argv) > 1 else None)
except weir.FileError as error:
    print(error, "Taking the small digits.", sep="\n")
    train, test = weir.load_digits()

# nInputs = 784; neurons_per_layer = [256, 10]; activation_func_names = ['ReLU', 'Softmax']
net = weir.Sequential(train.x.shape[1], [weir.Dense(256), weir.ReLU(), weir.Dense(10)])  # the loss includes the softmax

# model = nn_model.nn_model(nInputs=..., neurons_per_layer=..., activation_func_names=..., init_method='Xavier', batch_size=32, device='CPU')
model = weir.Model(net, seed=1)

# model.details()
print(model)

# model.fit(inputs, outputs, nEpochs=..., loss_func=loss.CCE_loss, loss_grad_func=loss.CCE_loss_grad, opt='SGD')
model.fit(train, loss=weir.SoftmaxCrossEntropy(), optimizer=weir.SGD(lr=0.1), epochs=10, batch=32, validation=test,
          callbacks=[weir.ProgressBar(validation="test")])

# predictions, error, accuracy = model.predict(test_inputs, test_outputs, loss_func=loss.CCE_loss)
result = model.evaluate(test)
print(weir.confusion_matrix(model.predict(test), test.y))
print(f"test loss {result.loss:.4f}, test accuracy {result.accuracy:.4f}")
