"""nbclient, Papermill and Jupytext with this program's kernel, scripts and notebooks: `make jupyter` runs this."""

import json
import pathlib
import subprocess
import tempfile
import unittest

import jupytext
import nbclient
import nbformat

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCRIPT = """\
-- %% [markdown]
-- # A notebook
--
-- of two cells

-- %% [parameters]
local p = gfnet.params{ limit = { default = 1000, min = 1 }, name = "a" }

-- %% Show
print(p.limit, p.name)
p.limit * 2
"""


def program(*arguments):
    import os
    done = subprocess.run([os.environ["GFNET_LAB"], *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise AssertionError(done.stderr)
    return done.stdout


class ToolTests(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.script = self.folder / "a.lua"
        self.script.write_text(SCRIPT)
        self.notebook = self.folder / "a.ipynb"
        program("convert", str(self.script), str(self.notebook))

    def outputs(self, path):
        return [o for c in nbformat.read(path, 4).cells if c.cell_type == "code" for o in c.outputs]

    def test_notebooks_are_valid_and_run(self):
        notebook = nbformat.read(self.notebook, 4)
        nbformat.validate(notebook)
        nbclient.NotebookClient(notebook).execute()
        self.assertEqual(notebook.cells[2].outputs[0].text, "1000\ta\n")
        self.assertEqual(notebook.cells[2].outputs[1].data["text/plain"], "2000")

    def test_papermill_sets_parameters(self):
        out = self.folder / "out.ipynb"
        subprocess.run(
            ["papermill", str(self.notebook), str(out), "-p", "limit", "500", "-p", "name", 'q"\\ü', "--no-progress-bar"],
            check=True, capture_output=True)
        self.assertEqual(self.outputs(out)[0].text, '500\tq"\\ü\n')
        # The notebook with its injected cell is a script, too.
        shown = program("run", str(out), "--out", str(self.folder / "report"))
        self.assertIn('500\tq"\\ü', shown)

    def test_papermill_tells_a_wrong_parameter(self):
        done = subprocess.run(
            ["papermill", str(self.notebook), str(self.folder / "out.ipynb"), "-p", "limt", "5", "--no-progress-bar"],
            check=False, capture_output=True, text=True)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("did you mean 'limit'", done.stderr)

    def test_a_run_writes_its_notebook(self):
        program("run", str(self.script), "--ipynb", "--out", str(self.folder / "report"))
        path = self.folder / "report" / "report.ipynb"
        nbformat.validate(nbformat.read(path, 4))
        self.assertEqual([o.output_type for o in self.outputs(path)], ["stream", "execute_result"])

    def test_jupytext_sees_the_same_cells(self):
        for script in [self.script, *sorted((ROOT / "scripts").glob("*.lua"))]:
            ours = self.folder / "ours.ipynb"
            program("convert", str(script), str(ours))
            ours = nbformat.read(ours, 4)
            theirs = jupytext.read(script)
            self.assertEqual(
                [(c.cell_type, c.source) for c in ours.cells], [(c.cell_type, c.source) for c in theirs.cells], script)
            # What Jupytext writes of either is a script with these cells again.
            for notebook in (ours, theirs):
                text = jupytext.writes(notebook, fmt="lua:percent")
                back = self.folder / "back.lua"
                back.write_text(text)
                program("convert", str(back), str(self.folder / "back.ipynb"))
                again = nbformat.read(self.folder / "back.ipynb", 4)
                self.assertEqual([(c.cell_type, c.source) for c in again.cells],
                                 [(c.cell_type, c.source) for c in ours.cells], script)

    def test_nbformat_writes_what_we_write(self):
        text = self.notebook.read_text()
        self.assertEqual(nbformat.writes(nbformat.reads(text, 4)) + "\n", text)
        self.assertEqual(json.loads(text)["metadata"]["kernelspec"]["name"], "gfnet-lab")


if __name__ == "__main__":
    unittest.main()
