"""The fields of TensorFlow's messages by name, as text needs them."""

from seamark.scan.models.tensorflow.text_format import Schema

_MAP = {"key": (1, "text")}
SCHEMA: Schema = {
    "SavedModel": {"saved_model_schema_version": (1, "number"), "meta_graphs": (2, "MetaGraph")},
    "MetaGraph": {
        "meta_info_def": (1, "Info"),
        "graph_def": (2, "Graph"),
        "saver_def": (3, "ignored"),
        "collection_def": (4, "Collection"),
        "signature_def": (5, "ignored"),
        "asset_file_def": (6, "Asset"),
        "object_graph_def": (7, "Objects"),
    },
    "Info": {
        "meta_graph_version": (1, "text"),
        "stripped_op_list": (2, "ignored"),
        "any_info": (3, "ignored"),
        "tags": (4, "text"),
        "tensorflow_version": (5, "text"),
        "tensorflow_git_version": (6, "text"),
        "stripped_default_attrs": (7, "number"),
        "function_aliases": (8, "ignored"),
    },
    "Collection": {
        **_MAP,
        "value": (2, "CollectionValue"),
    },
    "CollectionValue": {
        "node_list": (1, "NodeList"),
        "bytes_list": (2, "ignored"),
        "int64_list": (3, "ignored"),
        "float_list": (4, "ignored"),
        "any_list": (5, "AnyList"),
    },
    "AnyList": {"value": (1, "Any")},
    "Any": {"type_url": (1, "text"), "value": (2, "text")},
    "NodeList": {"value": (1, "text")},
    "Asset": {"tensor_info": (1, "TensorInfo"), "filename": (2, "text")},
    "TensorInfo": {"name": (1, "text"), "dtype": (2, "enum"), "tensor_shape": (3, "ignored")},
    "Objects": {"nodes": (1, "Object"), "concrete_functions": (2, "Concrete")},
    "Object": {
        "children": (1, "ignored"),
        "slot_variables": (3, "ignored"),
        "user_object": (4, "User"),
        "asset": (5, "AssetIndex"),
        "dependencies": (15, "ignored"),
        "registered_name": (13, "text"),
        "registered_saver": (16, "text"),
        **{
            name: (number, "ignored")
            for name, number in {
                "function": 6,
                "variable": 7,
                "bare_concrete_function": 8,
                "constant": 9,
                "resource": 10,
                "saveable_objects": 11,
                "captured_tensor": 12,
            }.items()
        },
    },
    "User": {"identifier": (1, "text"), "version": (2, "ignored"), "metadata": (3, "text")},
    "AssetIndex": {"asset_file_def_index": (1, "number")},
    "Concrete": {**_MAP, "value": (2, "ConcreteValue")},
    "ConcreteValue": {
        "bound_inputs": (2, "number"),
        "canonicalized_input_signature": (3, "ignored"),
        "output_signature": (4, "ignored"),
    },
    "Graph": {
        "node": (1, "Node"),
        "library": (2, "Library"),
        "version": (3, "number"),
        "versions": (4, "ignored"),
        "debug_info": (5, "ignored"),
    },
    "Node": {
        "name": (1, "text"),
        "op": (2, "text"),
        "input": (3, "text"),
        "device": (4, "text"),
        "attr": (5, "Attribute"),
        "experimental_debug_info": (6, "ignored"),
        "experimental_type": (7, "ignored"),
    },
    "Attribute": {**_MAP, "value": (2, "Value")},
    "Value": {
        "list": (1, "List"),
        "s": (2, "text"),
        "i": (3, "number"),
        "f": (4, "float"),
        "b": (5, "number"),
        "type": (6, "enum"),
        "shape": (7, "Shape"),
        "tensor": (8, "Tensor"),
        "placeholder": (9, "text"),
        "func": (10, "Called"),
    },
    "List": {
        "s": (2, "text"),
        "i": (3, "number"),
        "f": (4, "float"),
        "b": (5, "number"),
        "type": (6, "enum"),
        "shape": (7, "Shape"),
        "tensor": (8, "Tensor"),
        "func": (9, "Called"),
    },
    "Called": {"name": (1, "text"), "attr": (2, "Attribute")},
    "Shape": {"dim": (2, "Dimension"), "unknown_rank": (3, "number")},
    "Dimension": {"size": (1, "number"), "name": (2, "text")},
    "Tensor": {
        "dtype": (1, "enum"),
        "tensor_shape": (2, "Shape"),
        "version_number": (3, "number"),
        "tensor_content": (4, "text"),
        "string_val": (8, "text"),
        "bool_val": (11, "number"),
        **{
            name: (number, "float")
            for name, number in {
                "float_val": 5,
                "double_val": 6,
                "int_val": 7,
                "scomplex_val": 9,
                "int64_val": 10,
                "dcomplex_val": 12,
                "half_val": 13,
                "uint32_val": 16,
                "uint64_val": 17,
                "float8_val": 18,
            }.items()
        },
        "resource_handle_val": (14, "ignored"),
        "variant_val": (15, "ignored"),
    },
    "Library": {
        "function": (1, "Function"),
        "gradient": (2, "ignored"),
        "registered_gradients": (3, "ignored"),
    },
    "Function": {
        "signature": (1, "Signature"),
        "node_def": (3, "Node"),
        "ret": (4, "Pair"),
        "attr": (5, "ignored"),
        "control_ret": (6, "ignored"),
        "arg_attr": (7, "ignored"),
        "resource_arg_unique_id": (8, "ignored"),
    },
    "Pair": {**_MAP, "value": (2, "text")},
    "Signature": {
        "name": (1, "text"),
        "input_arg": (2, "Argument"),
        **{
            name: (number, "ignored")
            for name, number in {
                "output_arg": 3,
                "attr": 4,
                "summary": 5,
                "description": 6,
                "deprecation": 8,
                "is_aggregate": 16,
                "is_stateful": 17,
                "is_commutative": 18,
                "allows_uninitialized_input": 19,
                "control_output": 20,
                "is_distributed_communication": 21,
            }.items()
        },
    },
    "Argument": {
        "name": (1, "text"),
        **{
            name: (number, "ignored")
            for name, number in {
                "description": 2,
                "type": 3,
                "type_attr": 4,
                "number_attr": 5,
                "type_list_attr": 6,
                "handle_data": 7,
                "is_ref": 16,
                "experimental_full_type": 17,
            }.items()
        },
    },
    "State": {
        "model_checkpoint_path": (1, "text"),
        "all_model_checkpoint_paths": (2, "text"),
        "all_model_checkpoint_timestamps": (3, "float"),
        "last_preserved_timestamp": (4, "float"),
    },
}
"""Fields of TensorFlow's messages that decide a verdict; ``ignored`` ones do not."""
