"""How long after a keystroke its diagnostics are there: a real server process, the largest workflow, letter by letter.

usage: python benchmarks/lsp.py [ROUNDS]
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.lsp.client import Editor, editor  # noqa: E402  # a script finds the tests only after the line above

#: What is typed in the end of the summary, in an expression, and as a new step: the last one is no step for a while.
TYPED = ("and more", " && input.", "  - do: sendActivationEmail")


def largest() -> str:
    """The longest workflow of this repository."""
    files = (ROOT / "specs" / "workflows").rglob("*.yaml")
    return max(files, key=lambda path: path.stat().st_size).relative_to(ROOT).as_posix()


async def typed(writing: Editor, file: str, place: int, letters: str) -> list[float]:
    """Type letters at a place one by one, and take them back; returns the seconds of each keystroke."""
    text = writing.texts[file]
    spent = []
    for number in [*range(1, len(letters) + 1), 0]:
        start = time.perf_counter()
        await writing.replace(file, text[:place] + letters[:number] + text[place:])
        spent.append(time.perf_counter() - start)
    return spent


async def measured(rounds: int) -> dict[str, list[float]]:
    """The seconds of every keystroke, by what was typed."""
    file = largest()
    taken: dict[str, list[float]] = {}
    async with editor(ROOT) as writing:
        await writing.open(file)
        text = writing.texts[file]
        places = {
            "the summary": text.index("\n", text.index("summary: ")),
            "an expression": text.index("\n", text.index("if: ")),
            "a new step": text.index("\n", text.index("  - pivot\n")) + 1,
        }
        for number in range(rounds + 1):
            for (what, place), letters in zip(places.items(), TYPED, strict=True):
                spent = await typed(writing, file, place, letters)
                if number:  # the first round warms up
                    taken.setdefault(what, []).extend(spent)
    return taken


def main() -> None:
    """Print the medians."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    taken = asyncio.run(measured(rounds))
    print(f"{largest()}, from a change to publishDiagnostics:")
    for what, values in {**taken, "all": [value for each in taken.values() for value in each]}.items():
        slow = statistics.quantiles(values, n=20)[-1]
        print(f"{what:<14} median {statistics.median(values) * 1000:5.1f} ms   of 20 the slowest {slow * 1000:5.1f} ms")


if __name__ == "__main__":
    main()
