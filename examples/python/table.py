"""A table of pandas, with columns of numbers and of words, and classes by name.

    ./weir python examples/python/table.py

Takes about a second and needs pandas. The last line: test accuracy 0.85 or more.
"""

import numpy as np
import pandas as pd
import weir

# A table as pandas.read_csv gives it: who buys?
rng = np.random.default_rng(0)
n = 2000
table = pd.DataFrame({
    "age": rng.integers(18, 80, n),
    "income": rng.normal(3000, 900, n).round(2),
    "city": rng.choice(["Ulm", "Graz", "Bern"], n),
})
score = (table.age - 45) / 15 + (table.income - 3000) / 900 + (table.city == "Bern") + rng.normal(0, 0.3, n)
table["buys"] = np.where(score > 0.3, "yes", "no")

features = pd.get_dummies(table.drop(columns="buys")).astype(float)  # a column of zeros and ones for each city
classes, labels = np.unique(table.buys, return_inverse=True)
train, test = slice(0, 1500), slice(1500, n)
mean, deviation = features[train].mean(), features[train].std()
x = ((features - mean) / deviation).to_numpy()

data = weir.Dataset(x[train], labels[train], columns=features.columns, classes=classes)
model = weir.Model(weir.Sequential(x.shape[1], [weir.Dense(16), weir.Tanh(), weir.Dense(len(classes))]), seed=1)
history = model.fit(data, loss=weir.SoftmaxCrossEntropy(), optimizer=weir.Adam(lr=0.01), epochs=20, validation=(x[test], labels[test]))
print(pd.DataFrame(history.to_dict()).tail(3).to_string(index=False))
matrix = weir.confusion_matrix(model.predict(x[test]), labels[test])
print(pd.DataFrame(matrix, index=classes, columns=[f"predicted {name}" for name in classes]))
print(f"test accuracy {model.evaluate(x[test], labels[test]).accuracy:.4f}")
