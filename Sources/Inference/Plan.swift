import Compute
import Support
import Tensor

/// How the numbers inside a plan are stored and multiplied.
public enum Precision: String, Sendable, CaseIterable {
  /// float32 throughout.
  case float32 = "f32"
  /// bfloat16 activations and weights with float32 sums; results, recurrent states and logits stay float32.
  case bfloat16 = "bf16"
}

/// One thing that a plan does; all it needs was resolved when it was made.
protocol PlanStep {
  /// What profiles call it.
  var name: String { get }
  /// Its Multiply-Adds, for profiles too; 0 where nothing is summed.
  var multiplyAdds: Int { get }
  func run() throws
}

extension PlanStep {
  var multiplyAdds: Int { 0 }
}

/// A network compiled for fixed input shapes: a list of steps over one stretch of memory.
///
/// Running it allocates nothing, looks nothing up and makes no descriptor, except where ``eagerOps`` names ops
/// that have no lowering. A plan belongs to the thread that made it.
public final class Plan {
  /// The arrays to be filled before each run, which reuses their memory.
  public let inputs: [Tensor]
  /// The results, valid from the end of a run until the next run of any plan of the same network.
  public let outputs: [Tensor]
  /// Ops that run by their own forward evaluation.
  public let eagerOps: [String]
  let steps: [any PlanStep]
  /// The same steps, some of them put together.
  private let grouped: [any PlanStep]
  /// Keeps packed weights and constants alive.
  private let resources: [AnyObject]
  private let versions: [(storage: Storage, version: Int)]
  /// The number of threads that the primitives were compiled for.
  private let teamSize = ThreadTeam.size
  private let context: ComputeContext

  init(
    inputs: [Tensor], outputs: [Tensor], steps: [any PlanStep], eagerOps: [String], resources: [AnyObject],
    sources: [Storage]
  ) throws {
    context = ComputeContext.current
    self.inputs = inputs
    self.outputs = outputs
    self.steps = steps
    grouped = StepRegion.grouped(steps)
    self.eagerOps = eagerOps
    self.resources = resources
    var seen = Set<ObjectIdentifier>()
    versions = sources.filter { seen.insert(ObjectIdentifier($0)).inserted }.map { ($0, $0.version) }
  }

  /// False once a weight that the plan was made from has changed, or the number of threads has.
  public var isCurrent: Bool {
    if teamSize != ThreadTeam.size { return false }
    for (storage, version) in versions where storage.version != version { return false }
    return true
  }

  /// The names of the steps in order.
  public var listing: [String] { steps.map(\.name) }

  /// Computes ``outputs`` from ``inputs``.
  ///
  /// - Throws: `Interrupted`; what an eagerly evaluated op throws.
  public func run() throws {
    context.keepThreadsApart()
    for step in grouped {
      try Cancellation.check()
      try step.run()
    }
  }

  /// Traces `network` on blank inputs of `shapes` and compiles it.
  ///
  /// The network is evaluated once, and must not depend on the inputs' numbers. Plans share packed weights through
  /// `weights`.
  ///
  /// - Throws: `TensorError` where the network reads a value while it is traced; ``InferenceError``.
  public static func compile(
    _ shapes: [Shape], precision: Precision = .float32, weights: WeightStore,
    _ network: ([Tensor]) throws -> [Tensor]
  ) throws -> Plan {
    try compile(shapes, precision: precision, weights: weights, workspace: Workspace(), network)
  }

  static func compile(
    _ shapes: [Shape], precision: Precision, weights: WeightStore, workspace: Workspace,
    _ network: ([Tensor]) throws -> [Tensor]
  ) throws -> Plan {
    let graph = try graph(shapes, precision: precision, network)
    return try PlanCompiler(graph, weights: weights, workspace: workspace).plan()
  }

  /// The most bytes that a step of a plan reads and writes, weights not counted.
  static func largestStepBytes(
    _ shapes: [Shape], precision: Precision, _ network: ([Tensor]) throws -> [Tensor]
  ) throws -> Int {
    let graph = try graph(shapes, precision: precision, network)
    return graph.nodes.map { node in
      ([node.output] + node.inputs).map { graph.values[$0] }.filter { $0.constant == nil }
        .reduce(0) { $0 + $1.shape.count * $1.type.bytes }
    }.max() ?? 0
  }

  private static func graph(
    _ shapes: [Shape], precision: Precision, _ network: ([Tensor]) throws -> [Tensor]
  ) throws -> Graph {
    let tracer = GraphTracer()
    let inputs = try shapes.map { tracer.watch(try Tensor.zeros($0)) }
    let results = try tracer.record { try network(inputs) }
    let outputs = try results.map { try tracer.position(of: $0) }
    var graph = try Graph(tracer.graph, inputs: Array(inputs.indices), outputs: outputs)
    let passes: [any GraphPass.Type] = [
      FoldPadding.self, FoldBatchNorm.self, FuseFunctions.self, FuseAdditions.self, FuseFunctions.self,
      FoldFlatten.self, FuseGates.self, FoldConcatenation.self, ChooseMatrixVector.self,
    ]
    for pass in passes { try pass.apply(to: &graph) }
    if precision == .bfloat16 { try AssignTypes.apply(to: &graph) }
    try FuseShifts.apply(to: &graph)
    try ProtectOverwritten.apply(to: &graph)
    return graph
  }
}
