import ArgumentParser
import Checkpoints
import Foundation
import GlanceFocus
import Reports
import Support

/// `gfnet-lab models import FILE`.
struct ModelsImport: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Turn a checkpoint of another program into a file of gfnet-lab.",
    discussion: """
      A checkpoint of the authors' code becomes a model with its thresholds, costs and results, one of AdaFocus on TSM \
      (glancer, focuser, fc, policy) a model of clips; a state dictionary of \
      timm, torchvision, TSM, efficientnet_pytorch or efficientnet_lite_pytorch becomes an encoder. Which one it is follows from \
      its arrays; where several networks have the same, from what the file or its name says, or from --backbone. Arrays \
      that do not fit are listed and nothing is written. Files of TSM become encoders of clips; what their names do not \
      say (TSM_kinetics_RGB_resnet50_shift8_blockres_avg_segment8_e50.pth) options do.

      Examples:
        gfnet-lab models import mobilenetv3_large_100_patch_size_96.pth.tar
        gfnet-lab models import resnet50.pth -o models/resnet50.safetensors
        gfnet-lab models import weights.pt --backbone efficientnet_b0 --keys timm
        gfnet-lab models import stage3/checkpoint.pth.tar --patch-size 96 --steps 5
        gfnet-lab models import ckpt.best.pth.tar --frames 8
        gfnet-lab models import model_best.pth.tar --patch-size 144 --focus-frames 12
      """)

  @Argument(
    help: "What torch.save wrote, or a safetensors file.",
    completion: .file(extensions: CheckpointFormats.endings))
  var file: FilePath

  @Option(
    name: [.customLong("backbone"), .customLong("arch")],
    help: ArgumentHelp("The encoder; found from the file by default.", valueName: "name"))
  var backbone: String?

  @Option(help: "What the file must hold: any, model or encoder.")
  var kind: CheckpointImport.Kind = .any

  @Option(help: ArgumentHelp("Whose keys a plain encoder has, such as timm.", valueName: "name"))
  var keys: String?

  @OptionGroup var choice: WeightOptions

  @OptionGroup var clips: ClipOptions

  @Option(
    help: ArgumentHelp(
      "Side of patches, and of a glance that has no other, where the file does not say.", valueName: "n"))
  var patchSize: Int?

  @Option(help: ArgumentHelp("Side of the images; the paper's by default.", valueName: "n"))
  var imageSize: Int?

  @Option(help: ArgumentHelp("The most steps, where the file does not say.", valueName: "n"))
  var steps: Int?

  @Option(help: ArgumentHelp("Side of AdaFocus' glance, where the policy's map has several.", valueName: "n"))
  var glanceSize: Int?

  @Option(help: ArgumentHelp("Frames of AdaFocus' glance, where the file has no policy.", valueName: "n"))
  var glanceFrames: Int?

  @Option(help: ArgumentHelp("Frames that AdaFocus' patches are cut from (default: 12).", valueName: "n"))
  var focusFrames: Int?

  @Option(
    name: [.customShort("o"), .customLong("out")],
    help: ArgumentHelp("The file to write (default: models/<name of FILE>.safetensors).", valueName: "file"))
  var out: FilePath?

  @Flag(help: "Replace the file to write if it is there.")
  var force = false

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    let target = out ?? FilePath("models").pushing(Self.stem(file).adding(".safetensors"))
    guard force || !target.exists else {
      throw ModelError("\(target) is there already; name another file with -o, or replace it with --force")
    }
    let imported = try CheckpointImport(
      CheckpointFile(file, choice: choice.choice), kind: kind, keys: keys, prefix: choice.prefix,
      choices: .init(
        backbone: backbone, patchSize: patchSize, imageSize: imageSize, steps: steps,
        glanceSize: glanceSize, glanceFrames: glanceFrames, focusFrames: focusFrames),
      shift: clips.clues)
    if out == nil { try AtomicFile.createFolder(target.folder) }
    try imported.write(to: target)
    switch imported {
    case .model(let model): report(model, target)
    case .encoder(let encoder): report(encoder, target)
    }
  }

  private func report(_ model: any NetworkCheckpoint, _ target: FilePath) {
    let c = model.configuration
    if json {
      ModelsOutput.print([
        "file": .string(target.shown), "kind": "model", "backbone": .string(c.backbone),
        "patch_size": .integer(c.patchSize), "glance_backbone": .string(c.backbone(.glance)),
        "glance_size": .integer(c.side(.glance)), "frames": .array(c.frameParts.map { .integer($0) }),
        "steps": .integer(c.steps), "classes": .integer(c.classes),
        "notes": .array(model.notes.map { .string($0) }),
      ])
      return
    }
    for note in model.notes { Terminal.note("note: " + note) }
    let held = [
      model.results.thresholds == nil ? nil : "thresholds", model.results.costs == nil ? nil : "costs",
      model.results.anytime == nil && model.results.budgeted == nil ? nil : "results",
    ].compactMap { $0 }
    let extra = held.isEmpty ? "" : ", with " + held.joined(separator: ", ")
    Terminal.write(
      "\(target): model, \(c.glance == nil ? "" : "glance by \(c.text(.glance)), ")\(c.backbone), \(c.patchSize)×\(c.patchSize) patches of \(c.imageSize)×\(c.imageSize) images, "
        + "\(c.steps) steps, \(c.classes) classes\(extra)\n")
  }

  private func report(_ encoder: ImportedEncoder, _ target: FilePath) {
    if json {
      ModelsOutput.print([
        "file": .string(target.shown), "kind": "encoder", "backbone": .string(encoder.entry.name),
        "keys": .string(encoder.keys), "classes": .integer(encoder.classes),
        "temporal_shift": ModelsOutput.json(encoder.entry.temporalShift),
        "notes": .array(encoder.notes.map { .string($0) }),
      ])
      return
    }
    for note in encoder.notes { Terminal.note("note: " + note) }
    let clips = encoder.entry.temporalShift.map { " of clips (\($0.text))" } ?? ""
    Terminal.write(
      "\(target): encoder \(encoder.entry.name)\(clips), \(encoder.classes == 0 ? "no classifier" : "\(encoder.classes) classes"), keys of \(encoder.keys)\n"
    )
  }

  /// The file's name without folders and endings.
  private static func stem(_ path: FilePath) -> FilePath {
    guard var name = path.lastComponent.map({ FilePath(root: nil, components: $0) }) else {
      return "imported"
    }
    while CheckpointFormats.endings.contains(name.ending) {
      name = name.removingEnding
    }
    return name
  }
}

extension CheckpointImport.Kind: ExpressibleByArgument {}
