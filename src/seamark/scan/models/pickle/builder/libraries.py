"""Which parts of each library models refer to: least privilege, by module."""

from collections.abc import Mapping
from types import MappingProxyType

from seamark.scan.models.pickle.builder.build import Scope

_XGBOOST = Scope(include=("xgboost.core", "xgboost.sklearn", "xgboost.callback"))

SCOPES: Mapping[str, Scope] = MappingProxyType(
    {
        "scikit-learn": Scope(
            include=("sklearn.*",),
            exclude=("sklearn.datasets*", "sklearn.callback*", "sklearn.inspection*"),
            functions=(
                "sklearn.metrics._classification",
                "sklearn.metrics._ranking",
                "sklearn.metrics._regression",
                "sklearn.metrics._scorer",
                "sklearn.metrics.classification",
                "sklearn.metrics.cluster.*",
                "sklearn.metrics.pairwise",
                "sklearn.metrics.ranking",
                "sklearn.metrics.regression",
                "sklearn.metrics.scorer",
                "sklearn.cluster._kmeans",
                "sklearn.covariance._empirical_covariance",
                "sklearn.decomposition._fastica",
                "sklearn.ensemble._gb_losses",
                "sklearn.feature_extraction.text",
                "sklearn.feature_selection._mutual_info",
                "sklearn.feature_selection._univariate_selection",
                "sklearn.linear_model._base",
                "sklearn.neural_network._base",
                "sklearn.preprocessing._data",
            ),
        ),
        "scipy": Scope(
            include=(
                "scipy.cluster.*",
                "scipy.integrate.*",
                "scipy.interpolate.*",
                "scipy.optimize.*",
                "scipy.signal.*",
                "scipy.sparse.*",
                "scipy.spatial.*",
                "scipy.special.*",
                "scipy.stats.*",
            ),
        ),
        "pandas": Scope(
            include=("pandas.core.*", "pandas.tseries.offsets", "pandas.tseries.holiday"),
            exclude=(
                "pandas.core._numba*",
                "pandas.core.arrays.arrow*",
                "pandas.core.col",
                "pandas.core.computation*",
                "pandas.core.interchange*",
                "pandas.core.methods*",
                "pandas.core.groupby*",
            ),
        ),
        "xgboost": _XGBOOST,
        "xgboost-cpu": _XGBOOST,
        "lightgbm": Scope(include=("lightgbm.basic", "lightgbm.sklearn", "lightgbm.callback")),
        "torch": Scope(
            include=("torch.nn.*", "torch.optim.*", "torch.distributions.*"),
            exclude=(
                "torch.nn.attention.flex_attention",
                "torch.nn.cpp",
                "torch.nn.parallel*",
                "torch.nn.utils._expanded_weights*",
            ),
            functions=("torch.nn.functional", "torch.nn.init"),
        ),
    }
)
"""By distribution name. A library that is not here is examined whole."""
