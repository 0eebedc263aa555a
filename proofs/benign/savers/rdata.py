"""Models and data as R saves them: every encoding and compression, by R itself.

R comes from the system (``apt-get install r-base-core r-recommended r-cran-randomforest``), not
from the environment; without it nothing is saved.
"""

# ruff: noqa: E501 (the R program reads better with one entry a line)

import os
import shutil
import subprocess
import sys
import tempfile

from record import Shelf

SCRIPT = r"""
suppressWarnings(suppressMessages({
out <- commandArgs(TRUE)[1]
set.seed(1)
have <- function(p) requireNamespace(p, quietly = TRUE)
d <- data.frame(x = rnorm(60), z = runif(60), g = factor(sample(c("a", "b"), 60, TRUE)))
d$y <- d$x * 2 + rnorm(60)
d$two <- as.integer(d$y > 0)
setClass("Scored", representation(score = "numeric", name = "character"))
setRefClass("Counter", fields = list(n = "numeric"), methods = list(up = function() { n <<- n + 1 }))
make <- function(k, ...) { force(k); function(x) x * k }
lazy <- function(k, unused = sqrt(k)) function(x) x * k
compiled <- compiler::cmpfun(function(x, n) { s <- 0; for (i in seq_len(n)) s <- s + x[i]; if (s > 0) s else -s })
items <- list(
  lm = quote(lm(y ~ x + g, data = d)),
  glm = quote(glm(two ~ x + z, data = d, family = binomial())),
  poly = quote(lm(y ~ poly(x, 2) + log(z + 1), d)),
  aov = quote(aov(y ~ g, d)),
  nls = quote(nls(y ~ a * x + b, d, start = list(a = 1, b = 0))),
  loess = quote(loess(y ~ x, d)),
  spline = quote(smooth.spline(d$x, d$y)),
  splinefun = quote(splinefun(1:9, (1:9)^2)),
  ecdf = quote(ecdf(d$x)),
  approx = quote(approxfun(1:4, 4:1)),
  stepfun = quote(stepfun(1:3, 0:3)),
  arima = quote(arima(lh, order = c(1, 0, 0))),
  holt = quote(HoltWinters(co2)),
  stl = quote(stl(nottem, "per")),
  kmeans = quote(kmeans(d[, 1:2], 3)),
  hclust = quote(hclust(dist(d[1:20, 1:2]))),
  prcomp = quote(prcomp(d[, 1:2])),
  ppr = quote(ppr(y ~ x + z, data = d, nterms = 1)),
  optim = quote(optim(c(1, 1), function(p) sum((p - 3)^2))),
  density = quote(density(d$x)),
  rpart = if (have("rpart")) quote(rpart::rpart(y ~ x + z + g, d)),
  nnet = if (have("nnet")) quote(nnet::nnet(two ~ x + z, d, size = 2, trace = FALSE)),
  multinom = if (have("nnet")) quote(nnet::multinom(g ~ x, d, trace = FALSE)),
  gam = if (have("mgcv")) quote(mgcv::gam(y ~ s(x), data = d)),
  lme = if (have("nlme")) quote(nlme::lme(y ~ x, random = ~ 1 | g, data = d)),
  coxph = if (have("survival")) quote(survival::coxph(survival::Surv(z, two) ~ x, d)),
  lda = if (have("MASS")) quote(MASS::lda(g ~ x + z, d)),
  negbin = if (have("MASS")) quote(MASS::glm.nb(round(exp(x)) ~ z, d)),
  forest = if (have("randomForest")) quote(randomForest::randomForest(y ~ x + z, d, ntree = 5)),
  kknn = if (have("class")) quote(class::knn(d[, 1:2], d[, 1:2], d$g)),
  frame = quote(d), factor = quote(d$g), matrix = quote(matrix(1:6, 2)), sequence = quote(1:100000),
  text = quote(c("caf\u00e9", NA, "tab\tnew\nline \\ \"quoted\"", "")), raw = quote(as.raw(0:255)),
  complex = quote(complex(real = 1:3, imaginary = -1)), special = quote(c(NA, NaN, Inf, -Inf, 1e-300)),
  dates = quote(as.POSIXct("2024-01-02", tz = "UTC") + 0:3), nested = quote(list(a = list(b = list(1, "x")))),
  s4 = quote(new("Scored", score = 1, name = "n")), refclass = quote(getRefClass("Counter")$new(n = 1)),
  closure = quote(make(3)), lazy = quote(lazy(3)), compiled = quote(compiled),
  formula = quote(y ~ x | g), expression = quote(expression(a + b, f(x))), call = quote(quote(f(x, y = 2))),
  environment = quote(list2env(list(a = 1, b = "x"))), hashed = quote(as.environment(as.list(1:50) |> setNames(paste0("v", 1:50)))),
  family = quote(Gamma("log")), terms = quote(terms(y ~ x * z)), strings = quote(as.character(1:5000)),
  null = quote(NULL), table = quote(table(d$g, d$two)), wide = quote(as.list(setNames(1:300, paste0("k", 1:300))))
)
forms <- list(gz = list(), plain = list(compress = FALSE), bz = list(compress = "bzip2"), xz = list(compress = "xz"),
              v2 = list(version = 2), ascii = list(ascii = TRUE, compress = FALSE))
i <- 0
for (name in names(items)) {
  if (is.null(items[[name]])) next
  value <- eval(items[[name]])
  i <- i + 1
  for (form in unique(c("gz", names(forms)[i %% length(forms) + 1])))
    do.call(saveRDS, c(list(value, file.path(out, paste0(name, "-", form, ".rds"))), forms[[form]]), quote = TRUE)
}
little <- file(file.path(out, "little.rds"), "wb")
writeBin(serialize(lm(y ~ x, d), NULL, xdr = FALSE), little)
close(little)
fit <- lm(y ~ x, d); other <- glm(two ~ x, binomial, d); helper <- function(a) a + 1
save(fit, file = file.path(out, "one.RData"))
save(fit, other, d, helper, file = file.path(out, "several.rda"))
save(fit, file = file.path(out, "ascii.rda"), ascii = TRUE)
save(fit, d, file = file.path(out, "xz.rda"), compress = "xz")
save(fit, file = file.path(out, "two.RData"), version = 2)
save(d, file = file.path(out, "plain.RData"), compress = FALSE)
cat(as.character(getRversion()))
}))
"""


class RShelf(Shelf):
    """Files that R wrote, not a Python distribution."""

    def __init__(self, out, version):
        self.library = "r"
        self.version = version
        self.folder = os.path.join(out, "r")
        self.index = os.path.join(out, "index.jsonl")
        os.makedirs(self.folder, exist_ok=True)
        self.saved = 0
        self.failed = 0


def main(out):
    """Let R save everything, then take it over."""
    program = shutil.which("Rscript")
    if program is None:
        raise SystemExit("install r-base-core: Rscript is not there")
    with tempfile.TemporaryDirectory() as scratch:
        script = os.path.join(scratch, "save.R")
        made = os.path.join(scratch, "made")
        os.mkdir(made)
        with open(script, "w") as handle:
            handle.write(SCRIPT)
        run = subprocess.run(
            [program, "--vanilla", script, made], capture_output=True, text=True, timeout=600
        )
        if run.returncode:
            raise SystemExit(run.stderr)
        shelf = RShelf(out, run.stdout.strip() or "unknown")
        for name in sorted(os.listdir(made)):
            shelf.save(
                name,
                lambda path, n=name: shutil.copyfile(os.path.join(made, n), path),
                kind="r-data",
            )
    print("r", shelf.saved, shelf.failed)


if __name__ == "__main__":
    main(sys.argv[1])
