"""MLflow folders, imbalanced-learn and statsmodels, as their own functions save them."""

import os
import pickle
import sys
import warnings

import numpy as np
from record import Shelf
from sklearn import ensemble, linear_model, pipeline, preprocessing

X = np.random.RandomState(0).rand(60, 3)
Y = np.arange(60) % 2


def main(out):
    """Three libraries."""
    warnings.simplefilter("ignore")
    shelf = Shelf(out, "mlflow", "mlflow-skinny")
    os.environ["MLFLOW_TRACKING_URI"] = "file:///tmp/seamark-mlflow"
    import mlflow.sklearn

    models = {
        "logistic": linear_model.LogisticRegression().fit(X, Y),
        "forest": ensemble.RandomForestRegressor(3).fit(X, Y),
        "pipeline": pipeline.make_pipeline(
            preprocessing.StandardScaler(), linear_model.Ridge()
        ).fit(X, Y),
    }
    for name, model in models.items():
        for how in ("pickle", "cloudpickle"):

            def write(folder, m=model, f=how):
                mlflow.sklearn.save_model(
                    m, os.path.join(folder, "model"), serialization_format=f, pip_requirements=[]
                )

            shelf.save(name + "-" + how, write, kind="mlflow", folder=True)
    print("mlflow", shelf.saved, shelf.failed)
    shelf = Shelf(out, "imblearn", "imbalanced-learn")
    from imblearn import ensemble as balanced
    from imblearn import over_sampling, under_sampling
    from imblearn import pipeline as sampled

    skewed = np.r_[np.zeros(45), np.ones(15)]
    fitted = {
        "smote": over_sampling.SMOTE(k_neighbors=2).fit(X, skewed),
        "under": under_sampling.RandomUnderSampler().fit(X, skewed),
        "forest": balanced.BalancedRandomForestClassifier(3).fit(X, skewed),
        "easy": balanced.EasyEnsembleClassifier(2).fit(X, skewed),
        "pipeline": sampled.make_pipeline(
            over_sampling.RandomOverSampler(), linear_model.LogisticRegression()
        ).fit(X, skewed),
    }
    for name, model in fitted.items():

        def dump(path, m=model):
            with open(path, "wb") as handle:
                pickle.dump(m, handle)

        shelf.save(name + ".pkl", dump)
    print("imblearn", shelf.saved, shelf.failed)
    shelf = Shelf(out, "statsmodels")
    import statsmodels.api as sm

    shelf.save("ols.pkl", lambda p: sm.OLS(Y, X).fit().save(p))
    shelf.save("logit.pkl", lambda p: sm.Logit(Y, X).fit(disp=0).save(p))
    shelf.save("glm.pkl", lambda p: sm.GLM(Y, X).fit().save(p, remove_data=True))
    print("statsmodels", shelf.saved, shelf.failed)


if __name__ == "__main__":
    main(sys.argv[1])
