"""MLflow's own flavors (data, MLflow 1 to 3): what each is called and what of it is imported."""

from typing import NamedTuple


class Flavor(NamedTuple):
    """One flavor.

    ``title`` of the framework; ``libraries`` whose classes the flavor's entries may name.
    """

    title: str
    libraries: tuple[str, ...] = ()


FLAVORS: dict[str, Flavor] = {
    "python_function": Flavor("Python function"),
    "sklearn": Flavor("scikit-learn", ("sklearn",)),
    "xgboost": Flavor("XGBoost", ("xgboost",)),
    "lightgbm": Flavor("LightGBM", ("lightgbm",)),
    "catboost": Flavor("CatBoost", ("catboost",)),
    "pytorch": Flavor("PyTorch", ("torch",)),
    "tensorflow": Flavor("TensorFlow", ("tensorflow", "keras")),
    "keras": Flavor("Keras", ("keras", "tensorflow", "tf_keras", "tensorflow.keras")),
    "onnx": Flavor("ONNX", ("onnx", "onnxruntime")),
    "transformers": Flavor("Transformers", ("transformers", "torch", "tokenizers", "peft")),
    "sentence_transformers": Flavor("Sentence Transformers", ("sentence_transformers",)),
    "diffusers": Flavor("Diffusers", ("diffusers",)),
    "langchain": Flavor("LangChain", ("langchain", "langchain_core", "langchain_community",
                                      "langgraph", "langchain_openai", "langchain_classic")),
    "llama_index": Flavor("LlamaIndex", ("llama_index",)),
    "dspy": Flavor("DSPy", ("dspy",)),
    "crewai": Flavor("CrewAI", ("crewai",)),
    "openai": Flavor("OpenAI", ("openai",)),
    "anthropic": Flavor("Anthropic", ("anthropic",)),
    "spacy": Flavor("spaCy", ("spacy",)),
    "statsmodels": Flavor("statsmodels", ("statsmodels",)),
    "prophet": Flavor("Prophet", ("prophet", "fbprophet")),
    "pmdarima": Flavor("pmdarima", ("pmdarima",)),
    "diviner": Flavor("Diviner", ("diviner",)),
    "h2o": Flavor("H2O", ("h2o",)),
    "spark": Flavor("Spark MLlib", ("pyspark",)),
    "mleap": Flavor("MLeap"),
    "fastai": Flavor("fastai", ("fastai",)),
    "paddle": Flavor("PaddlePaddle", ("paddle",)),
    "gluon": Flavor("MXNet Gluon", ("mxnet",)),
    "mxnet": Flavor("MXNet", ("mxnet",)),
    "shap": Flavor("SHAP", ("shap",)),
    "johnsnowlabs": Flavor("John Snow Labs", ("johnsnowlabs", "sparknlp")),
    "promptflow": Flavor("Prompt flow", ("promptflow",)),
    "crate": Flavor("R (crate)"),
    "rkeras": Flavor("Keras for R"),
    "keras_r": Flavor("Keras for R"),
}  # fmt: skip

CLASS_KEYS = frozenset(
    "model_class keras_module model_lc_class pipeline_model_type model_type tokenizer_type "
    "feature_extractor_type processor_type image_processor_type torch_dtype instance_type "
    "engine_type framework_class settings_class".split()
)
"""Entries of a flavor that its loader turns into a class: by import, or as a library's attribute.

XGBoost and LightGBM import ``model_class``, TensorFlow ``keras_module``."""

IMPORTED_KEYS = frozenset({"model_class", "keras_module"})
"""Those of them whose module is imported, whatever it is."""

PATH_KEYS = frozenset(
    "data model_path model_data pickled_model python_model model_binary code code_path "
    "model_code_path saved_model_dir agent_data tools_data persist_dir loader_fn custom_objects "
    "serialized_explainer state_dict model_config model_load_args entry "
    "components_path config_path conda virtualenv env pickle_module path processor_path "
    "prompts_path chain_path adapter_weights weight_name".split()
)
"""Entries that a loader joins to the model's folder."""

CODE_KEYS = ("code", "code_path", "model_code_path")
"""Entries that name Python which is imported: a folder, or one file."""
