import ArgumentParser
import Backbones
import Bench
import Checkpoints
import Compute
import GlanceFocus
import Inference
import Reports
import Support

/// `gfnet-lab bench`: times of a network on this machine.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Time a network on this machine.",
    discussion: """
      Weights and images are random, but for the weights of --model: times do not depend on them. Between the runs two matrices are multiplied, the best \
      of which is the machine's peak: "of peak" says how well the processor is used, whatever else it does.

      Parts: encoder (alone, on patches), glance (step 1 on images that have its size), episode (all steps, without exits; times after each), \
      train (a step of stage 1; its Multiply-Adds are counted as three times those forward).

      Examples:
        gfnet-lab bench                                             an episode of MobileNetV3-L, batch 1
        gfnet-lab bench --arch resnet50 --batch 32 --precision bf16
        gfnet-lab bench --arch resnet_tiny_16 --part train --batch 128 --runs 10
        gfnet-lab bench --arch resnet50 --profile                   each operation of the encoder
        gfnet-lab bench --arch resnet50 --frames 8 --patch 224 --part encoder   clips, whose frames exchange channels
        gfnet-lab bench --model models/clutter-fashion.safetensors  a network as its file says
        gfnet-lab bench --json > times.json

      With --turns other programs can take turns with this one: it prints its settings as JSON; then each line read has \
      a count, and is answered by a line with as many runs: a list of lists of milliseconds.
      """)

  @Option(
    help: ArgumentHelp(
      "Encoder; `gfnet-lab models` lists them (default: mobilenetv3_large_100).", valueName: "name"))
  var arch: String?

  @Option(
    help: ArgumentHelp(
      "A model's file, or its name under models/, instead of --arch, --patch, --image, --steps and --frames.",
      valueName: "file"), completion: .file(extensions: CheckpointFormats.endings))
  var model: FilePath?

  @Option(help: ArgumentHelp("Side of glance and patches (default: the encoder's).", valueName: "pixels"))
  var patch: Int?

  @Option(
    help: ArgumentHelp(
      "Side of the images (default: 224, or 128 for patches below 64 pixels).", valueName: "pixels"))
  var image: Int?

  @Option(help: ArgumentHelp("Steps of an episode, the glance included (default: 3).", valueName: "n"))
  var steps: Int?

  @Option(
    help: ArgumentHelp(
      "Clips of so many frames instead of images; frames exchange channels (TSM) where the encoder has places for it.",
      valueName: "n"))
  var frames: Int?

  @Option(
    help: ArgumentHelp("Images, or clips, that are run together (default: 1; train: 32).", valueName: "n"))
  var batch: Int?

  @Option(help: "Precision: f32 or bf16.")
  var precision: Precision = .float32

  @Option(
    name: .customLong("threads"), parsing: .unconditional,
    help: ArgumentHelp("Threads to compute with (default: one per core).", valueName: "n"))
  var threadsText: String?

  @Option(help: "What is timed: encoder, glance, episode or train.")
  var part: Bench.Part = .episode

  @Option(help: ArgumentHelp("How often it is timed (default: 50; train: 10).", valueName: "n"))
  var runs: Int?

  @Flag(help: "Print the time of each operation of the encoder on one batch of patches.")
  var profile = false

  @Flag(help: "Run when a line of standard input says how often, until it ends.")
  var turns = false

  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    _ = try threadsText.map(OptionValues.threads)
    if let batch, !(1...4096).contains(batch) {
      throw ValidationError("--batch must be from 1 to 4096, got \(batch)")
    }
    if let batch, let frames,
      batch.multipliedReportingOverflow(by: frames).partialValue > 4096 || frames > 4096
    {
      throw ValidationError(
        "--batch times --frames must be at most 4096 pictures, got \(batch) clips of \(frames)")
    }
    if model != nil, arch != nil || patch != nil || image != nil || steps != nil || frames != nil {
      throw ValidationError(
        "--model takes neither --arch, --patch, --image, --steps nor --frames: its file says all of them")
    }
    if turns, profile || json || runs != nil {
      throw ValidationError("--turns takes neither --profile, --json nor --runs")
    }
    if let runs, !(1...100_000).contains(runs) {
      throw ValidationError("--runs must be from 1 to 100000, got \(runs)")
    }
  }

  func run() throws {
    if let threads = try threadsText.map(OptionValues.threads) { ThreadTeam.setSize(threads) }
    var options = Bench.Options()
    if let arch { options.backbone = arch }
    options.patchSize = patch
    options.imageSize = image
    if let steps { options.steps = steps }
    options.frames = frames
    options.batch = batch ?? (part == .train ? 32 : 1)
    options.precision = precision
    options.part = part
    options.runs = runs ?? (part == .train ? 10 : 50)
    let bench = try model.map { try Bench(options, model: network(of: $0)) } ?? Bench(options)
    if turns {
      try takeTurns(bench)
    } else if profile {
      let profile = try bench.profile()
      json ? printJSON(bench, profile) : printTable(bench, profile)
    } else {
      let result = try bench.run()
      json ? printJSON(bench, result: result) : printTable(bench, result: result)
    }
  }

  private func network(of name: FilePath) throws -> GFNet {
    let path =
      CheckpointFormats.isNamedAsForeign(name)
      ? name : try ModelLibrary.standard(scriptFolder: nil).find(name)
    guard let model = try CheckpointFile(path).model() else {
      throw ValidationError("\(path) is not a gfnet-lab model but one network's weights")
    }
    return model.network
  }

  private func title(_ bench: Bench) -> String {
    let c = bench.configuration
    let glance = c.glance == nil ? "" : "glance by \(c.text(.glance)), "
    let items = c.clips.map { "clips of \($0.frames) frames" } ?? "images"
    return
      "\(glance)\(c.backbone), \(c.patchSize)×\(c.patchSize) patches of \(c.imageSize)×\(c.imageSize) \(items), batch "
      + "\(bench.options.batch), \(precision.rawValue), \(ThreadTeam.size) threads"
  }

  private func printTable(_ bench: Bench, result: Bench.Result) {
    Terminal.show(
      .table(
        Notebook.Table(
          name: "bench",
          caption: title(bench)
            + "; milliseconds of \(bench.options.runs) runs. Peak: \(Int(result.peak)) G Multiply-Adds/s. "
            + memory(result.memory),
          columns: [
            "", "median", "minimum", "95 %", bench.configuration.clips == nil ? "images/s" : "clips/s",
            "Multiply-Adds (M)", "G Multiply-Adds/s",
            "of peak (%)",
          ],
          rows: result.timings.map { timing in
            [
              .text(timing.name), .number(timing.median, digits: 2), .number(timing.minimum, digits: 2),
              .number(timing.percentile95, digits: 2),
              .number(1000 * Double(bench.options.batch) / timing.median, digits: 1),
              .number(timing.multiplyAdds / 1e6, digits: 1),
              .number(timing.gigaMultiplyAddsPerSecond, digits: 1),
              .number(result.percentOfPeak(timing), digits: 1),
            ]
          })))
  }

  private func memory(_ memory: Bench.Memory) -> String {
    func megabytes(_ bytes: Int) -> String { "\((Double(bytes) / 1e5).rounded() / 10) MB" }
    let plans =
      memory.weights == 0
      ? "" : "weights \(megabytes(memory.weights)), activations \(megabytes(memory.work)), "
    return "Memory: \(plans)at most \(megabytes(memory.peak)) in all"
  }

  private func printTable(_ bench: Bench, _ profile: Bench.EncoderProfile) {
    let steps = profile.steps
    let part =
      profile.rows == bench.options.batch
      ? ""
      : " on the \(profile.rows) \(bench.configuration.clips == nil ? "patches" : "clips") that run at once"
    let total = steps.reduce(0) { $0 + $1.milliseconds }
    func row(_ name: String, _ milliseconds: Double, _ madds: Int) -> [Notebook.Table.Value] {
      [
        .text(name), .number(milliseconds * 1e3, digits: 1), .number(100 * milliseconds / total, digits: 1),
        madds > 0 ? .number(Double(madds) / 1e6, digits: 2) : .text(""),
        // A Multiply-Add is two operations.
        madds > 0 ? .number(2 * Double(madds) / milliseconds / 1e6, digits: 1) : .text(""),
      ]
    }
    Terminal.show(
      .table(
        Notebook.Table(
          name: "profile",
          caption: title(bench)
            + "; encoder alone\(part), least of \(bench.options.runs) runs of each operation",
          columns: ["operation", "time (µs)", "share (%)", "Multiply-Adds (M)", "GFLOP/s"],
          rows: steps.map { row($0.name, $0.milliseconds, $0.multiplyAdds) }
            + [row("all", total, steps.reduce(0) { $0 + $1.multiplyAdds })])))
  }

  // MARK: JSON

  private func settings(_ bench: Bench) -> [JSONValue.Member] {
    let (c, o) = (bench.configuration, bench.options)
    return [
      .init("arch", .string(c.backbone)), .init("patch", .integer(c.patchSize)),
      .init("glance_arch", .string(c.backbone(.glance))), .init("glance", .integer(c.side(.glance))),
      .init("image", .integer(c.imageSize)), .init("steps", .integer(c.steps)),
      .init("frames", .integer(c.frames)),
      .init("batch", .integer(o.batch)),
      .init("precision", .string(o.precision.rawValue)), .init("threads", .integer(ThreadTeam.size)),
      .init("part", .string(o.part.rawValue)),
    ]
  }

  private func takeTurns(_ bench: Bench) throws {
    let timings = try bench.timings().map { timing in
      JSONValue.object([.init("name", .string(timing.name)), .init("madds", .number(timing.multiplyAdds))])
    }
    var isFirst = true
    try bench.takeTurns { turn in
      let answer =
        isFirst
        ? JSONValue.object(settings(bench) + [.init("timings", .array(timings))])
        : .array(turn.map { .array($0.map { .number($0) }) })
      isFirst = false
      Terminal.write(answer.compact + "\n")
      guard let line = readLine() else { return nil }
      guard let runs = Int(line), (1...100_000).contains(runs) else {
        throw ValidationError("--turns expects a count of runs from 1 to 100000 on each line, got '\(line)'")
      }
      return runs
    }
  }

  private func printJSON(_ bench: Bench, result: Bench.Result) {
    let rows = result.timings.map { timing in
      JSONValue.object([
        .init("name", .string(timing.name)), .init("median_ms", .number(timing.median)),
        .init("minimum_ms", .number(timing.minimum)), .init("p95_ms", .number(timing.percentile95)),
        .init("madds", .number(timing.multiplyAdds)),
        .init("percent_of_peak", .number(result.percentOfPeak(timing))),
        .init("runs_ms", .array(timing.milliseconds.map { .number($0) })),
      ])
    }
    let members: [JSONValue.Member] = [
      .init("runs", .integer(bench.options.runs)), .init("peak_madds_per_s", .number(result.peak * 1e9)),
      .init("weight_bytes", .integer(result.memory.weights)),
      .init("work_bytes", .integer(result.memory.work)), .init("peak_bytes", .integer(result.memory.peak)),
      .init("timings", .array(rows)),
    ]
    Terminal.write(JSONValue.object(settings(bench) + members).compact + "\n")
  }

  private func printJSON(_ bench: Bench, _ profile: Bench.EncoderProfile) {
    let rows = profile.steps.map { step in
      JSONValue.object([
        .init("operation", .string(step.name)), .init("ms", .number(step.milliseconds)),
        .init("madds", .integer(step.multiplyAdds)),
      ])
    }
    let members: [JSONValue.Member] = [
      .init("runs", .integer(bench.options.runs)), .init("rows", .integer(profile.rows)),
      .init("operations", .array(rows)),
    ]
    Terminal.write(JSONValue.object(settings(bench) + members).compact + "\n")
  }
}

extension Bench.Part: ExpressibleByArgument {}
