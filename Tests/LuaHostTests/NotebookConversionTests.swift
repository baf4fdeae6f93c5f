import Foundation
import LuaHost
import Reports
import Support
import TestSupport
import Testing

/// Scripts become notebooks and come back.
struct NotebookConversionTests {
  /// Scripts with everything that a cell of a notebook cannot hold.
  private static let scripts = [
    "", "x = 1", "x = 1\n", "\n\nx = 1\n\n\n", "-- %%\n", "-- %% A title\nx = 1\n\n\n\n-- %%\n\n\ny = 2",
    "#!/usr/bin/env gfnet-lab\n-- %%\nx = 1\n", "#!/usr/bin/env gfnet-lab\nx = 1\n\n-- %%\ny\n",
    "-- -*- coding: utf-8 -*-\n-- ---\n-- a: 1\n-- ---\n\n-- %%\nx = 1\n",
    "-- -*- coding: utf-8 -*-\nx = 1\n",
    "-- ---\n-- jupyter:\n--   a: 1\n-- ---\n\n-- %% [markdown]\n-- # Title\n--\n-- text\n",
    "-- %% [markdown] Words tags=[\"a\"]\n--[[ block\ntext ]]\n-- %% [md]\n--short\n-- %% [raw]\n-- raw\n",
    "-- %% [parameters]\nlocal p = 1\n-- %% tags=[\"parameters\"]\nq = 2\n-- %% {\"tags\": [\"b\"], \"c.d\": {\"z\": 1, \"a\": [true, null]}}\nr = 3\n",
    "-- %% [parameters] One tags=[\"x\", \"parameters\"] name='single'\nx = [[\n-- %% no mark\n]]\n",
    "-- %% [markdown]\n--[==[\n-- %% no mark\n]==]\n\n-- %% ünï — ¶\n\"\\u{2028}\" \t\n",
  ]

  @Test(arguments: scripts) func aScriptComesBackByteByByte(_ script: String) throws {
    let text = JupyterNotebook(script: script).text
    let read = try JupyterNotebook(parsing: Array(text.utf8))
    #expect(read.script == script)
    #expect(JupyterNotebook(script: read.script).text == text, "the notebook comes back as well")
  }

  @Test func theScriptsOfTheProjectComeBack() throws {
    let folder = SourceTree.root / "scripts"
    let names = try FolderListing(folder).names.filter { $0.shown.hasSuffix(".lua") }
    #expect(names.count > 3)
    for name in names {
      let script = try ScriptText.read(folder / name)
      let notebook = JupyterNotebook(script: script)
      #expect(try JupyterNotebook(parsing: Array(notebook.text.utf8)).script == script, "\(name)")
      // Written as editors write them, they need no words of ours.
      #expect(!notebook.cells.contains { $0.metadata.contains { $0.name == "gfnet_lab" } }, "\(name)")
    }
  }

  @Test func cellsAreWhatTheScriptsCellsAre() throws {
    let notebook = JupyterNotebook(
      script: """
        -- %% [markdown]
        -- # A title
        --
        -- text

        -- %% [parameters]
        local p = gfnet.params{limit = 3}

        -- %% Load
        p.limit

        """)
    #expect(notebook.cells.map(\.kind) == [.markdown, .code, .code])
    #expect(
      notebook.cells.map(\.source) == ["# A title\n\ntext", "local p = gfnet.params{limit = 3}", "p.limit"])
    #expect(notebook.cells[1].tags == ["parameters"])
    #expect(notebook.cells[2].metadata == [.init("title", "Load")])
    #expect(notebook.metadata.contains { $0.name == "kernelspec" })
  }

  @Test func aCellThatWasChangedInJupyterIsWrittenAnew() throws {
    var notebook = JupyterNotebook(script: "-- %% [markdown]\n--[[ old ]]\n\n\n\n-- %%\nx = 1\n")
    notebook.cells[0].source = "new\n%% like a mark"
    #expect(notebook.script == "-- %% [markdown]\n--[[\nnew\n%% like a mark\n]]\n\n-- %%\nx = 1\n")
    let again = try JupyterNotebook(parsing: Array(JupyterNotebook(script: notebook.script).text.utf8))
    #expect(again.cells.map(\.source) == ["new\n%% like a mark", "x = 1"])
  }

  @Test func aNotebookOfJupyterRunsAsAScript() throws {
    let json = """
      {"cells": [
        {"cell_type": "code", "metadata": {"tags": ["parameters"], "collapsed": true}, "source": ["a = 1\\n", "b = 2"],
         "outputs": [{"output_type": "stream", "name": "stdout", "text": ["x"]}], "execution_count": 3},
        {"cell_type": "markdown", "metadata": {}, "source": "words"},
        {"cell_type": "raw", "metadata": {"format": "text/latex"}, "source": "raw"}],
       "metadata": {}, "nbformat": 4, "nbformat_minor": 2}
      """
    let notebook = try JupyterNotebook(parsing: Array(json.utf8))
    #expect(
      notebook.script
        == "-- %% [parameters]\na = 1\nb = 2\n\n-- %% [markdown]\n-- words\n\n-- %% [raw] format=\"text/latex\"\n-- raw\n"
    )
  }

  @Test(arguments: [
    ("{", "line 1: expected the name of a member in quotes"),
    ("[]", "line 1: it has no \"nbformat\", so it is no notebook"),
    (
      "{\"nbformat\": 3, \"worksheets\": []}",
      "line 1: it is a notebook of format 3; open and save it in Jupyter to have format 4"
    ),
    (
      "{\"nbformat\": 4, \"cells\": [{\"cell_type\": \"song\", \"source\": \"\"}]}",
      "line 1: cell 1 has no cell_type or source that notebooks have"
    ),
    (
      "{\"nbformat\": 4, \"cells\": [{\"cell_type\": \"code\", \"source\": [1]}]}",
      "line 1: cell 1 has no cell_type or source that notebooks have"
    ),
  ]) func whatIsNoNotebookIsRefusedInOneLine(_ text: String, _ expected: String) {
    #expect {
      try JupyterNotebook(parsing: Array(text.utf8))
    } throws: { error in
      #expect("\(error)".hasPrefix(expected), "\(error)")
      return true
    }
  }
}
