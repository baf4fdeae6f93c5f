import Backbones
import NeuralNet
import Support
import Tensor

/// A layer as scripts hold it: a description that backbones are composed of, and a module that can be called.
///
/// Weights are made when they are first needed. A layer inside of another is the same there: whoever holds both sees one
/// set of weights.
final class LayerHandle {
  enum Kind {
    /// Layers of the table, and those inside in the order of the parameters.
    case composed(ComposedLayer, parts: [LayerHandle])
    /// A module that a script wrote.
    case scripted(ScriptedModule)
  }

  let kind: Kind
  /// Whether normalisations learn their statistics and dropout draws when the layer is called.
  private(set) var isTraining = true
  private var built: (any Layer)?

  /// Layers within layers, beyond which one holds itself.
  private static let deepest = 64

  init(_ kind: Kind) { self.kind = kind }

  /// The description that a backbone takes.
  ///
  /// - Throws: ``LuaError`` for a module of the script, which no file could keep.
  func composed(_ place: String) throws -> ComposedLayer {
    if case .composed(let layer, _) = kind { return layer }
    throw LuaError(
      "\(place): a module with a function of its own cannot stand inside of other layers; call it in a forward"
    )
  }

  /// The layers inside.
  var parts: [LayerHandle] { if case .composed(_, let parts) = kind { parts } else { [] } }

  // MARK: Weights

  /// The layer itself, built and with fresh weights at the first call.
  func layer(_ context: HostContext) throws -> any Layer {
    if let built { return built }
    guard case .composed(let layer, let parts) = kind else {
      throw LuaError("a module of a script has no layer")
    }
    let made = try layer.build(of: parts.map { try $0.layer(context) })
    if parts.isEmpty, !made.state.isEmpty {
      try made.initialize(seed: UInt64(context.random.integer(in: 0...Int.max)))
    }
    built = made
    return made
  }

  /// Every parameter and buffer with its dotted name, in the order of PyTorch's state dictionary.
  func entries(_ context: HostContext, depth: Int = 0) throws -> [(
    name: String, entry: StateDeclaration.Entry
  )] {
    guard depth <= Self.deepest else { throw LuaError("layers are nested more than \(Self.deepest) deep") }
    switch kind {
    case .composed: return try layer(context).state
    case .scripted(let module): return try module.entries(context, depth: depth)
    }
  }

  /// Every parameter with its name, one that stands at several places once.
  func namedParameters(_ context: HostContext) throws -> [(name: String, parameter: Parameter)] {
    var seen: Set<ObjectIdentifier> = []
    return try entries(context).compactMap { name, entry in
      guard case .parameter(let parameter) = entry, seen.insert(ObjectIdentifier(parameter)).inserted else {
        return nil
      }
      return (name, parameter)
    }
  }

  /// Whether the layer and all inside are as ``isTraining`` says.
  private var isUniform: Bool { parts.allSatisfy { $0.isTraining == isTraining && $0.isUniform } }

  /// Sets ``isTraining`` here and in all layers inside.
  func setTraining(_ training: Bool, depth: Int = 0) throws {
    guard depth <= Self.deepest else { throw LuaError("layers are nested more than \(Self.deepest) deep") }
    isTraining = training
    switch kind {
    case .composed(_, let parts): for part in parts { try part.setTraining(training, depth: depth + 1) }
    case .scripted(let module):
      for child in try module.children() { try child.setTraining(training, depth: depth + 1) }
    }
  }

  // MARK: Calling

  /// The results for what a script passed in the slots from 2 on; the layer itself is in slot 1.
  func call(on stack: LuaStack) throws -> LuaResults {
    if case .scripted(let module) = kind {
      return LuaResults(
        each: try module.forward.call(with: (1..<stack.count + 1).map { try stack.value(at: $0) }))
    }
    let inputs = try (2..<max(stack.count + 1, 2)).map { slot in
      try stack.tensor(at: slot, "layer \(label): argument \(slot - 1)")
    }
    let context = stack.state.context
    let layer = try runnable(context)
    let pass = Pass(training: isTraining, source: { context.random.takeFamily() })
    let counts = (layer as? any ManyInputLayer).map { type(of: $0).inputCounts } ?? 1...1
    guard counts.contains(inputs.count) else {
      let most = counts.upperBound == counts.lowerBound ? "" : " to \(counts.upperBound)"
      throw LuaError("layer \(label): takes \(counts.lowerBound)\(most) tensors, got \(inputs.count)")
    }
    do {
      return try layer.naming("") {
        if let layer = layer as? any ManyInputLayer { return LuaResults(each: try layer(inputs, pass)) }
        return LuaResults(try layer(inputs[0], pass))
      }
    } catch let error as TensorError {
      throw LuaError("layer \(label): \(error.description)")
    } catch let error as MemoryRefused {
      throw LuaError("layer \(label): \(error.description)")
    }
  }

  /// The layer, in which those that are in another mode than it keep theirs.
  private func runnable(_ context: HostContext) throws -> any Layer {
    guard !isUniform, case .composed(let layer, let parts) = kind else { return try self.layer(context) }
    return try layer.build(
      of: parts.map { part in
        let inner = try part.runnable(context)
        return part.isTraining == isTraining ? inner : ModeKeeper(inner, isTraining: part.isTraining)
      })
  }

  /// What messages and cells call the layer.
  var label: String { LayerClass.shortened(text, to: 80) }

  /// The layer as it is composed.
  var text: String {
    switch kind {
    case .composed(let layer, _): layer.description.description
    case .scripted(let module): module.text
    }
  }
}

/// A layer that learns, or does not, whatever those around it do.
private final class ModeKeeper: Layer {
  private let layer: any Layer
  private let isTraining: Bool

  init(_ layer: any Layer, isTraining: Bool) {
    self.layer = layer
    self.isTraining = isTraining
  }

  func declare(_ state: inout StateDeclaration) { layer.declare(&state) }

  func callAsFunction(_ x: Tensor, _ pass: Pass) throws -> Tensor {
    try layer(x, Pass(training: isTraining, source: { pass.nextRandom() }))
  }
}

extension LayerHandle: ObjectArgument {
  static let className = "layer"
}

extension LayerHandle: GrowsInUse {
  var heldBytes: Int {
    // Those inside stand for their own weights.
    guard case .composed(let layer, let parts) = kind else { return 1024 }
    return 128 * layer.count + (parts.isEmpty ? built?.heldBytes ?? 0 : 0)
  }
}
