"""The words of the effect search: what is known to be inert, and what is known to be a sink."""

import builtins

ATTRIBUTES = frozenset(["getattr", "setattr", "delattr"])
"""Builtins whose harm depends on the name they are given."""

BUILTINS = frozenset(
    "abs all any bin bool bytearray bytes callable chr complex dict divmod enumerate filter float "
    "format frozenset hasattr hash id int isinstance issubclass iter len list map max min next "
    "object ord pow range repr reversed round set slice sorted str sum super tuple type zip".split()
) | {n for n in dir(builtins) if n.endswith(("Error", "Warning", "Exception"))}
"""Builtins that only compute."""

METHODS = frozenset(
    "add any all append astype clear copy count decode difference discard encode endswith extend "
    "fill format get index insert intersection isdisjoint issubset item items join keys lower "
    "lstrip move_to_end nonzero partition pop popitem ravel remove removeprefix removesuffix "
    "replace reshape reverse rfind "
    "rpartition rsplit rstrip setdefault setflags sort split splitlines startswith strip sum title "
    "tolist union update upper values view".split()
)
"""Methods of the standard containers, of text and of arrays. Called on an attacker's object they
reach only methods of allowlisted classes, which were examined themselves."""

SUPER = frozenset(
    "__new__ __setstate__ __setattr__ __getattr__ __getattribute__ __hash__ __eq__ __ne__ "
    "__setitem__ __getitem__ __delattr__ __delitem__ __init__ __init_subclass__ __reduce__ "
    "__getstate__ __contains__ __len__ __iter__ __array_finalize__".split()
)
"""Methods that are examined, or inert, wherever ``super()`` finds them."""

IMPORTABLE = frozenset(
    "warnings copy numpy collections functools inspect typing typing_extensions types itertools "
    "operator math numbers re weakref abc enum dataclasses contextlib scipy threading".split()
)
"""Packages that a loading method may import."""

_INERT_PREFIXES = (
    "collections.", "functools.", "itertools.", "math.", "numbers.", "numpy.", "operator.",
    "typing.", "typing_extensions.", "weakref.", "warnings.", "contextlib.",
)  # fmt: skip
_INERT = frozenset(
    """
    abc.abstractmethod copy.copy copy.deepcopy inspect.signature inspect.getfullargspec
    threading.Lock threading.RLock threading.local types.MappingProxyType types.MethodType
    logging.getLogger object.__new__ object.__setattr__ object.__getattribute__ dict.__new__
    dict.__init__ dict.__setitem__ dict.__getattribute__ dict.update list.__new__ list.__init__
    tuple.__new__ str.__new__ int.__new__ float.__new__ set.__new__ Exception.__new__
    re.compile enum.Enum.__new__ dataclasses.replace dataclasses.fields dataclasses.field
    torch.tensor torch.is_tensor torch.empty_like torch.empty torch.zeros torch.as_tensor
    torch.Size torch.device torch.get_default_dtype torch.is_floating_point
    torch._C._log_api_usage_once scipy.sparse.issparse
    """.split()
)

_SINK_MODULES = frozenset(
    """
    os posix nt subprocess pty shutil socket ssl http urllib ftplib smtplib telnetlib xmlrpc
    requests httpx aiohttp urllib3 importlib imp runpy code codeop pickle cPickle dill cloudpickle
    marshal shelve ctypes cffi multiprocessing concurrent asyncio tempfile webbrowser signal
    pkgutil zipimport sys gc io builtins timeit cProfile profile pdb bdb trace doctest
    sqlite3 dbm fileinput linecache glob zipfile tarfile gzip bz2 lzma joblib tkinter venv pip
    """.split()
)
_SINKS = frozenset(
    """
    exec eval compile __import__ open input breakpoint globals locals vars execfile
    numpy.load numpy.loadtxt numpy.genfromtxt numpy.fromfile numpy.fromregex numpy.memmap
    numpy.save numpy.savez numpy.savez_compressed numpy.savetxt numpy.DataSource numpy.f2py
    torch.load torch.save torch.hub.load torch.jit.load torch.compile operator.methodcaller
    pandas.read_pickle pandas.eval collections.namedtuple
    """.split()
)
_PURE = frozenset(
    """
    os.path.join os.path.basename os.path.dirname os.path.splitext os.fspath os.getpid
    os.environ.get sys.getsizeof sys.intern sys.maxsize sys.getrecursionlimit io.BytesIO
    io.StringIO concurrent.futures.ThreadPoolExecutor gc.collect joblib.effective_n_jobs
    joblib.Parallel joblib.delayed builtins.int builtins.float functools.reduce
    sys.modules.get sys._getframe
    """.split()
)


def is_sink(called: str) -> bool:
    """Whether a call by this dotted name runs code, or reaches files, processes or the network."""
    if called in _SINKS:
        return True
    return called not in _PURE and "." in called and called.partition(".")[0] in _SINK_MODULES


def is_inert(called: str) -> bool:
    """Whether a call by this dotted name is known only to compute."""
    return called in _INERT or called in _PURE or called.startswith(_INERT_PREFIXES)


BASES = frozenset(
    """
    object dict list tuple set frozenset int float complex str bytes Exception ValueError
    TypeError RuntimeError AttributeError KeyError IndexError ImportError UserWarning Warning
    DeprecationWarning FutureWarning RuntimeWarning SyntaxWarning NotImplementedError
    ArithmeticError OverflowError AssertionError LookupError OSError BaseException
    abc.ABC typing.Generic typing.Protocol typing.NamedTuple typing.TypedDict
    typing_extensions.Protocol typing_extensions.Generic typing_extensions.TypedDict
    enum.Enum enum.IntEnum enum.StrEnum enum.Flag enum.IntFlag
    collections.OrderedDict collections.UserDict collections.UserList collections.Counter
    collections.defaultdict collections.namedtuple
    collections.abc.Mapping collections.abc.MutableMapping collections.abc.Sequence
    collections.abc.MutableSequence collections.abc.Set collections.abc.MutableSet
    collections.abc.Iterable collections.abc.Iterator collections.abc.Callable
    collections.abc.Hashable collections.abc.Sized collections.abc.Container
    typing.Mapping typing.MutableMapping typing.Sequence typing.Iterable typing.Iterator
    typing.Dict typing.List typing.Tuple typing.Set typing.Callable typing.Any typing.Hashable
    datetime.datetime datetime.timedelta datetime.date numbers.Real numbers.Integral
    numpy.ndarray numpy.poly1d numpy.linalg.LinAlgError
    """.split()
)
"""Bases from outside a release whose own loading methods are known to be inert."""
