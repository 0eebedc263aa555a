"""One pickle stream: both engines, the decision on each reference, and what they amount to.

What is honest around a stream depends on who loads it (:class:`StreamKind`): persistent ids in a
torch checkpoint, raw arrays in a joblib file.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from seamark.core.findings import Finding, Json
from seamark.core.rules import Reference, Rule
from seamark.core.verdicts import Verdict
from seamark.scan.models.blobs import Blob
from seamark.scan.models.pickle import containers, joblib, rules
from seamark.scan.models.pickle.attacks import name_attack
from seamark.scan.models.pickle.decide import Allowlist, Decision, load_allowlist
from seamark.scan.models.pickle.decompile import decompile, printable
from seamark.scan.models.pickle.guards import check_call, check_state
from seamark.scan.models.pickle.judge import JudgeDied, agree, shared_judge
from seamark.scan.models.pickle.machine import Broken, explain
from seamark.scan.models.pickle.states import Evident
from seamark.scan.models.pickle.trace import (
    Call,
    Const,
    End,
    Odd,
    Oddity,
    Persistent,
    Ref,
    Seq,
    Trace,
)
from seamark.scan.models.scope import Scope


class StreamKind(StrEnum):
    """Who would load the stream, and so which persistent ids and raw bytes are honest in it."""

    PLAIN = "plain"
    """A pickle file. joblib's arrays are honest here too: its files have no other mark."""
    TORCH_ZIP = "torch zip"
    TORCH_LEGACY = "torch legacy"
    NUMPY_OBJECT = "numpy object"
    JOBLIB = "joblib"


_RULE_OF_DECISION: dict[Decision, Rule] = {
    Decision.STDLIB: rules.HOSTILE_IMPORT,
    Decision.DOTTED: rules.DOTTED_IMPORT,
    Decision.UNKNOWN: rules.UNKNOWN_IMPORT,
}


def rule_of(decision: Decision) -> Rule | None:
    """The rule that a reference breaks of which the allowlist says this; None where it is fine."""
    return _RULE_OF_DECISION.get(decision)


_RULE_OF_ODDITY: dict[Oddity, Rule] = {
    Oddity.COMPUTED_GLOBAL: rules.COMPUTED_IMPORT,
    Oddity.EXTENSION: rules.EXTENSION_CODE,
    Oddity.LYING_FRAME: rules.LYING_FRAME,
    Oddity.LATE_PROTO: rules.LATE_PROTOCOL,
    Oddity.BAD_PROTOCOL: rules.BAD_PROTOCOL,
    Oddity.HUGE_MEMO: rules.MEMO_BOMB,
    Oddity.DEEP_NESTING: rules.DEEP_NESTING,
    Oddity.HASH_BOMB: rules.EXPONENTIAL,
    Oddity.STATE_ON_IMPORT: rules.CHANGED_IMPORT,
    Oddity.ITEM_ON_IMPORT: rules.CHANGED_IMPORT,
    Oddity.EXPANSION: rules.EXPONENTIAL,
    Oddity.COMPUTED_ARGUMENTS: rules.COMPUTED_ARGUMENTS,
}
_BOMBS = frozenset({Oddity.HUGE_MEMO, Oddity.HASH_BOMB})
"""Where the judge would only be killed: the verdict stands without it."""

_LOADERS = frozenset({("torch.storage", "_load_from_bytes")})
"""Allowlisted callables that deserialize the bytes they are given."""

ODD_CALLS_KEPT = 200
REFERENCES_LISTED = 200
"""Findings of one rule about imports in one stream; more tell nobody more."""


@dataclass(slots=True)
class Stream:
    """One stream under examination. ``found`` collects what turns up while the explainer runs."""

    blob: Blob
    scope: Scope
    kind: StreamKind
    allowlist: Allowlist
    found: list[Finding] = field(default_factory=list)
    odd_calls: dict[tuple[str, str], tuple[Call, str]] = field(default_factory=dict)
    loads: list[Call] = field(default_factory=list)
    bare: set[tuple[str, str, str]] = field(default_factory=set)
    arrays: list[joblib.Array] = field(default_factory=list)
    inner: list[Trace] = field(default_factory=list)

    def watch(self, call: Call) -> None:
        """Hold a call to what its library writes. Called by the explainer."""
        function = call.function
        if isinstance(function, Ref) and not call.args and call.kwargs is None:
            key = (function.module, function.name, call.opcode)
            if key in self.bare:  # without arguments, one call is like the other
                return
            self.bare.add(key)
        reason = check_call(_resolved(call, self.kind), self.allowlist)
        if reason is None and joblib.hands_over_wrapper(call):
            reason = "is given the class whose instances make joblib skip bytes"
        if reason is not None and len(self.odd_calls) < ODD_CALLS_KEPT:
            self.odd_calls.setdefault((_root(call), reason), (call, reason))
        if (
            isinstance(call.function, Ref)
            and (call.function.module, call.function.name) in _LOADERS
        ):
            self.loads.append(call)

    def fill(self, call: Call, method: str) -> None:
        """Items go only into containers. Called by the explainer."""
        reason = containers.check_fill(_resolved(call, self.kind), method, self.allowlist)
        if reason is not None and len(self.odd_calls) < ODD_CALLS_KEPT:
            self.odd_calls.setdefault((_root(call), reason), (call, reason))

    def raw(self, call: Call, offset: int) -> int | None:
        """Where the stream goes on after a BUILD. Called by the explainer."""
        reason = check_state(call, self.allowlist)
        if reason is not None and len(self.odd_calls) < ODD_CALLS_KEPT:
            self.odd_calls.setdefault((_root(call), reason), (call, reason))
        if not joblib.is_array_wrapper(call):
            self._check_companion(call, offset)
            return None
        if self.kind not in (StreamKind.PLAIN, StreamKind.JOBLIB):
            return None
        try:
            array = joblib.read_wrapper(call)
        except ValueError as error:
            self._array_lies(str(error), offset)
            raise Broken(str(error)) from None
        self.arrays.append(array)
        return self._after(array, offset)

    def _after(self, array: joblib.Array, offset: int) -> int:
        if array.holds_objects:
            inner = Stream(self.blob, self.scope, StreamKind.PLAIN, self.allowlist)
            trace = inner.run(offset)
            self.found += inner.found
            self.inner += [trace, *inner.inner]
            if trace.end is not End.STOP:
                raise Broken("the array of objects breaks")
            return trace.consumed
        start = offset
        if array.aligned:
            start += 1 + int.from_bytes(self.blob.read(offset, 1), "little")
        end = start + array.size
        if end > self.blob.size:
            self._array_lies("the array goes on beyond the end of the file", offset)
            raise Broken("truncated")
        return end

    def _array_lies(self, reason: str, offset: int) -> None:
        self.found.append(
            self.scope.finding(
                rules.ARRAY_LIES, f"Where array bytes should lie, {reason}.", offset=offset
            )
        )

    def _check_companion(self, call: Call, offset: int) -> None:
        name = joblib.companion(call)
        if name is None:
            return
        text = name.value if isinstance(name, Const) else None
        if not isinstance(text, str) or text in ("", ".", "..") or {"/", "\\", "\0"} & set(text):
            self._array_lies(f"a file outside this folder is named: {decompile(name)}", offset)

    def run(self, start: int) -> Trace:
        """Examine the stream that begins at ``start``; findings go to ``found``, by offset."""
        judge = shared_judge()
        judge.start()
        scope, meter = self.scope, self.scope.meter
        trace = explain(
            self.blob, start, meter=meter, watch=self.watch, raw=self.raw, fill=self.fill
        )
        scope.tally.opcodes += trace.opcodes
        scope.tally.bytes += trace.consumed - start - sum(b - a for a, b, _ in trace.cuts)
        self.found += self.decide(trace.references, trace)
        if trace.cut_frame or trace.loose_number:
            self.found += self._unframed(trace)
        self.found += self._calls()
        self.found += self._oddities(trace)
        self.found += self._persistent_ids(trace)
        self.found += self._end(trace)
        if trace.limit is None and not any(odd.oddity in _BOMBS for odd in trace.oddities):
            self.found += self._judge(trace)
            self.found += self._judge_unbuffered(trace)
        self.found.sort(key=lambda finding: finding.location.offset or 0)
        return trace

    def decide(self, references: dict[tuple[str, str], Ref], trace: Trace) -> Iterator[Finding]:
        """A finding for each of ``references`` that is not allowed; ``trace`` has their calls."""
        listed: dict[str, int] = {}
        for reference in references.values():
            decision = self.allowlist.decide(reference.module, reference.name)
            rule = _RULE_OF_DECISION.get(decision)
            if rule is None:
                continue
            listed[rule.id] = listed.get(rule.id, 0) + 1
            if listed[rule.id] <= REFERENCES_LISTED:
                yield self._reference(rule, reference, trace.called(reference), decision)
        omitted = sum(max(0, count - REFERENCES_LISTED) for count in listed.values())
        if omitted:
            self.scope.skip(f"{omitted} further imports of the same kinds are not listed")

    def _unframed(self, trace: Trace) -> Iterator[Finding]:
        """What the pure-Python unpickler does where only the C unpickler stops: it goes on."""
        meter = self.scope.meter
        other = explain(
            self.blob,
            trace.start,
            meter=meter,
            watch=self.watch,
            raw=self.raw,
            fill=self.fill,
            frames=False,
        )
        new = {key: ref for key, ref in other.references.items() if key not in trace.references}
        yield from self.decide(new, other)
        if other.end is End.STOP:
            frame = "A frame ends beyond the data, yet the stream is whole."
            number = "A number is spelled as only the unpickler in pure Python takes it."
            yield self.scope.finding(
                rules.LYING_FRAME if trace.cut_frame else rules.ENGINES_DISAGREE,
                frame if trace.cut_frame else number,
                anchor="frame beyond" if trace.cut_frame else "loose number",
                offset=trace.consumed,
            )

    def _reference(
        self, rule: Rule, reference: Ref, call: Call | None, decision: Decision
    ) -> Finding:
        attack = name_attack(reference.module, reference.name)
        name = printable(str(reference))
        evidence: dict[str, Json] = {
            "reference": name,
            "opcode": reference.opcode,
            "decision": decision.value,
        }
        message = f"Loading imports {name}"
        if call is not None:
            evidence["call"] = decompile(call)
            message += f" and calls {evidence['call']}"
        links: tuple[Reference, ...] = ()
        if attack is not None:
            evidence["attack"] = attack.title
            message += f": {attack.title[:1].lower()}{attack.title[1:]}"
            links = attack.references
        return self.scope.finding(
            rule,
            message.rstrip(".") + ".",
            anchor=name,
            offset=reference.offset,
            evidence=evidence,
            references=links,
        )

    def _calls(self) -> Iterator[Finding]:
        if len(self.odd_calls) >= ODD_CALLS_KEPT:
            self.scope.skip(f"odd calls beyond the first {ODD_CALLS_KEPT} are not listed")
        for call, reason in self.odd_calls.values():
            root = _root_reference(call)
            if root is not None and self._denied(root):
                continue  # its import is a finding already
            shown = decompile(call)
            yield self.scope.finding(
                rules.HOSTILE_STATE if isinstance(reason, Evident) else rules.ODD_CALL,
                f"The call {shown} {reason}.",
                anchor=f"{_root(call)} {reason}",
                offset=call.offset,
                evidence={"call": shown, "reason": reason},
            )

    def _denied(self, reference: Ref) -> bool:
        return self.allowlist.decide(reference.module, reference.name) in _RULE_OF_DECISION

    def _oddities(self, trace: Trace) -> Iterator[Finding]:
        for odd in trace.oddities:
            yield self._oddity(odd)

    def _oddity(self, odd: Odd) -> Finding:
        detail = printable(odd.detail)
        return self.scope.finding(
            _RULE_OF_ODDITY[odd.oddity],
            f"{detail[:1].upper()}{detail[1:]}.",
            anchor=f"{odd.oddity.value} {printable(odd.anchor)}".strip(),
            offset=odd.offset,
        )

    def _persistent_ids(self, trace: Trace) -> Iterator[Finding]:
        for persistent in trace.persistent:
            if not _is_honest(persistent, self.kind):
                shown = decompile(persistent.pid)
                yield self.scope.finding(
                    rules.PERSISTENT_ID,
                    f"The persistent id {shown} does not belong in a {self.kind.value} stream.",
                    anchor="persistent id",
                    offset=persistent.offset,
                    evidence={"id": shown, "count": trace.persistent_count},
                )
                return

    def _end(self, trace: Trace) -> Iterator[Finding]:
        if trace.end is End.STOP or trace.limit is not None:
            return
        denied = any(map(self._denied, trace.references.values()))
        acted = (
            denied
            or bool(self.odd_calls)
            or any(f.rule.verdict is Verdict.HOSTILE for f in self.found)
        )
        yield self.scope.finding(
            rules.BROKEN_AFTER_ACTING if acted else rules.DAMAGED_STREAM,
            f"The stream breaks at offset {trace.consumed} ({printable(trace.reason)})"
            + (", after what it imports has run." if acted else "."),
            anchor="end",
            offset=trace.consumed,
            evidence={"reason": printable(trace.reason), "opcodes": trace.opcodes},
        )

    def _judge(self, trace: Trace) -> Iterator[Finding]:
        try:
            judgment = shared_judge().judge(
                self.blob, trace, seconds=self.scope.meter.seconds_left()
            )
        except JudgeDied as death:
            message, rule = f"The judge did not finish: {death}.", rules.JUDGE_DIED
        else:
            difference = agree(trace, judgment)
            if not difference:
                return
            yield from self._unseen(trace, judgment.asked)
            message = f"The two engines read the stream differently: {printable(difference)}."
            rule = rules.ENGINES_DISAGREE
        yield self.scope.finding(rule, message, anchor="judge", offset=trace.start)

    def _judge_unbuffered(self, trace: Trace) -> Iterator[Finding]:
        """What a loader without read-ahead imports where opcodes may straddle a frame's end."""
        lies = any(odd.oddity is Oddity.LYING_FRAME for odd in trace.oddities)
        if not trace.frames or not (lies or trace.end is End.BROKEN):
            return
        seconds = self.scope.meter.seconds_left()
        try:
            other = shared_judge().judge(self.blob, trace, seconds=seconds, read_ahead=False)
        except JudgeDied as death:
            yield self.scope.finding(
                rules.JUDGE_DIED,
                f"The judge did not finish the stream without read-ahead: {death}.",
                anchor="judge",
                offset=trace.start,
            )
        else:
            yield from self._unseen(trace, other.asked)

    def _unseen(self, trace: Trace, asked: dict[tuple[str, str], int]) -> Iterator[Finding]:
        """References that only the judge saw count as well; it knows no offsets."""
        for module, name in asked.keys() - trace.asked.keys():
            decision = self.allowlist.decide(module, name)
            rule = _RULE_OF_DECISION.get(decision)
            if rule is not None:
                reference = Ref(module, name, trace.start, "unknown opcode")
                yield self._reference(rule, reference, None, decision)


def _resolved(call: Call, kind: StreamKind) -> Call:
    """The call with its callee as the loader sees it.

    In a legacy checkpoint ``('module', Class, file, source)`` is a persistent id that stands for
    the class itself.
    """
    function = call.function
    if kind is not StreamKind.TORCH_LEGACY or not isinstance(function, Persistent):
        return call
    items = function.pid.items if isinstance(function.pid, Seq) else ()
    if len(items) != 4 or not isinstance(items[1], Ref) or not _is_honest(function, kind):
        return call
    resolved = Call(items[1], call.starargs, call.kwargs, call.opcode, call.offset)
    resolved.instance = call.instance
    return resolved


def _root_reference(call: Call) -> Ref | None:
    return call.root if isinstance(call.root, Ref) else None


def _root(call: Call) -> str:
    return printable(str(_root_reference(call) or "a persistent object"))


def _is_honest(persistent: Persistent, kind: StreamKind) -> bool:
    """Whether a persistent id is what ``torch.save`` writes: a tuple that names a storage."""
    pid = persistent.pid
    if kind not in (StreamKind.TORCH_ZIP, StreamKind.TORCH_LEGACY):
        return False
    if not isinstance(pid, Seq) or pid.kind != "tuple" or pid.omitted or not pid.items:
        return False
    items = pid.items
    label = items[0].value if isinstance(items[0], Const) else None
    if label == "module" and kind is StreamKind.TORCH_LEGACY:
        return len(items) == 4 and isinstance(items[1], Ref)
    lengths = (5, 6) if kind is StreamKind.TORCH_LEGACY else (5,)
    return (
        label == "storage"
        and len(items) in lengths
        and isinstance(items[1], Ref)
        and all(isinstance(i, Const) and isinstance(i.value, str) for i in items[2:4])
        and isinstance(items[4], Const)
        and isinstance(items[4].value, int)
    )


def open_stream(blob: Blob, scope: Scope, kind: StreamKind) -> Stream:
    """A stream examination with the allowlist that the user's options give."""
    return Stream(blob, scope, kind, load_allowlist(scope.options.allow))
