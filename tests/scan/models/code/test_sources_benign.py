"""Ordinary code of public models: none gives a finding.

Written from knowledge of how such files look, not copied.
"""

# ruff: noqa: E501

import pytest

from seamark.scan.models.code.sources import examine_source
from seamark.scan.models.limits import Limits, Meter
from seamark.scan.models.router import route
from seamark.scan.models.scope import Scope, Tally

MODELING = '''
""" PyTorch X model. """
import math
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, List, Optional, Tuple, Union

import torch
import torch.nn.functional as F
import torch.utils.checkpoint
from einops import rearrange
from torch import nn
from transformers.activations import ACT2FN
from transformers.modeling_utils import PreTrainedModel
from transformers.utils import add_start_docstrings, is_flash_attn_2_available, logging

from .configuration_x import XConfig

if TYPE_CHECKING:
    import subprocess
if is_flash_attn_2_available():
    from flash_attn import flash_attn_func
    from flash_attn.bert_padding import index_first_axis, pad_input
try:
    from apex.normalization import FusedRMSNorm
    has_apex = True
except ImportError:
    has_apex = False

logger = logging.get_logger(__name__)
_CONFIG_FOR_DOC = "XConfig"
X_PRETRAINED_ARCHIVE_MAP = {"x": "https://huggingface.co/org/x/resolve/main/config.json"}


def _get_unpad_data(mask):
    seqlens = mask.sum(dim=-1, dtype=torch.int32)
    return F.pad(torch.cumsum(seqlens, dim=0), (1, 0))


class XRMSNorm(nn.Module):
    def __init__(self, hidden_size, eps=1e-6):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(hidden_size))
        self.eps = eps

    def forward(self, x):
        return self.weight * x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.eps)


ACTS = {"gelu": F.gelu, "relu": F.relu}


@add_start_docstrings("The bare X model.")
class XModel(PreTrainedModel):
    config_class = XConfig
    _no_split_modules = ["XLayer"]

    def __init__(self, config: XConfig):
        super().__init__(config)
        self.norm = XRMSNorm(config.hidden_size)
        self.act = ACT2FN[config.hidden_act]
        self.attn = getattr(self, f"_attn_{config.attn}", None)
        self.gate = getattr(torch.nn, config.gate)()
        self.post_init()

    @torch.jit.script
    def fused(x):
        return torch.compile(x)

    def load_tf_weights(self, path):
        self.load_state_dict(torch.load(path, map_location="cpu"))

    def generate(self, *args, **kwargs):
        self.eval()
        logger.warning_once(f"layers {math.sqrt(2)}")
        return super().generate(*args, **kwargs)


XModel.register_for_auto_class("AutoModel")
XConfig.register_for_auto_class()
'''

CONFIGURATION = """
from collections import OrderedDict
from transformers import PretrainedConfig
from transformers.utils import logging
logger = logging.get_logger(__name__)

class XConfig(PretrainedConfig):
    model_type = "x"
    keys_to_ignore_at_inference = ["past_key_values"]
    def __init__(self, vocab_size=32000, rope_scaling=None, **kwargs):
        self.vocab_size = vocab_size
        self._rope_scaling_validation()
        super().__init__(**kwargs)
    def _rope_scaling_validation(self):
        if not isinstance(self.vocab_size, int):
            raise ValueError("bad")
"""

TOKENIZATION = """
import base64, json, os, unicodedata
from functools import lru_cache
from shutil import copyfile
import regex as re
import sentencepiece as spm
import tiktoken
from transformers import PreTrainedTokenizer

VOCAB_FILES_NAMES = {"vocab_file": "x.tiktoken"}
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

@lru_cache()
def bytes_to_unicode():
    bs = list(range(ord("!"), ord("~") + 1))
    return dict(zip(bs, [chr(n) for n in bs]))

def _load_tiktoken_bpe(path):
    with open(path, "rb") as f:
        contents = f.read()
    return {base64.b64decode(t): int(r) for t, r in (l.split() for l in contents.splitlines() if l)}

class XTokenizer(PreTrainedTokenizer):
    vocab_files_names = VOCAB_FILES_NAMES
    def __init__(self, vocab_file, errors="replace", **kwargs):
        self.mergeable_ranks = _load_tiktoken_bpe(vocab_file)
        self.enc = tiktoken.Encoding("X", pat_str="a", mergeable_ranks=self.mergeable_ranks)
        self.pat = re.compile(r"'s|'t")
        super().__init__(**kwargs)
    def __getstate__(self):
        return self.__dict__.copy()
    def __setstate__(self, d):
        self.__dict__ = d
        self.sp_model = spm.SentencePieceProcessor()
        self.sp_model.Load(self.vocab_file)
    def save_vocabulary(self, save_directory, filename_prefix=None):
        if not os.path.isdir(save_directory):
            os.makedirs(save_directory, exist_ok=True)
        out = os.path.join(save_directory, "x.tiktoken")
        with open(out, "w", encoding="utf8") as w:
            w.write(json.dumps({}))
        copyfile(self.vocab_file, out)
        return (out,)
"""

SKLEARN_HANDLER = """
import json, logging, os
import joblib
import numpy as np

def model_fn(model_dir):
    return joblib.load(os.path.join(model_dir, "model.joblib"))

def input_fn(body, content_type):
    if content_type == "application/json":
        return np.array(json.loads(body))
    raise ValueError(content_type)

def predict_fn(data, model):
    return model.predict(data)

if __name__ == "__main__":
    import subprocess
    subprocess.run(["python", "-m", "http.server"])
"""

TORCHSERVE = """
import ast, importlib, io, logging, os, pickle
import torch
from ts.torch_handler.base_handler import BaseHandler
logger = logging.getLogger(__name__)

class Handler(BaseHandler):
    def initialize(self, context):
        properties = context.system_properties
        self.device = torch.device("cuda:" + str(properties.get("gpu_id")))
        path = os.path.join(properties["model_dir"], "model.pt")
        self.model = torch.load(path, map_location=self.device)
        self.model.eval()
        module = importlib.import_module("model")
    def preprocess(self, data):
        return ast.literal_eval(data[0]["body"].decode("utf-8"))
_service = Handler()
"""

VISION = """
import requests
from io import BytesIO
from PIL import Image

def load_image(path):
    if path.startswith("http"):
        return Image.open(BytesIO(requests.get(path, stream=True).content))
    return Image.open(path)

class Processor:
    def __call__(self, paths):
        return [load_image(p) for p in paths]
"""

ENDPOINT = """
import base64
from typing import Any, Dict, List
from io import BytesIO
from transformers import pipeline
class EndpointHandler():
    def __init__(self, path=""):
        self.pipeline = pipeline("text-classification", model=path)
    def __call__(self, data: Dict[str, Any]) -> List[Dict[str, Any]]:
        image = base64.b64decode(data.pop("inputs", data))
        return self.pipeline(BytesIO(image))
"""

QUANTIZATION = f'''
import base64, bz2
from torch.nn import Linear
from typing import List
try:
    from cpm_kernels.kernels.base import LazyKernelCModule, KernelFunction
    class Kernel:
        def __init__(self, code: bytes, function_names: List[str]):
            self.code = code
            self._cmodule = LazyKernelCModule(self.code)
            for name in function_names:
                setattr(self, name, KernelFunction(self._cmodule, name))
    quantization_code = "{"QlpoOTFBWSZTWU9yuJUA" * 200}"
    kernels = Kernel(bz2.decompress(base64.b64decode(quantization_code)), ["int4"])
except Exception as exception:
    kernels = None
'''

DISTRIBUTED = """
import os, sys, copy, re, random
import torch.distributed as dist
from pathlib import Path
from concurrent.futures import ThreadPoolExecutor
rank = int(os.environ.get("RANK", 0))
HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
VERSION = re.compile(r"(\\d+)").match("1")[1]
with open(HERE / "vocab.txt", encoding="utf-8") as f:
    VOCAB = f.read().split()
run = None
def forward(run=None, eval=False, compile=True, exec=None):
    if eval:
        return run
    return dist.get_rank()
"""

TRITON = """
import functools
import torch, triton
import triton.language as tl
@triton.autotune(configs=[triton.Config({}, num_warps=4)], key=["n"])
@triton.jit
def kernel(x_ptr, n: tl.constexpr):
    pid = tl.program_id(0)
    tl.store(x_ptr + pid, tl.load(x_ptr + pid))
@functools.wraps(kernel)
def call(x):
    with torch.cuda.device(x.device):
        kernel[(1,)](x, 1)
dtype = getattr(torch, "float" + "16")
"""

DIFFUSERS = """
import inspect
from typing import Callable
from diffusers import DiffusionPipeline, UNet2DModel
class MyPipeline(DiffusionPipeline):
    def __init__(self, unet, scheduler):
        super().__init__()
        self.register_modules(unet=unet, scheduler=scheduler)
        accepts_eta = "eta" in set(inspect.signature(scheduler.step).parameters.keys())
    @property
    def device(self):
        return self.unet.device
    def __call__(self, n=1):
        return self.scheduler.step(self.unet(n)).prev_sample
"""

TYPED = """
import types, pickle, socket, subprocess
from typing import get_type_hints
def is_function(x):
    return isinstance(x, types.FunctionType) or issubclass(x, subprocess.CalledProcessError)
def hostname() -> str:
    return socket.gethostname()
def save(x, p):
    pickle.dump(x, open(p, "wb"))
def f(x: "subprocess.Popen") -> subprocess.Popen: ...
"""

NLTK = """
import nltk
from nltk.tokenize import word_tokenize
def clean(text):
    return " ".join(word_tokenize(text)).format(a=1).replace("x", "y").encode("utf-8").decode("ascii")
TABLE = {i: chr(i) for i in range(256)}
NAMES = "".join(chr(c) for c in range(97, 123))
LABELS = [f"label_{i}" for i in range(10)]
"""

EMPTY = ""
BOM = "\ufeff# comment\nx = 1\n"
PEP263 = "# -*- coding: latin-1 -*-\nname = 'x'\n"

BENIGN = {
    "modeling": MODELING,
    "configuration": CONFIGURATION,
    "tokenization": TOKENIZATION,
    "scikit-learn handler": SKLEARN_HANDLER,
    "torchserve handler": TORCHSERVE,
    "vision": VISION,
    "endpoint handler": ENDPOINT,
    "quantization kernels": QUANTIZATION,
    "distributed": DISTRIBUTED,
    "triton": TRITON,
    "diffusers": DIFFUSERS,
    "typed": TYPED,
    "text": NLTK,
    "empty": EMPTY,
    "byte order mark": BOM,
    "declared encoding": PEP263,
}


@pytest.mark.parametrize("source", BENIGN.values(), ids=BENIGN)
def test_ordinary_model_code_gives_no_finding(source: str) -> None:
    scope = Scope(path="modeling_x.py", meter=Meter(Limits()), tally=Tally(), route=route)
    assert list(examine_source(source.encode(), scope)) == []
