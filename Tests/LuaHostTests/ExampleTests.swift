import Foundation
import Support
import LuaHost
import TestSupport
import Testing
import Video

/// The registration table is also the manual: every entry explains itself, and its example works.
@Suite struct ExampleTests {
  /// All that the catalogue has: the functions of modules, modules that are called, and methods of classes.
  static let functions: [FunctionEntry] = {
    var functions = Catalog.standard.modules.compactMap(\.call)
    for (_, symbol) in Catalog.standard.symbols {
      if case .function(let entry) = symbol { functions.append(entry) }
    }
    return functions
  }()

  @Test func thereAreEntries() {
    #expect(Self.functions.count > 120)
  }

  @Test(arguments: functions.indices)
  func explainsItself(_ index: Int) throws {
    let entry = Self.functions[index]
    #expect(entry.summary.hasSuffix(".") && !entry.summary.contains("\n"), "\(entry.qualifiedName)")
    for parameter in entry.parameters.flatMap({ $0.options ?? [$0] }) {
      #expect(!parameter.summary.isEmpty, "\(entry.qualifiedName): \(parameter.name)")
    }
    #expect(!entry.example.isEmpty, "\(entry.qualifiedName)")
    #expect(try !Help().text(on: entry.qualifiedName).contains("undocumented"))
  }

  @Test(arguments: functions.indices)
  func exampleRuns(_ index: Int) throws {
    let entry = Self.functions[index]
    guard !entry.example.contains("gfnet.video(") || VideoLibrary.isAvailable else { return }
    // Whatever files examples name are in a folder of their own; what is dotted beside them is a name of the catalogue.
    let folder = try TemporaryFolder()
    let source = entry.example.replacing(/"((?!gfnet\.)[a-z]+\.[a-z0-9]{2,11})"/) {
      "\"\(folder.path)/\($0.1)\""
    }
    if source.contains("gfnet.trace(") {
      try formulaTrace(images: 8, steps: 3, classes: 4, folder.path / "trace.safetensors")
    }
    if source.contains("gfnet.load(") {
      try AtomicFile.createFolder(folder.path / "models")
      try Self.saveModel(folder.path / "models/clutter-fashion.safetensors")
    }
    if source.contains("gfnet.video(") {
      try FileManager.default.copyItem(
        atPath: Fixtures.path("videos/h264.mp4").string, toPath: (folder.path / "clip.mp4").string)
    }
    if source.contains("gfnet.image(") {
      try FileManager.default.copyItem(
        atPath: Fixtures.path("images/rgb.png").string, toPath: (folder.path / "photo.png").string)
    }
    for (name, text) in [
      ("notes.txt", "one\r\ntwo\n"), ("runs.csv", "name,accuracy\nfirst,90.5\n"),
      ("config.json", "{\"steps\": 3}"),
      ("metrics.jsonl", "{\"loss\": 1.5}\n{\"loss\": 1.25}\n"),
    ] { try folder.write(text, name) }
    if source.contains("gfnet.encoder(") { try Self.saveEncoder(folder.path / "encoder.safetensors") }
    let name = entry.qualifiedName.replacing(":", with: ".").split(separator: ".").last.map(String.init) ?? ""
    #expect(source.contains(name), "\(entry.qualifiedName): the example does not use it")
    let bench = try ScriptBench(source, path: folder.path / "test.lua")
    // There may be no network.
    if entry.qualifiedName == "gfnet.fetch", bench.message.contains("PyPI") { return }
    #expect(bench.message == "", "\(entry.qualifiedName): \(source)")
    if source != entry.example {
      #expect(try !FileManager.default.contentsOfDirectory(atPath: folder.path.string).isEmpty)
    }
  }

  private static func saveEncoder(_ file: FilePath) throws {
    let source = """
      local arrays = {}
      for name, tensor in pairs(gfnet.model{backbone = "resnet_tiny_16", image_size = 128, classes = 10}:state()) do
        if name:sub(1, 6) == "model." then arrays[name:sub(7)] = tensor end
      end
      gfnet.tensor.save("\(file)", arrays)
      """
    #expect(try ScriptBench(source).message == "")
  }

  private static func saveModel(_ file: FilePath) throws {
    let source =
      "gfnet.model{backbone = \"resnet_tiny_16\", image_size = 128, classes = 10}:save(\"\(file)\")"
    #expect(try ScriptBench(source).message == "")
  }

  @Test func helpFindsTensors() throws {
    let help = try Help().text(on: "gfnet.tensor")
    #expect(help.hasPrefix("gfnet.tensor(numbers, {dtype=}) → tensor"))
    #expect(help.contains("gfnet.tensor.zeros(…)"))
    #expect(try Help().text(on: "tensor:sum").contains("keepdim"))
  }
}
