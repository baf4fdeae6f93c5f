import ArgumentParser
import Foundation
import GlanceFocus
import Reports
import Support

/// `gfnet-lab models …`: encoders, model files and checkpoints of other programs.
struct ModelsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "models",
    abstract: "List encoders and models, look into checkpoints, import them, verify the numerics.",
    discussion: """
      Examples:
        gfnet-lab models                                     encoders with parameters and costs, model files
        gfnet-lab models show checkpoint.pth.tar             what a file holds: ours, PyTorch's or safetensors
        gfnet-lab models import checkpoint.pth.tar -o models/mine.safetensors
        gfnet-lab models import resnet50.pth --backbone resnet50
        gfnet-lab models verify Tests/Fixtures/reference     compare with recordings of the authors' code
      """,
    subcommands: [ModelsList.self, ModelsShow.self, ModelsImport.self, ModelsVerify.self],
    defaultSubcommand: ModelsList.self)
}

/// What the subcommands share.
enum ModelsOutput {
  static func print(_ json: JSONValue) { Terminal.write(json.compact + "\n") }

  /// A count in millions.
  static func millions(_ count: Int) -> Double { Double(count) / 1e6 }

  /// Counts in millions, such as `43.1 / 88.1 / 134.5`.
  static func cumulative(_ counts: [Int]) -> String { cumulative(counts.map(Double.init)) }

  static func cumulative(_ counts: [Double]) -> String {
    counts.map { String(format: $0 < 1e9 ? "%.1f" : "%.0f", $0 / 1e6) }.joined(separator: " / ")
  }

  static func size(_ bytes: Int) -> String {
    bytes < 1_000_000 ? "\(bytes) bytes" : String(format: "%.1f MB", Double(bytes) / 1e6)
  }

  static func fileSize(_ path: FilePath) -> Int {
    FileStatus(path)?.byteCount ?? 0
  }

  /// A number, or "inf" where JSON has none.
  static func json(_ number: Double) -> JSONValue {
    number.isFinite ? .number(number) : .string(number.isNaN ? "nan" : number < 0 ? "-inf" : "inf")
  }
}
