import Foundation
import LuaHost
import Testing

/// The registration table is also the manual: every entry explains itself, and its example works.
@Suite struct ExampleTests {
  static let functions: [FunctionEntry] = {
    let modules = ["gfnet", "gfnet.tensor", "gfnet.random", "gfnet.plot", "gfnet.report"]
    let classes = ["tensor", "generator", "figure", "axes", "picture"]
    return Catalog.standard.modules.filter { modules.contains($0.name) }.flatMap {
      ($0.call.map { [$0] } ?? []) + $0.functions
    } + Catalog.standard.classes.filter { classes.contains($0.name) }.flatMap(\.methods)
  }()

  @Test func thereAreEntries() {
    #expect(Self.functions.count > 120)
  }

  @Test(arguments: functions.indices)
  func explainsItself(_ index: Int) {
    let entry = Self.functions[index]
    #expect(entry.summary.hasSuffix(".") && !entry.summary.contains("\n"), "\(entry.qualifiedName)")
    for parameter in entry.parameters.flatMap({ $0.options ?? [$0] }) {
      #expect(!parameter.summary.isEmpty, "\(entry.qualifiedName): \(parameter.name)")
    }
    #expect(!entry.example.isEmpty, "\(entry.qualifiedName)")
    #expect(!entry.help.contains("undocumented"))
  }

  @Test(arguments: functions.indices)
  func exampleRuns(_ index: Int) throws {
    let entry = Self.functions[index]
    // Examples that write files do so in a folder of their own.
    let folder = NSTemporaryDirectory() + "gfnet-example-\(UUID().uuidString)/"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let source = entry.example.replacing(":save(\"", with: ":save(\"" + folder)
    let name = entry.qualifiedName.replacing(":", with: ".").split(separator: ".").last.map(String.init) ?? ""
    #expect(source.contains(name), "\(entry.qualifiedName): the example does not use it")
    let bench = try ScriptBench(source)
    #expect(bench.message == "", "\(entry.qualifiedName): \(source)")
    if source != entry.example {
      #expect(try !FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
    }
  }

  @Test func helpFindsTensors() throws {
    let help = try Catalog.standard.help(on: "gfnet.tensor")
    #expect(help.hasPrefix("gfnet.tensor(numbers) → tensor"))
    #expect(help.contains("gfnet.tensor.zeros(…)"))
    #expect(try Catalog.standard.help(on: "tensor:sum").contains("keepdim"))
  }
}
