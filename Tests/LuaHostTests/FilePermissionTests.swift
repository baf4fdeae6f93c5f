import Foundation
import LuaHost
import Support
import TestSupport
import Testing

/// Scripts and plugins use files below the folders of the run, and what the user names; everything that takes a path is
/// held to that.
@Suite struct FilePermissionTests {
  /// Every function that reads or writes files, with a path in the place where it takes one.
  private static let readers = [
    "gfnet.read.text(P)", "gfnet.read.lines(P)", "gfnet.read.csv(P)", "gfnet.read.json(P)",
    "gfnet.read.json_lines(P)",
    "assert(io.open(P))", "io.lines(P)", "gfnet.load(P)", "gfnet.encoder(P)", "gfnet.trace(P)",
    "gfnet.image(P)", "gfnet.video(P)",
    "gfnet.tensor.load(P)", "gfnet.dataset('folder', {path = P})", "gfnet.dataset('files', {paths = {P}})",
    "gfnet.dataset('files', {paths = {}, labels = P})", "gfnet.model{encoder = P}",
    "gfnet.dataset('frames', {list = P})", "gfnet.dataset('frames', {list = 'list.txt', root = P})",
    "gfnet.dataset('frames', {list = 'list.txt', classes = P})",
    "gfnet.dataset('videos', {path = P})", "gfnet.dataset('videos', {list = P})",
    "gfnet.dataset('videos', {list = 'list.txt', root = P})", "gfnet.dataset('videos', {files = {P}})",
    "gfnet.plot.figure{font = P}", "gfnet.sweep(P)", "gfnet.exits.load(P)", "gfnet.samplers.load(P)",
    "MODEL:infer(P)", "MODEL:infer{P}",
  ]
  private static let writers = [
    "gfnet.tensor.save(P, {a = gfnet.tensor{1}})", "gfnet.plot.figure{}:save(P)", "MODEL:save(P)",
    "gfnet.plot.images(gfnet.tensor.zeros(1, 3, 8, 8)):save(P)",
    "gfnet.plot.animate(gfnet.tensor.zeros(2, 1, 8, 8)):save(P)", "gfnet.exits.margin{}:save(P)",
  ]
  private static let model =
    "gfnet.model{backbone = 'resnet_tiny_16', image_size = 128, classes = 10}"

  private static func call(_ text: String, _ path: String) -> String {
    text.replacing("MODEL", with: model).replacing("P)", with: "\"\(path)\")").replacing(
      "P}", with: "\"\(path)\"}"
    )
    .replacing("P,", with: "\"\(path)\",")
  }

  @Test(arguments: readers)
  func readersAreHeldToTheFolders(_ text: String) throws {
    // /usr holds nothing that a run needs and is there on every machine, as is its name with dots and links.
    for path in [
      "/usr/lib/os-release", "/proc/self/environ", "/usr/none", "../../../../../../../../../usr/none",
    ] {
      let bench = try ScriptBench(Self.call(text, path))
      #expect(
        bench.message.contains("may not read ") && bench.message.contains("--allow "), "\(bench.message)")
      #expect(!bench.message.contains("\n"))
    }
  }

  @Test(arguments: writers)
  func writersAreHeldToTheFolders(_ text: String) throws {
    for ending in text.contains("tensor.save") || text.contains("MODEL") ? ["npz", "safetensors"] : ["png"] {
      let bench = try ScriptBench(Self.call(text, "/usr/gfnet-lab-test.\(ending)"))
      #expect(
        bench.message.contains("may not write /usr/gfnet-lab-test")
          || bench.message.contains("written as safetensors"),
        "\(bench.message)")
    }
    #expect(!FileManager.default.fileExists(atPath: "/usr/gfnet-lab-test.npz"))
  }

  /// Whoever adds a function that touches files adds a call of it above.
  @Test func allThatTouchFilesAreTried() {
    let calls = (Self.readers + Self.writers).joined()
    let entries =
      Catalog.standard.modules.flatMap { $0.functions + ($0.call.map { [$0] } ?? []) }
      + Catalog.standard.classes.flatMap(\.methods)
    // These take no path that is opened by itself: fetch has names of its own, train is tried below, the others take
    // data sets, or open the one that they are of.
    let others: Set = [
      "gfnet.fetch", "gfnet.train", "gfnet.plot.glimpses", "model:trace", "model:stream", "trace:save",
      "trace:explain", "gfnet.report.explorer", "dataset:batches",
    ]
    for entry in entries
    where !entry.touches.union(entry.mayTouch).isDisjoint(with: [.readFiles, .writeFiles])
      && !others.contains(entry.qualifiedName)
    {
      let name = entry.qualifiedName.split(separator: ":").last.map(String.init) ?? ""
      #expect(
        calls.contains(entry.name + "(") || calls.contains(entry.name + "{"), "\(entry.qualifiedName) \(name)"
      )
    }
  }

  /// In the sources, paths come out of arguments through the functions that compare them.
  @Test func noEntryMakesAPathInAnotherWay() throws {
    let api = SourceTree.root / "Sources/LuaHost/API"
    for file in try FileManager.default.subpathsOfDirectory(atPath: api.string).sorted()
    where file.hasSuffix(".swift") {
      let source = try String(contentsOf: (api / file).url, encoding: .utf8)
      for (number, line) in source.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
      where line.contains("context.found") {
        #expect(line.contains(".find("), "\(file):\(number + 1): \(line)")
      }
      if source.contains(".asPath") {
        // The call's own says which function was refused the path.
        #expect(source.contains("context.readable(") || source.contains("call.readable("), "\(file)")
      }
      if source.contains("call.path(") || source.contains("optionalPath(")
        || source.contains("<FilePath>.path(")
      {
        #expect(
          source.contains("readable(") || source.contains("EncoderOptions.located")
            || source.contains("ModelFunction.weights"), "\(file)")
      }
    }
  }

  @Test func checkpointsOfATrainingAreHeldToTheFolders() throws {
    let bench = try ScriptBench(
      """
      local data = gfnet.dataset("tensors", {images = gfnet.tensor.zeros(4, 3, 128, 128), labels = {1, 2, 1, 2}})
      local model = gfnet.model{backbone = "resnet_tiny_16", dataset = data, steps = 2}
      gfnet.train{
        model = model, dataset = data, stage = 1, epochs = 1, checkpoint = "/usr/gfnet-lab-test.safetensors"}
      """)
    #expect(bench.message.contains("may not write /usr/gfnet-lab-test.safetensors"), "\(bench.message)")
  }

  /// Names that are put behind a permitted path, by the script or by a file of somebody else.
  @Test func namesDoNotLeadOutOfAPermittedFolder() throws {
    let up = String(repeating: "../", count: 20)
    for split in [up + "usr/share", up + "usr/none", "Sources/../" + up + "etc"] {
      let bench = try ScriptBench("gfnet.dataset('folder', {path = '.', split = '\(split)'})")
      #expect(bench.message.contains("gfnet.dataset: may not read ./"), "\(bench.message)")
    }
    let folder = try TemporaryFolder()
    try folder.write("P3 2 2 255 1 2 3 4 5 6 7 8 9 10 11 12\n", "part/a/1.ppm")
    for picture in ["/usr/share/none.png", up + "usr/share/none.png", "part/a/" + up + "etc/none.png"] {
      try folder.write("part/a/1.ppm 0\n\(picture) 1\n", "list.txt")
      let bench = try ScriptBench(
        "gfnet.dataset('folder', {path = '\(folder.path)', labels = '\(folder.path)/list.txt'})")
      #expect(bench.message.contains("gfnet.dataset: may not read "), "\(picture): \(bench.message)")
    }
    try folder.write("part/../part/a/1.ppm 0\n\(folder.path)/part/a/./1.ppm 1\n", "list.txt")
    let inside = try ScriptBench(
      """
      print(#gfnet.dataset('folder', {path = '\(folder.path)', labels = '\(folder.path)/list.txt'}))
      print(#gfnet.dataset('folder', {path = '\(folder.path)', split = 'part'}))
      """)
    #expect(inside.message == "" && inside.shown == "2\n1\n", "\(inside.message)")
  }

  // MARK: What permits

  @Test func theUserPermitsMore() throws {
    let source = "print(#gfnet.read.text('/usr/lib/os-release') > 0)"
    for prepare in [
      { $0.options.allowed = ["/usr/lib"] }, { $0.options.allowed = ["/"] },
      { $0.options.allowed = ["/usr/lib/os-release"] },
    ] as [(HostContext) -> Void] {
      #expect(try ScriptBench(source, prepare: prepare).message == "")
    }
    let named = try ScriptBench(
      "local p = gfnet.params{file = {default = '', help = 'a file'}} print(#gfnet.read.text(p.file) > 0)",
      overrides: [("file", "/usr/lib/os-release")])
    #expect(named.message == "" && named.shown == "true\n")
    let other = try ScriptBench(
      "local p = gfnet.params{file = {default = '', help = 'a file'}} gfnet.read.text('/usr/lib/none')",
      overrides: [("file", "/usr/lib/os-release")])
    #expect(other.message.contains("may not read /usr/lib/none"))
  }

  @Test func ioOpenAnswersAsLuasDoes() throws {
    let bench = try ScriptBench(
      "local file, why, code = io.open('/usr/lib/os-release') print(file, why, code) print(select('#', io.open('none.txt')))"
    )
    #expect(
      bench.shown
        == "nil\tio.open: may not read /usr/lib/os-release: it is outside the folders of this run; --allow /usr/lib permits it\t13\n3\n"
    )
  }

  /// A link that a stranger's folder brings along.
  @Test func linksOutOfTheFolderAreNotFollowed() throws {
    let folder = try TemporaryFolder()
    let script = try folder.write("", "deep/script.lua")
    try FileManager.default.createSymbolicLink(
      atPath: (folder.path / "deep/link.txt").string, withDestinationPath: "/usr/lib/os-release")
    try FileManager.default.createSymbolicLink(
      atPath: (folder.path / "deep/out.npz").string, withDestinationPath: "/usr/gfnet-lab-test.npz")
    try FileManager.default.createSymbolicLink(
      atPath: (folder.path / "deep/module.lua").string, withDestinationPath: "/usr/lib/os-release")
    let read = try ScriptBench("gfnet.read.text('link.txt')", path: script)
    #expect(
      read.message.contains("link.txt: it leads to /usr/lib/os-release, which is outside"), "\(read.message)")
    let write = try ScriptBench(
      "gfnet.tensor.save('\(folder.path)/deep/out.npz', {a = gfnet.tensor{1}})", path: script)
    #expect(
      write.message.contains("it leads to /usr/gfnet-lab-test.npz, which is outside"), "\(write.message)")
    let required = try ScriptBench("require('module')", path: script)
    #expect(required.message.contains("may not read "), "\(required.message)")
  }

  /// A plugin reads below its own folder, and nothing that its manifest does not ask for.
  @Test func aPluginReadsItsOwnFolderAndWhatScriptsMay() throws {
    let folder = try PluginFolder()
    try folder.write("sly/own.txt", "own")
    try folder.plugin(
      "sly", capabilities: "'files.read', 'files.write'",
      initialise: """
        assert(gfnet.read.text("own.txt") == "own")
        local _, why = io.open("/usr/lib/os-release")
        assert(why:find("may not read", 1, true))
        local ok, problem = pcall(gfnet.tensor.save, "/usr/gfnet-lab-test.npz", {a = gfnet.tensor{1}})
        assert(not ok and problem:find("may not write", 1, true))
        assert(not pcall(require, "lib.none"))
        package.path = "/usr/lib/?.lua;/usr/lib/os-release?"
        local ok, problem = pcall(require, "x")
        assert(not ok)
        gfnet.exits.define{name = "sly", decide = function() return true end}
        """)
    #expect(try folder.problems() == [])
  }
}
