"""JupyterLab in a headless browser, as a person uses it: `bash tools/jupyter.sh test_lab` runs this.

Needs Chromium, and Playwright and JupyterLab from PyPI; says so and is skipped where one is missing. $GFNET_LAB_PICTURES
names a folder for pictures of what was seen.
"""

import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import unittest

BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
try:
    from playwright.sync_api import sync_playwright
except ImportError:
    sync_playwright = None

SCRIPT = """\
-- %% [markdown]
-- # A notebook

-- %% [parameters]
local p = gfnet.params{ limit = { default = 20, min = 1 } }

-- %% A figure
local f = gfnet.plot.figure()
f:line({1, 2, 3}, {1, 4, 9})
f

-- %% A table
gfnet.report.table{
  columns = { "step", "accuracy" }, rows = { { 1, 0.5 }, { 2, 0.75 } }, caption = "Accuracy by step",
}

-- %% A tensor
local t = gfnet.tensor.randn(4, 5)
t
"""

TRAINING = (
    "local data = gfnet.dataset('clutter-fashion', {split = 'train', limit = 300})  "
    "gfnet.train{model = gfnet.model{backbone = 'resnet_tiny_16', dataset = data}, dataset = data, stage = 1, "
    "epochs = 1000, checkpoint = false}"
)


@unittest.skipUnless(BROWSER and sync_playwright, "Chromium or Playwright is missing: JupyterLab is not looked at")
class LabTests(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        (self.folder / "a.lua").write_text(SCRIPT)
        subprocess.run([os.environ["GFNET_LAB"], "convert", "a.lua", "a.ipynb"], cwd=self.folder, check=True)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.log = (self.folder / "lab.log").open("w")
        # Neither what earlier sessions have left nor settings of whoever runs this.
        settings = {name: str(self.folder / "own" / name) for name in [
            "JUPYTER_CONFIG_DIR", "JUPYTERLAB_WORKSPACES_DIR", "JUPYTERLAB_SETTINGS_DIR", "XDG_STATE_HOME"]}
        self.server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", "--no-browser", f"--port={self.port}", "--IdentityProvider.token=t",
             "--LabApp.expose_app_in_browser=True", "--allow-root", "--ServerApp.root_dir=" + str(self.folder)],
            cwd=self.folder, stdout=self.log, stderr=self.log,
            env={**os.environ, **settings})
        self.addCleanup(self.end)
        self.playwright = sync_playwright().start()
        self.addCleanup(self.playwright.stop)
        browser = self.playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        self.addCleanup(browser.close)
        self.page = browser.new_page(viewport={"width": 1400, "height": 1000})
        self.page.set_default_timeout(60_000)
        # What was there when a test failed.
        self.addCleanup(self.look, "last")

    def end(self):
        self.server.terminate()
        self.server.wait()
        self.log.close()

    def look(self, name):
        folder = os.environ.get("GFNET_LAB_PICTURES")
        if folder:
            self.page.screenshot(path=f"{folder}/{name}.png")

    def do(self, command):
        self.page.evaluate(f"window.jupyterapp.commands.execute({json.dumps(command)}); null")

    def open(self):
        address = f"http://127.0.0.1:{self.port}/lab/tree/a.ipynb?token=t"
        for _ in range(600):
            try:
                self.page.goto(address)
                break
            except Exception:
                if self.server.poll() is not None:
                    raise AssertionError((self.folder / "lab.log").read_text()) from None
                self.page.wait_for_timeout(200)
        self.page.wait_for_selector(".jp-Notebook .jp-CodeCell")
        # A command that comes before the notebook's session is lost.
        self.page.wait_for_function(
            "window.jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'")
        self.page.wait_for_timeout(2000)

    def new_cell(self, code):
        """Adds a cell at the end, with the cursor behind `code`."""
        self.page.keyboard.press("Escape")
        self.do("notebook:move-cursor-down")
        self.page.evaluate(
            "const n = window.jupyterapp.shell.currentWidget.content; n.activeCellIndex = n.widgets.length - 1; null")
        self.do("notebook:insert-cell-below")
        self.page.wait_for_timeout(500)
        self.do("notebook:enter-edit-mode")
        self.page.wait_for_selector(".jp-Cell.jp-mod-active .cm-content")
        self.page.locator(".jp-Cell.jp-mod-active .cm-content").click()
        self.page.keyboard.type(code)

    def test_a_person_works_in_a_notebook(self):
        self.open()
        self.do("notebook:run-all-cells")
        self.page.wait_for_selector(".jp-OutputArea-output img, .jp-OutputArea-output svg", state="attached")
        self.page.wait_for_selector(".jp-OutputArea-output table td:has-text('0.75')")
        self.page.wait_for_timeout(1000)
        self.assertEqual(self.page.locator(".jp-RenderedText[data-mime-type*=std]").count(), 0)
        self.look("1-outputs")
        self.page.locator(".jp-Notebook .jp-CodeCell").last.scroll_into_view_if_needed()
        self.look("1-tensor")

        # Completion and help.
        self.new_cell("gfnet.tensor.zer")
        self.page.keyboard.press("Tab")
        self.page.wait_for_timeout(1500)
        self.look("2-completion")
        text = self.page.locator(".jp-Cell.jp-mod-active .cm-content").inner_text()
        shown = self.page.locator(".jp-Completer").count()
        self.assertTrue(shown or "gfnet.tensor.zeros" in text, text)
        self.page.keyboard.press("Escape")
        self.new_cell("gfnet.tensor.zeros")
        self.page.keyboard.press("Shift+Tab")
        self.page.wait_for_selector(".jp-Tooltip")
        self.look("3-help")
        self.assertIn("zeros", self.page.locator(".jp-Tooltip").inner_text())
        self.page.keyboard.press("Escape")

        # The variables.
        self.page.locator(".jp-DebuggerBugButton").first.click()
        self.page.wait_for_timeout(1000)
        self.do("debugger:show-panel")
        self.page.wait_for_selector(".jp-DebuggerVariables")
        self.page.wait_for_selector(".jp-DebuggerVariables :text('t')")
        self.page.wait_for_timeout(1500)
        self.look("4-variables")
        shown = self.page.locator(".jp-DebuggerVariables").inner_text().split()
        self.assertEqual(shown, ["f", "figure", "p", "table", "t", "tensor"])

        # An endless cell and a training are stopped, and the next cell runs.
        self.new_cell("print('runs') while true do end")
        self.do("notebook:run-cell")
        self.page.wait_for_selector(".jp-OutputArea-output:has-text('runs')")
        self.do("notebook:interrupt-kernel")
        self.page.wait_for_selector(".jp-OutputArea-output:has-text('Interrupted')")
        self.look("5-interrupted")
        self.new_cell(TRAINING)
        self.do("notebook:run-cell")
        self.page.wait_for_selector(".jp-OutputArea-output:has-text('stage 1')")
        self.page.wait_for_timeout(3000)
        self.do("notebook:interrupt-kernel")
        self.page.wait_for_function(
            "[...document.querySelectorAll('.jp-Notebook .jp-Cell')].at(-1).innerText.includes('Interrupted')")
        self.look("6-interrupted-training")
        self.new_cell("'alive ' .. p.limit")
        self.do("notebook:run-cell")
        self.page.wait_for_selector(".jp-OutputArea-output:has-text('alive 20')")
        self.look("7-alive")


if __name__ == "__main__":
    unittest.main()
