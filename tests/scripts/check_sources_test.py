"""Tests that scripts/check_sources finds a source that does not compile alone."""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

CHECK = pathlib.Path(__file__).parents[2] / "scripts" / "check_sources"


class CheckSources(unittest.TestCase):
    """Each test has two sources that a unity build compiles as one."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name).resolve()
        self.build = self.root / "build"
        self.build.mkdir()
        (self.root / "daemon").mkdir()
        self.write("first.cc", "#include <string>\nstd::string first() { return WORD; }")

    def write(self, name, text):
        (self.root / "daemon" / name).write_text(text + "\n")

    def check(self):
        together = self.build / "parts-unity0.cpp"
        together.write_text("".join(f'#include "{self.root}/daemon/{name}"\n' for name in ("first.cc", "second.cc")))
        command = f"g++ -DWORD='\"a word\"' -MD -MQ parts.o -MF parts.o.d -o parts.o -c {together.name}"
        entry = {"directory": str(self.build), "command": command, "file": together.name}
        (self.build / "compile_commands.json").write_text(json.dumps([entry]))
        subprocess.run(command, shell=True, cwd=self.build, check=True)
        return subprocess.run([sys.executable, CHECK, self.build, self.root], capture_output=True, text=True, check=False)

    def test_is_content_with_sources_that_compile_alone(self):
        self.write("second.cc", "#include <string>\nstd::string second() { return WORD; }")
        looked = self.check()
        self.assertEqual((looked.returncode, looked.stdout), (0, "2 of 2 sources compile alone\n"), looked.stderr)

    def test_names_the_source_that_lives_on_what_another_includes(self):
        self.write("second.cc", "std::string second() { return WORD; }")
        looked = self.check()
        self.assertEqual(looked.returncode, 1)
        self.assertIn("daemon/second.cc does not compile alone:", looked.stdout)
        self.assertNotIn("daemon/first.cc", looked.stdout)
        self.assertIn("1 of 2 sources compile alone", looked.stdout)


if __name__ == "__main__":
    unittest.main()
