import ArgumentParser
import Foundation
import Backbones
import Checkpoints
import GlanceFocus
import NeuralNet
import Reports
import Support

/// `gfnet-lab models show FILE`.
struct ModelsShow: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Say what a file holds: configuration, arrays, costs, thresholds, results.",
    discussion: """
      Reads models of gfnet-lab, any safetensors file, and what torch.save writes, new and old. Nothing in a PyTorch file \
      is run: tensors and plain containers are built, everything else is kept as data and named.

      Examples:
        gfnet-lab models show clutter-fashion
        gfnet-lab models show checkpoint.pth.tar
        gfnet-lab models show resnet50.pth --arrays
      """)

  @Argument(
    help: "A file, or the name of a model under models/.",
    completion: .file(extensions: CheckpointFormats.endings))
  var file: FilePath

  @OptionGroup var choice: WeightOptions

  @Flag(help: "List every array with its shape and type.")
  var arrays = false

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    let path =
      CheckpointFormats.isNamedAsForeign(file)
      ? file : try ModelLibrary.standard(scriptFolder: nil).find(file)
    let found = try CheckpointFile(path, choice: choice.choice)
    var facts = Facts(found)
    try facts.describe(found.content, prefix: choice.prefix)
    if json {
      if arrays {
        facts.members.append(
          .init(
            "arrays",
            .array(
              found.arrays.map { array in
                [
                  "name": .string(array.name), "type": .string(array.type),
                  "shape": .array(array.shape.map { .integer($0) }),
                ]
              })))
      }
      ModelsOutput.print(.object(facts.members))
      return
    }
    let width = facts.lines.map(\.name.count).max() ?? 0
    for (name, text) in facts.lines {
      Terminal.write(name + String(repeating: " ", count: width - name.count) + "  " + text + "\n")
    }
    if arrays {
      Terminal.write("\n")
      Terminal.show(
        .table(
          Notebook.Table(
            name: "arrays", columns: ["array", "shape", "type"],
            rows: found.arrays.map { array in
              [
                .text(ForeignText.printable(array.name)),
                .text(array.shape.isEmpty ? "scalar" : array.shape.map(String.init).joined(separator: "×")),
                .text(array.type),
              ]
            })))
    }
  }

  /// The same facts as lines and as JSON.
  private struct Facts {
    var lines: [(name: String, text: String)] = []
    var members: [JSONValue.Member] = []
    private let path: FilePath

    init(_ file: CheckpointFile) {
      path = file.path
      add("file", file.path.shown, .string(file.path.shown))
      let bytes = ModelsOutput.fileSize(file.path)
      add("form", "\(file.container), \(ModelsOutput.size(bytes))", .string(file.container))
      members.append(.init("bytes", .integer(bytes)))
      let arrays = file.arrays
      let numbers = arrays.reduce(0) { $0 + $1.shape.reduce(1, *) }
      add(
        "arrays", "\(arrays.count), \(String(format: "%.2f", ModelsOutput.millions(numbers))) M numbers",
        .integer(arrays.count), "array_count")
      members.append(.init("numbers", .integer(numbers)))
    }

    mutating func add(_ name: String, _ text: String, _ value: JSONValue, _ key: String? = nil) {
      lines.append((name, text))
      members.append(.init(key ?? name, value))
    }

    mutating func describe(_ content: CheckpointFile.Content, prefix: String?) throws {
      switch content {
      case .model(let file): try describe(file)
      case .encoder(let file): try describe(file)
      case .network(let program, let root): try describe(root, of: program)
      case .state(let state): try describe(state, prefix: prefix)
      }
    }

    private mutating func describe(_ file: ModelFile) throws {
      add("kind", "Glance-and-Focus Network of gfnet-lab", "model")
      let network = try GFNet(file.configuration)
      add(file.configuration)
      add(network)
      try add(network.measureCosts())
      if let results = StoredResults(metadata: file.metadata) { add(results) }
      for (key, text) in file.metadata.sorted(by: { $0.key < $1.key })
      where !["format", "configuration"].contains(key) {
        add(key, ForeignText.printable(text), .string(text))
      }
    }

    private mutating func describe(_ file: EncoderFile) throws {
      add("kind", "image encoder of gfnet-lab", "encoder")
      add("backbone", file.backbone, .string(file.backbone))
      add(file.temporalShift)
      add("classes", file.classes == 0 ? "no classifier" : "\(file.classes)", .integer(file.classes))
      try add(file.encoder())
    }

    private mutating func describe(_ root: PyTorchDictionary, of program: NetworkProgram) throws {
      add("kind", "Glance-and-Focus Network of \(program.name)", .string(program.key))
      add(
        "holds", root.keys.map { ForeignText.printable($0) }.joined(separator: ", "),
        .array(root.keys.map { .string($0) }))
      let checkpoint = try program.checkpoint(root, path: path)
      add(checkpoint.configuration)
      let network = try GFNet(checkpoint.configuration)
      add(network)
      try add(network.measureCosts())
      add(checkpoint.results)
      for note in checkpoint.notes { add("note", note, .string(note)) }
    }

    private mutating func describe(_ state: StateDictionary, prefix: String?) throws {
      add("kind", "state dictionary of one network", "state_dict")
      if let name = state.name { add("name", ForeignText.printable(name), .string(name)) }
      for note in state.notes { add("note", note, .string(note)) }
      if !state.beside.isEmpty {
        let entries = state.beside.prefix(20).map { "\(ForeignText.printable($0.key)): \($0.what)" }
        add(
          "beside", entries.joined(separator: ", ") + (state.beside.count > 20 ? ", …" : ""),
          .array(entries.map { .string($0) }))
      }
      if !state.objects.isEmpty {
        let names = state.objects.prefix(20).map { ForeignText.printable($0) }
        add(
          "objects", "kept as data, not run: " + names.joined(separator: ", "),
          .array(names.map { .string($0) }))
      }
      if !state.unread.isEmpty {
        let names = state.unread.prefix(10).map { "\(ForeignText.printable($0.name)) (\($0.what))" }
        add(
          "not supported", names.joined(separator: ", ") + (state.unread.count > 10 ? ", …" : ""),
          .array(names.map { .string($0) }), "not_supported")
      }
      do {
        let encoder = try ImportedEncoder(state, prefix: prefix)
        for note in encoder.notes.dropFirst(state.notes.count) { add("note", note, .string(note)) }
        add("backbone", "\(encoder.entry.name), keys of \(encoder.keys)", .string(encoder.entry.name))
        add(encoder.entry.temporalShift)
        add(
          "classes", encoder.classes == 0 ? "no classifier" : "\(encoder.classes)",
          .integer(encoder.classes))
      } catch let error as ModelError {
        add("backbone", "none: \(error)", .null)
      }
    }

    private mutating func add(_ shift: TemporalShiftOptions?) {
      if let shift { add("clips", shift.text, ModelsOutput.json(shift), "temporal_shift") }
    }

    private mutating func add(_ c: Configuration) {
      add("backbone", c.backbone, .string(c.backbone))
      add("patch size", "\(c.patchSize)", .integer(c.patchSize), "patch_size")
      if c.glance != nil {
        add("glance encoder", c.text(.glance), .string(c.backbone(.glance)), "glance_backbone")
        members.append(.init("glance_size", .integer(c.side(.glance))))
      }
      if c.frames > 1 {
        add(
          "frames", c.frameParts.map(String.init).joined(separator: " + "),
          .array(c.frameParts.map { .integer($0) }))
      }
      add("image size", "\(c.imageSize)", .integer(c.imageSize), "image_size")
      add("steps", "\(c.steps)", .integer(c.steps))
      add("classes", "\(c.classes)", .integer(c.classes))
      add("classifier", c.classifier.rawValue, .string(c.classifier.rawValue))
      add("policy", "\(c.policyEncoder.rawValue), \(c.policyUnits) units", .string(c.policyEncoder.rawValue))
      add("glance", c.interpolation.rawValue, .string(c.interpolation.rawValue))
    }

    private mutating func add(_ network: any Module) {
      let count = network.parameterCount
      add("parameters", "\(String(format: "%.2f", ModelsOutput.millions(count))) M", .integer(count))
    }

    private mutating func add(_ costs: StepCosts) {
      add(
        "costs", ModelsOutput.cumulative(costs.cumulative) + " M Multiply-Adds after step 1, 2, …",
        .array(costs.cumulative.map { .integer($0) }), "madds")
    }

    private mutating func add(_ results: StoredResults) {
      if let costs = results.costs?.madds {
        add(
          "stored costs", ModelsOutput.cumulative(costs) + " M",
          .array(costs.map(ModelsOutput.json)),
          "stored_madds")
      }
      if let anytime = results.anytime {
        add(
          "anytime",
          anytime.map { String(format: "%.2f", $0) }.joined(separator: " / ") + " % after step 1, 2, …",
          .array(anytime.map(ModelsOutput.json)))
      }
      if let thresholds = results.thresholds {
        add(
          "thresholds", "\(thresholds.count) budgets × \(thresholds.first?.count ?? 0) steps",
          .array(thresholds.map { .array($0.map(ModelsOutput.json)) }))
      }
      if let curve = results.budgeted, let least = curve.madds.first, let most = curve.madds.last,
        let worst = curve.accuracy.first, let best = curve.accuracy.last
      {
        add(
          "budgeted",
          String(
            format: "%d points, from %.2f %% at %.1f M to %.2f %% at %.1f M", curve.madds.count, worst,
            least / 1e6,
            best, most / 1e6),
          [
            "madds": .array(curve.madds.map(ModelsOutput.json)),
            "accuracy": .array(curve.accuracy.map(ModelsOutput.json)),
          ])
      }
    }
  }
}
