import Backbones
import GlanceFocus
import Inference
import Compute
import Support

/// Times a Glance-and-Focus Network on random images, or clips: times depend neither on these nor on the weights.
public struct Bench {
  /// What is timed.
  public enum Part: String, Sendable, CaseIterable {
    /// The encoder of the patches alone.
    case encoder
    /// Step 1 on images that have the size of the glance already.
    case glance
    /// All steps, without exits; what an image has cost after each.
    case episode
    /// One step of stage 1, descent on the loss of all steps of the sequence.
    case train
  }

  /// What is timed, and how often.
  public struct Options: Sendable {
    /// The encoder's name in the registry.
    public var backbone = "mobilenetv3_large_100"
    /// Frames of clips, which exchange channels where the backbone has places for it; nil: images.
    public var frames: Int?
    /// P, the side of the patches in pixels; nil: the paper's for the backbone.
    public var patchSize: Int?
    /// S, the side of the images in pixels; nil: 224, or 128 where patches are smaller than 64.
    public var imageSize: Int?
    /// T, the most steps.
    public var steps = 3
    /// Images, or clips, that are run together.
    public var batch = 1
    /// The precision of inference; training is float32.
    public var precision = Precision.float32
    /// What is timed.
    public var part = Part.episode
    /// How many runs are counted.
    public var runs = 50

    public init() {}
  }

  /// What was measured, and beside what.
  public struct Result: Sendable {
    /// The times, in the order of `timings()`.
    public let timings: [Timing]
    /// Billions of Multiply-Adds per second of a matrix product in the same run.
    public let peak: Double

    /// Bytes that a run takes.
    public let memory: Memory

    /// The share of ``peak`` that a timing's median reaches, in per cent.
    public func percentOfPeak(_ timing: Timing) -> Double { 100 * timing.gigaMultiplyAddsPerSecond / peak }
  }

  /// Bytes that a run takes.
  public struct Memory: Sendable {
    /// Bytes of the weights as plans read them; 0 for training, which has no plans.
    public let weights: Int
    /// Bytes that plans work in, however many there are: they depend on the batch and the patch, not on the
    /// images' size. 0 for training.
    public let work: Int
    /// The most bytes that all tensors and buffers took at a time, the images and the weights as loaded
    /// included.
    public let peak: Int
  }

  /// The number of runs that warm caches and make plans, before any is counted.
  private static let warmUps = 3

  /// What is timed, and how often.
  public let options: Options
  /// The network that is timed.
  public let configuration: Configuration
  let model: GFNet
  let planner: Planner

  /// A network with random weights.
  ///
  /// - Throws: `UnknownBackbone`, `ModelError` for sizes that do not fit, ``BenchError`` for options that do
  ///   not go together, `InferenceError` where the processor gains nothing from the precision.
  public init(_ options: Options) throws {
    let entry = try BackboneRegistry.entry(options.backbone)
    let patch = options.patchSize ?? PaperSetups.setup(for: entry).patchSize
    let clips = options.frames.map {
      ClipForm(frames: $0, exchange: entry.takesTemporalShift ? ClipForm.Exchange() : nil)
    }
    var configuration = try Configuration(
      backbone: .named(options.backbone), patchSize: patch,
      imageSize: options.imageSize ?? max(patch, patch < 64 ? 128 : 224), steps: options.steps, clips: clips)
    // A linear layer on the maps of all frames side by side would be larger than all else together.
    if clips != nil { configuration.policyEncoder = .convolution }
    let form = configuration
    try self.init(options) { try GFNet(form, seed: 1) }
  }

  /// A network as it is; what the options say of the form of one is not used.
  ///
  /// - Throws: as ``init(_:)``.
  public init(_ options: Options, model: GFNet) throws {
    try self.init(options) { model }
  }

  private init(_ options: Options, _ model: () throws -> GFNet) throws {
    self.options = options
    guard options.part != .train || options.precision == .float32 else {
      throw BenchError("training is float32 only: leave out --precision bf16")
    }
    guard options.part != .train || options.batch > 1 else {
      throw BenchError("training needs a batch of at least 2, for the statistics of batch norms")
    }
    // This refuses a precision that gains nothing here, whatever is timed.
    planner = try Planner(options.precision)
    self.model = try model()
    configuration = self.model.configuration
  }

  /// Times the part, in turn with a matrix product.
  ///
  /// - Throws: `Interrupted`.
  public func run() throws -> Result {
    let buffers = ComputeContext.current.buffers
    let before = buffers.inUse
    let peak = try MachinePeak(options.precision)
    let matrices = buffers.inUse - before
    var timings = try timings()
    // A training shows its own progress.
    let progress = options.part == .train ? nil : ProgressReporter("bench", total: options.runs)
    defer { progress?.finish() }
    // This many runs are counted between two products for the peak, which empty the caches; the next run is
    // then not counted.
    let (group, refills) = options.part == .train ? (1, 0) : (10, 1)
    var (counted, uncounted) = (0, Self.warmUps)
    // The first ones wake up the threads.
    for _ in 0..<3 { try peak.run() }
    let limit = Self.warmUps + options.runs * (1 + refills)
    try repeatedly(limit: limit) { milliseconds in
      try Cancellation.check()
      guard uncounted == 0 else {
        uncounted -= 1
        return true
      }
      for (index, time) in milliseconds.enumerated() { timings[index].milliseconds.append(time) }
      counted += 1
      progress?.update(counted)
      guard counted < options.runs else { return false }
      if counted % group == 0 {
        try peak.run()
        uncounted = refills
      }
      return true
    }
    let memory = Memory(
      weights: planner.weightBytes, work: planner.workspaceBytes,
      peak: buffers.peak - matrices)
    return Result(timings: timings, peak: peak.gigaMultiplyAddsPerSecond, memory: memory)
  }

  /// Runs in turns with other programs, and computes nothing between its turns.
  ///
  /// - Parameter next: gets the milliseconds of each run of the turn before, in the order of ``timings()`` (none
  ///   after the first runs, which warm caches and make plans), and returns how many runs the next turn has; nil: no
  ///   more turns.
  /// - Throws: what ``run()`` throws, and what `next` throws.
  public func takeTurns(_ next: (_ milliseconds: [[Double]]) throws -> Int?) throws {
    var (left, turn, isWarm) = (Self.warmUps, [[Double]](), false)
    try repeatedly { milliseconds in
      try Cancellation.check()
      if isWarm { turn.append(milliseconds) }
      left -= 1
      guard left <= 0 else { return true }
      guard let runs = try next(turn) else { return false }
      (left, turn, isWarm) = (runs, [], true)
      return true
    }
  }
}

/// Options that do not go together.
public struct BenchError: LineError {
  public let description: String

  init(_ description: String) { self.description = description }
}
