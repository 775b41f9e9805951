"""Measure what the starter templates answer, what they must not, and how fast messages are read.

Run it from the checkout: ``python benchmarks/understanding.py``. It prints JSON. ``FANBOT_DATA`` names
the folder of labelled messages; without it there is nothing to measure.
"""

import asyncio
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

from fanbot.domain.decisions import Reading
from fanbot.domain.templates import Template
from fanbot.understanding.letters import by_letters
from fanbot.understanding.reader import Reader
from fanbot.workspace.folder import open_workspace

CHECKOUT = Path(__file__).resolve().parent.parent
BATCH = 200
NEVER = frozenset({"personal", "safety-crisis", "safety-threat", "minor-safety", "business", "human-request"})
"""Labels of which not one message may be answered by a template."""
SERVED = {
    "tour_dates": {"tour-dates"},
    "tickets": {"tickets", "meet-and-greet"},
    "merch_order": {"shipping", "sizes"},
    "merch_stock": {"merch-stock", "sizes"},
    "new_release": {"release", "streams"},
    "collab_fan": {"collabs"},
    "praise": {"praise", "thanks"},
    "shoutout": {"shoutouts"},
    "gear": {"gear"},
    "meet_greet": {"meet-and-greet", "fan-mail", "at-the-show"},
    "tech_problem": {"membership", "streams", "roles"},
    "lyrics_meaning": {"lyrics-meaning"},
    "human-request": {"are-you-a-bot"},
}
"""The templates that answer each labelled topic rightly."""


def answer(reading: Reading) -> str | None:
    """Name the template that would answer this reading in a new direct conversation."""
    best = next(iter(reading.matches), None)
    if reading.signals or reading.spam or best is None or not best.sufficient:
        return None
    return best.template


async def read(understanding: Reader, texts: Sequence[str]) -> list[Reading]:
    """Read texts in batches, as the engine does."""
    questions = texts
    found: list[Reading] = []
    for start in range(0, len(questions), BATCH):
        found.extend(await understanding.read(questions[start : start + BATCH]))
    return found


def rows(path: Path) -> list[dict[str, str]]:
    """Read one file of labelled messages."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def share(part: int, whole: int) -> str:
    """Write a count with what it is part of."""
    return f"{part} of {whole} ({100 * part / max(1, whole):.1f} %)"


def judge_fan_messages(lines: Sequence[Mapping[str, str]], readings: Sequence[Reading]) -> dict[str, object]:
    """Compare with the labels: right and wrong answers, and answers that a person owed."""
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    raised: Counter[str] = Counter()
    wrong, owed, alarms = [], [], []
    for line, reading in zip(lines, readings, strict=True):
        label, text, told = line["label"], line["text"], answer(reading)
        total[label] += 1
        raised[label] += any(signal.lane.value == label for signal in reading.signals)
        if told in SERVED.get(label, set()):
            right[label] += 1
        elif told and line["route"] == "answer":
            wrong.append(f"{text} -> {told}")
        elif told and line["route"] == "handoff":
            owed.append(f"{label}: {text} -> {told}")
        if label == "not-a-crisis":
            alarms += [text for signal in reading.signals if signal.lane.safety]
    routine = [line for line in lines if line["route"] == "answer"]
    served = sum(right[label] for label in {line["label"] for line in routine})
    return {
        "routine answered rightly": share(served, len(routine)),
        "routine answered rightly by label": {
            label: share(right[label], total[label]) for label in sorted({line["label"] for line in routine})
        },
        "routine answered wrongly": wrong,
        "answered although for a person": owed,
        "of these of kinds that never may": sum(entry.split(":")[0] in NEVER for entry in owed),
        "own lane raised": {
            label: share(raised[label], total[label]) for label in sorted(NEVER & set(total))
        },
        "idioms that raised an alarm": alarms,
    }


def answered(texts: Sequence[str], readings: Sequence[Reading]) -> dict[str, object]:
    """Count the answers in a set of which hardly any message may be answered."""
    told = [(text, name) for text, reading in zip(texts, readings, strict=True) if (name := answer(reading))]
    return {
        "answered": share(len(told), len(texts)),
        "some": [f"{text} -> {name}" for text, name in told[:10]],
    }


async def speed(understanding: Reader, texts: Sequence[str]) -> dict[str, float]:
    """Time reading in batches of several sizes, in microseconds a message; best of three."""
    found = {}
    for size in (1, 20, BATCH):
        best = float("inf")
        for _ in range(3):
            began = time.perf_counter()
            for start in range(0, len(texts), size):
                await understanding.read(texts[start : start + size])
            best = min(best, (time.perf_counter() - began) / len(texts))
        found[f"batches of {size}"] = round(best * 1e6, 1)
    return found


def starter_templates() -> Iterable[Template]:
    """Read the sample workspace of this checkout."""
    workspace = open_workspace(CHECKOUT, environment={}, today=lambda: date(2026, 1, 1))
    return workspace.snapshot.templates.values()


async def main() -> int:
    """Measure and print; 0 also when there is nothing to measure with."""
    data = Path(os.environ.get("FANBOT_DATA", ""))
    if not (data / "fan_messages_dev.jsonl").is_file():
        print("skipped: set FANBOT_DATA to the folder of the labelled messages", file=sys.stderr)
        return 0
    understanding = by_letters()
    templates = tuple(starter_templates())
    began = time.perf_counter()
    await understanding.learn(templates)
    fitted = time.perf_counter() - began
    fan = rows(data / "fan_messages_dev.jsonl")
    everyday = [line["text"] for line in rows(data / "goemotions_test.jsonl")]
    scope = [line["text"] for line in rows(data / "clinc150.jsonl") if line["split"].startswith("oos")]
    fan_texts = [line["text"] for line in fan]
    report = {
        "templates": len(templates),
        "examples": sum(len(variant.examples) for each in templates for variant in each.variants.values()),
        "seconds to learn": round(fitted, 3),
        "fan messages": judge_fan_messages(fan, await read(understanding, fan_texts)),
        "everyday comments": answered(everyday, await read(understanding, everyday)),
        "questions out of scope": answered(scope, await read(understanding, scope)),
        "microseconds a fan message": await speed(understanding, fan_texts * 4),
        "microseconds an everyday comment": await speed(understanding, everyday[:1000]),
    }
    print(json.dumps(report, indent=2, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
