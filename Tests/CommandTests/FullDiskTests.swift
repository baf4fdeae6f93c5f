import Foundation
import Testing

/// Disks that are full, limits on file sizes, folders that cannot be written.
@Suite struct FullDiskTests {
  private static let canMount = Program.mountProblem == nil
  private static let reason = Comment(rawValue: Program.mountProblem ?? "")

  private static let report = """
    -- %%
    print("first")
    -- %%
    gfnet.plot.figure{title = "f"}:line({1, 2, 3}, {3, 2, 1})
    -- %%
    for i = 1, 3000 do print("a line of the report", i) end
    -- %%
    print("end")
    """

  private static let model = """
    local data = gfnet.dataset("clutter-fashion", {split = "train", limit = 16})
    local model = gfnet.model{backbone = "resnet_tiny_16", dataset = data, steps = 2}

    """

  /// From a disk that takes nothing to one that takes all but the last page.
  @Test(
    .enabled(if: canMount, reason), arguments: [4, 16, 64] + Array(stride(from: 84, through: 140, by: 4)))
  func aReportThatDoesNotFitIsOneLine(_ size: Int) throws {
    let program = try Program()
    try program.write("s.lua", Self.report)
    // What is on the disk at the end is copied out: the mount ends with the shell.
    let result = try program.shell(
      mounting: "mkdir reports; mount -t tmpfs -o size=\(size)k none reports",
      "\"$GFNET\" s.lua; status=$?; cp -r reports kept; exit $status")
    #expect(result.status == 1)
    #expect(result.complaints.count == 1, "\(result.errors)")
    #expect(result.errors.hasPrefix("gfnet-lab: cannot write reports/s/"), "\(result.errors)")
    #expect(result.errors.hasSuffix(": No space left on device\n"), "\(result.errors)")
    #expect(program.leftovers == [])
    // A report is there as a whole, up to an earlier cell, or not at all.
    let folder = FileManager.default.fileExists(atPath: program.folder + "/kept/s")
    if folder {
      #expect(program.read("kept/s/index.html")?.hasSuffix("</html>\n") == true)
      #expect(program.read("kept/s/meta.json")?.contains("\"status\": \"failed\"") == true)
      #expect(program.read("kept/s/summary.json")?.contains("\"status\": \"failed\"") != false)
    }
  }

  @Test func aLimitOnFileSizesIsOneLine() throws {
    let program = try Program()
    try program.write("s.lua", Self.report)
    let result = try program.shell("ulimit -f 16; \"$GFNET\" s.lua")
    #expect(result.status == 1)
    #expect(result.complaints.count == 1, "\(result.errors)")
    #expect(result.errors.hasSuffix(": File too large\n"), "\(result.errors)")
    #expect(program.leftovers == [])
  }

  /// A model, a checkpoint of a training: the old file stays, nothing else does.
  @Test(arguments: [
    "model:save('small/m.safetensors')",
    "gfnet.train{model = model, dataset = data, stage = 1, epochs = 1, batch = 8, checkpoint = 'small/m.safetensors'}",
  ])
  func aModelThatDoesNotFitLeavesTheOldOne(_ save: String) throws {
    let program = try Program()
    try program.write("s.lua", Self.model + save)
    try program.write("small/n", "another file")
    let line = "gfnet-lab: s.lua:3: cannot write small/m.safetensors: "
    let limited = try program.shell("ulimit -f 1000; \"$GFNET\" s.lua")
    #expect(limited.status == 1)
    #expect(limited.complaints == [line + "File too large"])
    #expect(try FileManager.default.contentsOfDirectory(atPath: program.folder + "/small") == ["n"])
    try #require(try program.run("s.lua").status == 0)
    let old = FileManager.default.contents(atPath: program.folder + "/small/m.safetensors")
    let other = "model = gfnet.model{backbone = 'resnet_tiny_16', seed = 9, dataset = data, steps = 2} "
    try program.write("s.lua", Self.model + other + save)
    #expect(try program.shell("ulimit -f 1000; \"$GFNET\" s.lua").status == 1)
    #expect(FileManager.default.contents(atPath: program.folder + "/small/m.safetensors") == old)
    #expect(program.leftovers == [])
  }

  @Test(
    .enabled(if: canMount, reason),
    arguments: [
      "model:save('small/m.safetensors')",
      "gfnet.train{model = model, dataset = data, stage = 1, epochs = 1, batch = 8, checkpoint = 'small/m.safetensors'}",
    ])
  func aModelOnAFullDiskIsOneLine(_ save: String) throws {
    let program = try Program()
    try program.write("s.lua", Self.model + save)
    let result = try program.shell(
      mounting: "mkdir small; mount -t tmpfs -o size=1m none small",
      "\"$GFNET\" s.lua; status=$?; ls -A small > listing; exit $status")
    #expect(result.status == 1)
    #expect(
      result.complaints == ["gfnet-lab: s.lua:3: cannot write small/m.safetensors: No space left on device"])
    #expect(program.read("listing") == "")
  }

  /// A trace that cannot be kept costs the next run time, and this one nothing.
  @Test(.enabled(if: canMount, reason)) func aFullCacheIsARemark() throws {
    let program = try Program()
    try program.write(
      "s.lua", Self.model.replacing("limit = 16", with: "limit = 300") + "print(model:trace(data).images)")
    let result = try program.shell(
      mounting: "mkdir .cache; mount -t tmpfs -o size=8k none .cache",
      "\"$GFNET\" s.lua; status=$?; find .cache -type f -size +0 > listing; exit $status",
      environment: ["XDG_CACHE_HOME": program.folder + "/.cache"])
    #expect(result.status == 0)
    #expect(result.output == "300\n")
    #expect(result.complaints.count == 1)
    #expect(result.errors.hasPrefix("gfnet-lab: the trace cannot be kept for the next run: cannot write "))
    #expect(program.read("listing") == "")
  }

  @Test func aFileInTheWayIsTold() throws {
    let program = try Program()
    try program.write("s.lua", "print('ran')")
    try program.write("file", "")
    for (arguments, path) in [(["s.lua", "--out", "file/x"], "file"), (["s.lua", "--out", "file"], "file")] {
      let result = program.finish(try program.start(arguments))
      #expect(result.status == 1)
      #expect(result.errors == "gfnet-lab: cannot create folder \(path): a file of that name is in the way\n")
      // Before the script ran for hours.
      #expect(result.output == "")
    }
    try program.write("mine/index.html", "my page")
    let foreign = try program.run("s.lua", "--out", "mine")
    #expect(foreign.status == 1)
    #expect(
      foreign.errors
        == "gfnet-lab: cannot write the report to mine: index.html is there, and was not written by an earlier run;"
        + " name another folder with --out\n")
    #expect(program.read("mine/index.html") == "my page")
  }

  @Test(.enabled(if: canMount, reason)) func aFolderThatCannotBeWrittenIsTold() throws {
    let program = try Program()
    try program.write("s.lua", "print('ran')")
    let result = try program.shell(
      mounting: "mkdir reports; mount -t tmpfs -o ro none reports", "\"$GFNET\" s.lua")
    #expect(result.status == 1)
    #expect(result.errors == "gfnet-lab: cannot create folder reports/s: Read-only file system\n")
    #expect(result.output == "")
  }
}
