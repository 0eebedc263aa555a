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
        "numpy": Scope(
            include=("numpy.polynomial.*", "numpy.lib._polynomial_impl", "numpy.exceptions"),
            exclude=("numpy.polynomial._polybase",),
        ),
        "joblib": Scope(include=("joblib.numpy_pickle",)),  # the older wrappers open files
        "catboost": Scope(
            include=("catboost.core",),
            only=("catboost.core.CatBoost*", "catboost.core._CatBoostBase", "catboost.core.E*"),
        ),
        "imbalanced-learn": Scope(
            include=("imblearn.*",),
            exclude=("imblearn.datasets*", "imblearn.keras*", "imblearn.tensorflow*"),
            without=("*.Substitution", "*.ArraysTransformer"),
        ),
        "statsmodels": Scope(
            include=("statsmodels.*",),
            exclude=(
                "statsmodels.compat*",
                "statsmodels.datasets*",
                "statsmodels.examples*",
                "statsmodels.formula*",
                "statsmodels.graphics*",
                "statsmodels.iolib*",
                "statsmodels.sandbox*",
                "statsmodels.stats.mediation",
                "statsmodels.tools.*",
                "statsmodels.tsa.x13",
            ),
        ),
        "transformers": Scope(
            include=(
                "transformers.configuration_utils",
                "transformers.data.data_collator",
                "transformers.debug_utils",
                "transformers.feature_extraction_*",
                "transformers.generation.configuration_utils",
                "transformers.image_processing_*",
                "transformers.image_utils",
                "transformers.models.*.configuration_*",
                "transformers.models.*.feature_extraction_*",
                "transformers.models.*.image_processing_*",
                "transformers.models.*.tokenization_*",
                "transformers.tokenization_*",
                "transformers.trainer_callback",
                "transformers.trainer_pt_utils",
                "transformers.trainer_utils",
                "transformers.training_args*",
                "transformers.utils.generic",
            ),
            exclude=("transformers.image_processing_backends", "transformers.models.deprecated*"),
        ),
        "tokenizers": Scope(include=("tokenizers",)),
        "accelerate": Scope(
            include=("accelerate.state", "accelerate.utils.dataclasses"),
            without=("accelerate.state.Accelerator*", "accelerate.state.Gradient*", "*.Thread*"),
        ),
        "peft": Scope(include=("peft.config", "peft.tuners.*.config", "peft.utils.peft_types")),
        "datasets": Scope(
            include=("datasets.features.features", "datasets.info", "datasets.splits"),
            only=("*.Value", "*.ClassLabel", "*.Sequence", "*.DatasetInfo", "*.Split*", "*.Named*"),
        ),
    }
)
"""By distribution name. A library that is not here is examined whole."""
