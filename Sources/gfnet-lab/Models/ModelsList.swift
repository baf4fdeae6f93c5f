import ArgumentParser
import Backbones
import GlanceFocus
import NeuralNet
import Reports
import Support

/// `gfnet-lab models list`.
struct ModelsList: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List encoders with parameters and costs, and the model files at hand.",
    discussion: """
      Costs are Multiply-Adds in millions, counted from the operations of one evaluation: of the encoder on one patch, \
      of the patch proposal network, and of an image that leaves after step 1, 2, … The sizes are those of the paper \
      where it has any.
      """)

  @Flag(help: "Print one JSON object.")
  var json = false

  private struct Row {
    let entry: BackboneEntry
    let patch: Int
    let parameters: Int
    let costs: StepCosts
  }

  func run() throws {
    var rows: [Row] = []
    for entry in BackboneRegistry.entries {
      let parameters = try entry.build(1000).parameterCount
      for size in PaperSetups.setup(for: entry).sizes {
        try Cancellation.check()
        let configuration = try Configuration(
          backbone: entry.name, patchSize: size.patch, imageSize: max(size.patch, 224), steps: size.steps)
        rows.append(
          Row(
            entry: entry, patch: size.patch, parameters: parameters,
            costs: try GFNet(configuration).measureCosts()))
      }
    }
    let library = ModelLibrary.standard(scriptFolder: nil)
    let files = try library.names().map { ($0, try library.find(FilePath($0))) }
    json ? printJSON(rows, files) : printTable(rows, files)
  }

  private func printTable(_ rows: [Row], _ files: [(name: String, path: FilePath)]) {
    let cells: [[Notebook.Table.Value]] = rows.map { row in
      [
        .text(row.entry.name), .number(ModelsOutput.millions(row.parameters), digits: 2),
        .number(Double(row.patch), digits: 0),
        .number(ModelsOutput.millions(row.costs.globalEncoder), digits: 1),
        .number(ModelsOutput.millions(row.costs.policy), digits: 2),
        .text(ModelsOutput.cumulative(row.costs.cumulative)),
      ]
    }
    Terminal.show(
      .table(
        Notebook.Table(
          name: "encoders",
          caption:
            "Encoders; parameters and Multiply-Adds in millions, 1000 classes. A model holds two encoders, a policy and a"
            + " classifier; gfnet-lab models show NAME counts all of its parameters",
          columns: ["encoder", "parameters", "patch", "per patch", "policy", "after step 1 / 2 / …"],
          rows: cells)))
    Terminal.write("\n")
    if files.isEmpty {
      Terminal.write("No model files: models/ is empty here and with the program.\n")
      return
    }
    Terminal.show(
      .table(
        Notebook.Table(
          name: "models", caption: "Model files", columns: ["name", "holds", "file"],
          rows: files.map { [.text($0.name), .text(Self.summary($0.path)), .text($0.path.shown)] })))
  }

  /// What a file holds in a few words; a broken one says so and the others are still listed.
  private static func summary(_ path: FilePath) -> String {
    do {
      return try CheckpointFile(path).shortDescription
    } catch {
      return "cannot be read: \(error.commandLineText)"
    }
  }

  private func printJSON(_ rows: [Row], _ files: [(name: String, path: FilePath)]) {
    ModelsOutput.print([
      "encoders": .array(
        rows.map { row in
          [
            "name": .string(row.entry.name), "family": .string(row.entry.family),
            "parameters": .integer(row.parameters), "patch_size": .integer(row.patch),
            "encoder_madds": .integer(row.costs.globalEncoder), "policy_madds": .integer(row.costs.policy),
            "madds": .array(row.costs.cumulative.map { .integer($0) }),
          ]
        }),
      "files": .array(
        files.map {
          ["name": .string($0.name), "path": .string($0.path.shown), "holds": .string(Self.summary($0.path))]
        }),
    ])
  }
}
