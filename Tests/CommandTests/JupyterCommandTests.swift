import Foundation
import Jupyter
import Reports
import Support
import Testing

/// `gfnet-lab jupyter install` and `convert`.
struct JupyterCommandTests {
  @Test(.enabled(if: KernelClient.problem == nil, "there is no libzmq here"))
  func aKernelIsInstalledAndRemoved() throws {
    let program = try Program()
    let result = try program.run(
      "jupyter", "install", "--prefix", "p", "--name", "Mine", environment: ["PATH": "/nowhere"])
    #expect(result.status == 0, "\(result.errors)")
    let folder = "p/share/jupyter/kernels/mine/"
    let json = try JSONValue(parsing: Array((program.read(folder + "kernel.json") ?? "").utf8))
    #expect(
      json["argv"]?.asArray?.dropFirst().compactMap(\.asString) == ["jupyter", "kernel", "{connection_file}"])
    #expect(json["interrupt_mode"] == "message")
    #expect(json["language"] == "lua")
    let logo = FileManager.default.contents(atPath: program.folder + "/" + folder + "logo-64x64.png")
    #expect(logo?.starts(with: [0x89, 0x50, 0x4E, 0x47]) == true)
    #expect(try program.run("jupyter", "uninstall", "--prefix", "p", "--name", "mine").status == 0)
    #expect(program.read(folder + "kernel.json") == nil)
    #expect(try program.run("jupyter", "uninstall", "--prefix", "p", "--name", "mine").status == 2)
  }

  @Test func aFolderOfAnotherKernelStays() throws {
    let program = try Program()
    _ = try program.shell("mkdir -p p/share/jupyter/kernels/x")
    try program.write("p/share/jupyter/kernels/x/kernel.json", "{\"argv\": [\"python\"]}")
    let result = try program.run("jupyter", "uninstall", "--prefix", "p", "--name", "x")
    #expect(result.status == 1)
    #expect(
      result.errors.hasSuffix("is the folder of another kernel; choose another --name\n"), "\(result.errors)")
    #expect(try program.run("jupyter", "install", "--name", "../x").status == 1)
  }

  @Test func scriptsBecomeNotebooksThatRun() throws {
    let program = try Program()
    let script = "-- %% [parameters]\nlocal p = gfnet.params{limit = 3}\n\n\n-- %% Twice\np.limit * 2\n"
    try program.write("a.lua", script)
    #expect(try program.run("convert", "a.lua", "a.ipynb").status == 0)
    #expect(try program.run("convert", "a.ipynb", "b.lua").status == 0)
    #expect(program.read("b.lua") == script)
    #expect(try program.run("run", "a.ipynb", "limit=5").output == "10\n")
    #expect(try program.run("convert", "a.lua", "c.txt").status == 2)
    try program.write("bad.ipynb", "{\"nbformat\": 4")
    let bad = try program.run("run", "bad.ipynb")
    #expect(bad.status == 1)
    #expect(bad.complaints.count == 1, "\(bad.errors)")
  }

  @Test func errorsOfANotebookNameItsCellAndTheLineInIt() throws {
    let program = try Program()
    try program.write(
      "book.ipynb",
      """
      {"cells": [
        {"cell_type": "markdown", "metadata": {}, "source": "# Title\\n\\ntext"},
        {"cell_type": "code", "execution_count": null, "metadata": {}, "outputs": [],
         "source": "\\n\\nfunction f()\\n  error('no')\\nend"},
        {"cell_type": "raw", "metadata": {}, "source": "raw"},
        {"cell_type": "code", "execution_count": null, "metadata": {"title": "Call"}, "outputs": [],
         "source": "local x = 1\\nf()\\nx = 2"}
      ], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
      """)
    let result = try program.run("run", "book.ipynb", "--out", "r")
    #expect(result.status == 1)
    #expect(
      result.complaints.first
        == "gfnet-lab: book.ipynb: cell 2, line 4: no (cell 4, Call; called from book.ipynb: cell 4, line 2)")
    #expect(program.read("r/log.txt")?.contains("cell 4 (Call): failed") == true)
  }

  @Test func aRunWritesItsResultsAsANotebookWhereAsked() throws {
    let program = try Program()
    try program.write("a.lua", "-- %% One\nprint('hi')\n1 + 1\n-- %% Two\nerror('no')")
    #expect(try program.run("run", "a.lua", "--ipynb", "--out", "r").status == 1)
    let notebook = try JupyterNotebook(parsing: Array((program.read("r/report.ipynb") ?? "").utf8))
    #expect(notebook.cells.map(\.executionCount) == [1, 2])
    #expect(notebook.cells[0].outputs.map { $0["output_type"] } == ["stream", "execute_result"])
    #expect(notebook.cells[1].outputs.last?["ename"] == "LuaError")
    #expect(try program.run("run", "a.lua", "--out", "r").status == 1)
    #expect(
      program.read("r/report.ipynb") == nil, "the next run has none, and removes what the last one wrote")
  }
}
