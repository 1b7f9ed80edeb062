"""Tests that references to manual pages, in the pages and in all other texts, name pages that exist."""
import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).parents[2]
PAGES = {path.name.removesuffix(".scd") for path in (ROOT / "man").glob("*.scd")}

# Matches "trainyard-agent(1)" and "*trainyard-agent*(1)"; COMMAND matches "man trainyard.toml".
REFERENCE = re.compile(r"\b(trainyard(?:d|\.toml|-[a-z]+)?)\*?\(([1-9])\)")
COMMAND = re.compile(r"\bman (trainyard[\w.-]*\w)\b")

# Suffixes of the files that are searched for references.
TEXTS = {".scd", ".md", ".cc", ".h", ".in", ".toml", ".sh", ".py", ".example", ".build", ""}


def texts():
    for folder in ("man", "daemon", "plugins", "kernels", "scripts", "jobspecs", "tests"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and path.suffix in TEXTS and path.name != pathlib.Path(__file__).name:
                yield path
    yield from ROOT.glob("*.md")


def wrong_references(text):
    wrong = [f"{name}({section})" for name, section in REFERENCE.findall(text) if f"{name}.{section}" not in PAGES]
    names = {page.rpartition(".")[0] for page in PAGES}
    return wrong + [f"man {name}" for name in COMMAND.findall(text) if name not in names]


class Pages(unittest.TestCase):
    def test_a_wrong_reference_is_found(self):
        text = "see trainyard-agent(8), *trainyard-agent*(1), *trainyard-deputy*(8) and man trainyard-manifests"
        self.assertEqual(wrong_references(text), ["trainyard-agent(8)", "trainyard-deputy(8)", "man trainyard-manifests"])

    def test_exist_that_are_referred_to(self):
        self.assertGreater(len(PAGES), 8)
        found, wrong = 0, []
        for path in texts():
            text = path.read_text(errors="replace")
            found += len(REFERENCE.findall(text))
            wrong += [f"{path.relative_to(ROOT)}: {reference}" for reference in wrong_references(text)]
        self.assertGreater(found, 50)
        self.assertEqual(wrong, [])

    def test_bear_the_name_and_section_of_their_file(self):
        for page in PAGES:
            name, _, section = page.rpartition(".")
            self.assertEqual((ROOT / f"man/{page}.scd").read_text().splitlines()[0], f"{name}({section})")

    def test_are_all_built(self):
        build = (ROOT / "man/meson.build").read_text()
        self.assertEqual(set(re.findall(r"'(trainyard[\w.-]*\.[1-9])'", build)), PAGES)


if __name__ == "__main__":
    unittest.main()
