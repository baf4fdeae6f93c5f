import Foundation
import Support
import Testing

/// `gfnet-lab init`: a folder in which one can begin.
@Suite struct InitTests {
  @Test func theNewProjectHasWhatEditorsReadAndAScriptThatRuns() throws {
    let program = try Program()
    let result = try program.run("init", "study")
    #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
    let settings = try #require(program.read("study/.luarc.json"))
    let json = try #require(JSONSerialization.jsonObject(with: Data(settings.utf8)) as? [String: Any])
    let library = try #require(json["workspace.library"] as? [String])
    let stubs = try #require(program.read("study/\(library[0])/gfnet.lua"))
    #expect(stubs.hasPrefix("---@meta\n") && stubs.contains("function gfnet.load("))
    #expect(program.read("study/plugins/README.md") != nil && program.read("study/.gitignore") != nil)
    let run = try program.run("run", "study/first.lua", "limit=20", "--out", "out")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("mean Multiply-Adds (M)"))
    #expect(result.output.contains("gfnet-lab run study/first.lua"))
  }

  @Test func whatIsThereStaysAndTheStubsAreRenewed() throws {
    let program = try Program()
    #expect(try program.run("init", ".").status == 0)
    try program.write("first.lua", "print('mine')\n")
    try program.write(".gfnet-lab/library/gfnet.lua", "old\n")
    let result = try program.run("init", ".")
    #expect(result.status == 0)
    #expect(program.read("first.lua") == "print('mine')\n" && result.output.contains("kept     ./first.lua"))
    #expect(program.read(".gfnet-lab/library/gfnet.lua")?.contains("---@meta") == true)
  }

  /// What is printed to be typed can be typed, whatever the folder is called.
  @Test(arguments: ["a b/ü", "it's"]) func theNextCommandIsQuotedForTheShell(_ folder: String) throws {
    let program = try Program()
    let result = try program.run("init", folder)
    let next = try #require(result.output.firstMatch(of: /Next: gfnet-lab (run .*)\n/))
    try program.write(folder + "/first.lua", "print('here')\n")
    let run = try program.shell("$GFNET \(next.1) --out out")
    #expect(run.status == 0 && run.output.contains("here"), "\(next.1): \(run.errors)")
  }

  @Test func theStubsKnowThePluginsOfTheProject() throws {
    let program = try Program()
    #expect(try program.run("plugins", "new", "exit", "steady", "--dir", "study/plugins").status == 0)
    #expect(try program.run("init", "study").status == 0)
    let stubs = try #require(program.read("study/.gfnet-lab/library/gfnet.lua"))
    #expect(stubs.contains("gfnet.exits.steady"))
    let shown = try program.shell("cd study && $GFNET help --stubs").output
    #expect(stubs == shown)
  }

  @Test func aFileIsNoFolder() throws {
    let program = try Program()
    try program.write("study", "")
    let result = try program.run("init", "study")
    #expect(result.status == 2 && result.errors.contains("study is not a folder"))
  }

  @Test func helpPrintsTheStubsThatLuaReads() throws {
    let program = try Program()
    let result = try program.run("help", "--stubs")
    #expect(result.status == 0 && result.output.contains("---@class gfnet.Tensor\n"))
    try program.write("check.lua", "assert(load(io.open('stubs.lua'):read('a')))\n")
    try program.write("stubs.lua", result.output)
    #expect(try program.run("run", "check.lua", "--out", "out").status == 0)
    #expect(try program.run("help", "--stubs", "gfnet.load").status == 2)
  }
}
