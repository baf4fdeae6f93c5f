import Compute
import OneDNN
import Tensor

/// Turns a rewritten graph into steps with everything resolved.
///
/// Extensions make the steps of each kind of node: layers with weights, what is computed from maps, what
/// moves numbers.
struct PlanCompiler {
  let graph: Graph
  let weights: WeightStore
  private let workspace: Workspace
  private let arena: Storage
  private let layout: ArenaLayout
  var steps: [any PlanStep] = []
  private var primitives: [Primitive] = []
  var resources: [AnyObject] = []
  var eagerOps: [String] = []

  init(_ graph: Graph, weights: WeightStore, workspace: Workspace) throws {
    self.graph = graph
    self.weights = weights
    self.workspace = workspace
    layout = ArenaLayout(of: graph)
    arena = try workspace.arena(bytes: layout.size)
  }

  consuming func plan() throws -> Plan {
    for node in graph.nodes { try add(node) }
    let scratchpad = try workspace.scratchpad(bytes: primitives.map(\.scratchpadBytes).max() ?? 0)
    for primitive in primitives { try primitive.useScratchpad(scratchpad.pointer) }
    resources += [arena, scratchpad]
    resources += graph.values.compactMap { $0.constant?.storage }
    return try Plan(
      inputs: try graph.inputs.map { try view($0) }, outputs: try graph.outputs.map { try view($0) },
      steps: steps, eagerOps: eagerOps, resources: resources, sources: graph.sources)
  }

  func shape(_ value: Int) -> Shape { graph.values[value].shape }
  func type(_ value: Int) -> ElementType { graph.values[value].type }

  /// The first byte of a value.
  func pointer(_ value: Int) throws -> UnsafeMutableRawPointer {
    if let constant = graph.values[value].constant { return UnsafeMutableRawPointer(constant.pointer) }
    guard let offset = layout.offsets[value] else { throw InferenceError("a value has no place in memory") }
    return UnsafeMutableRawPointer(arena.pointer) + offset
  }

  func floats(_ value: Int) throws -> UnsafeMutablePointer<Float> {
    try pointer(value).assumingMemoryBound(to: Float.self)
  }

  /// A float32 value as a tensor over its memory.
  func view(_ value: Int) throws -> Tensor {
    if let constant = graph.values[value].constant { return constant }
    guard let offset = layout.offsets[value] else { throw InferenceError("a value has no place in memory") }
    return Tensor.view(of: arena, at: offset / 4, shape(value))
  }

  mutating func add(_ name: String, _ primitive: Primitive, multiplyAdds: Int = 0) {
    primitives.append(primitive)
    steps.append(PrimitiveStep(name: name, primitive: primitive, multiplyAdds: multiplyAdds))
  }

  private mutating func add(_ node: Graph.Node) throws {
    switch node.operation {
    case .convolution(let convolution): try add(convolution, node)
    case .linear(let linear): try add(linear, node)
    case .matrixVector(let layer): try add(layer, node)
    case .gruGates: try addGates(node)
    case .pooling(let pooling): try addPooling(pooling, node)
    case .spatialMean: try addMean(node)
    case .scaleShift(let norm, let low, let high): try addScaleShift(norm, low, high, node)
    case .functions(let functions): try addFunctions(functions, node)
    case .pair(let pair, let functions): try addPair(pair, functions, node)
    case .channelScale: try addChannelScale(node)
    case .pickChannels(let channels): try addPick(channels, node)
    case .temporalShift(let shift): try addShift(shift, node)
    case .following: try addFollowing(node)
    case .reshape: try addReshape(node)
    case .concatenate(let axis): try addConcatenation(axis, node)
    case .copy: try addCopy(node)
    case .convert: try addConversion(node)
    case .padding(_, let op): try addEager(op, [.input(0)], node)
    case .eager(let op, let arguments): try addEager(op, arguments, node)
    }
  }
}
