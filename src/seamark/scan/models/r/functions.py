"""R functions that act outside of the model that calls them (data): what each of them does.

From R's own reference index and the packages that start programs, fetch or embed other languages.
"""


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


PROGRAMS = _names(
    """system system2 shell shell.exec pipe exec_wait exec_background exec_internal
    terminalExecute mcfork makeCluster makePSOCKcluster Rcmd texi2dvi texi2pdf .Tcl tcl .jcall
    py_run_string py_run_file py_eval source_python"""
)
FETCHES = _names("download.file url.show install.packages install_github source_url getURL")
LOADS = _names("dyn.load library.dynam source sys.source getNativeSymbolInfo cppFunction sourceCpp")
DANGEROUS = PROGRAMS | FETCHES | LOADS
PASSED = DANGEROUS - _names("source pipe shell tcl getURL")
"""Those whose bare name is hardly ever a variable."""

ODD = _names(
    """url socketConnection serverSocket socketSelect curl_download curl_fetch_memory unlink
    file.remove file.symlink Sys.chmod Sys.setenv setHook addTaskCallback
    delayedAssign assignInNamespace unlockBinding attachNamespace
    assignInMyNamespace registerS3method setTimeLimit quit writeBin fifo
    unserialize browseURL file.edit file.show help.start untar
    file.copy file.rename file.append file.link make.socket py_call import_from_path import_main
    getURLContent postForm postToHost system.file_exec load.image sys.load.image"""
)
"""Names that have honest uses, and none in a model."""

NATIVE = _names(".C .Call .External .External2 .Fortran .Call.graphics")
LOOKS_UP = _names(
    """do.call match.fun get get0 mget dynGet getFunction getExportedValue getFromNamespace
    getAnywhere as.name as.symbol call exec invoke getS3method .Primitive"""
)
"""Functions whose first argument names another one."""
INDIRECT = LOOKS_UP | _names(
    """lapply sapply vapply Map mapply Reduce Filter rapply tapply apply outer Vectorize Find
    Position as.function eapply .Internal"""
)
"""Functions that call, or look up, what an argument names."""
EVALUATES = _names("eval evalq eval.parent withVisible local source_text eval_tidy")
MAKES_CODE = _names("parse str2lang str2expression parse_expr parse_exprs")
DECODES = _names(
    """intToUtf8 rawToChar chartr base64decode base64_dec base64enc memDecompress rev strtoi
    unserialize"""
)
"""Functions that make a name of what does not look like one."""

QUALIFIES = _names(":: :::")
TAKES_FROM = _names("$ @ [[ [ getElement")
"""Operators that take a function out of a list or an environment, by their second argument."""
ENVIRONMENTS = _names(
    """baseenv globalenv asNamespace getNamespace as.environment environment topenv parent.env
    loadNamespace sys.function parent.frame pos.to.env .getNamespace"""
)
"""Calls that give an environment in which R's own functions are found."""
GROUPS = _names("( { quote identity force I c invisible")
"""Calls whose value is one of their arguments."""
COMPUTES = _names("~ + - * / ^ : $ @ :: ::: == != < > <= >= & | && || ! %in% [ is.null missing")
"""Calls that no function is passed to: names in them are those of columns and variables."""

FOREIGN = {
    "processx": "starts programs",
    "callr": "starts programs",
    "sys": "starts programs",
    "reticulate": "runs Python",
    "rJava": "runs Java",
    "V8": "runs JavaScript",
    "tcltk": "runs Tcl",
    "Rcpp": "compiles code",
    "inline": "compiles code",
    "httr": "reaches the network",
    "httr2": "reaches the network",
    "curl": "reaches the network",
    "RCurl": "reaches the network",
    "remotes": "installs packages",
    "devtools": "installs packages",
    "pak": "installs packages",
    "BiocManager": "installs packages",
}
"""Packages by what any use of them does."""
ATTACHES = _names(
    "library require requireNamespace loadNamespace attachNamespace asNamespace getNamespace"
)

WRITES = {
    "writeLines": (1, "con"),
    "cat": (-1, "file"),
    "sink": (0, "file"),
    "dput": (1, "file"),
    "dump": (1, "file"),
    "save": (-1, "file"),
    "save.image": (0, "file"),
    "saveRDS": (1, "file"),
    "write": (1, "file"),
    "write.table": (1, "file"),
    "write.csv": (1, "file"),
    "writeChar": (1, "con"),
    "file.create": (0, ""),
    "dir.create": (0, "path"),
    "fwrite": (1, "file"),
    "write_csv": (1, "file"),
    "capture.output": (-1, "file"),
    "Rprof": (0, "filename"),
}
"""Which argument (position, -1 for none, and name) says to where these write."""
OPENS = _names("file gzfile bzfile xzfile")
READS = _names(
    """file readLines scan read.table read.csv read.delim readRDS load fromJSON GET POST PUT
    xmlParse read_html fread read_csv attach read_json readChar readBin"""
)
"""Functions that take an address where a path is expected."""
RESTORES = _names("readRDS load attach sys.source")
"""Functions that bring in objects, and whatever code is in them."""
OPTIONS = _names("error browser editor pager pdfviewer mailer unzip askpass warning.expression")
"""Options of R that hold code or a program's name."""
