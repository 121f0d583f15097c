"""Trains a classifier on arrays: the digits that come with weir.

    ./weir python examples/python/quickstart.py

Takes about a second. The last line: test accuracy 0.9 or more.
"""

import weir

train, test = weir.load_digits()
x_train, y_train, x_test, y_test = train.x / 16, train.y, test.x / 16, test.y  # arrays of NumPy: yours go here

net = weir.Sequential(64, [weir.Dense(128), weir.ReLU(), weir.Dense(10)])
model = weir.Model(net, seed=1)
print(model)

history = model.fit(x_train, y_train, loss=weir.SoftmaxCrossEntropy(), optimizer=weir.Adam(lr=1e-3), epochs=10, batch=32,
                    validation=(x_test, y_test), callbacks=[weir.EarlyStopping(patience=3), weir.ProgressBar()])
print(history)

classes = model.predict(x_test).argmax(axis=1)
print("the first labels", y_test[:10], "and predictions", classes[:10])
print(f"test accuracy {model.evaluate(x_test, y_test).accuracy:.4f}")
