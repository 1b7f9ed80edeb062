"""Tests that the README's table of dependencies names exactly the packages of
scripts/install_dependencies."""
import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).parents[2]


def installed():
    text = (ROOT / "scripts/install_dependencies").read_text()
    lists = re.findall(r"^\w+_packages='\n(.*?)^'$", text, re.DOTALL | re.MULTILINE)
    return {line.split()[0] for group in lists for line in group.splitlines()}


def named():
    section = (ROOT / "README.md").read_text().split("\n## Dependencies\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| ([a-z][^|]*) \| [^|]+ \|$", section, re.MULTILINE)
    return {package for row in rows if not row.startswith("to ") for package in row.split(", ")}


class Readme(unittest.TestCase):
    def test_names_every_dependency_and_what_it_is_for(self):
        self.assertGreater(len(installed()), 30)
        self.assertEqual(named(), installed())


if __name__ == "__main__":
    unittest.main()
