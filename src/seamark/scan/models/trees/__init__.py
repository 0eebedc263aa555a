"""Native formats of tree libraries: XGBoost, LightGBM, CatBoost."""
