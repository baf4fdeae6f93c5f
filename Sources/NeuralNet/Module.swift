import Support
import Tensor

/// A trainable array of a network.
public final class Parameter {
  /// The current numbers; training updates them in place.
  public let value: Tensor
  /// False keeps the numbers as they are and spares their gradient.
  public var isTrainable = true
  let initializer: Initializer

  /// A parameter of `shape`, set to zero until its network is initialised.
  public init(_ shape: Shape, _ initializer: Initializer) throws {
    value = try Tensor.zerosRowMajor(shape)
    self.initializer = initializer
  }

  /// A parameter whose numbers are those of `value`, in its memory. Optimisers move one that lies in row-major order.
  public init(sharing value: Tensor) {
    self.value = value.withoutHistory
    initializer = .constant(0)
  }

  /// The value as an op takes it: watched by the tape that is recording, if any.
  public var input: Tensor {
    guard isTrainable, let tape = GradientTape.current else { return value }
    return tape.watch(value, owner: self)
  }
}

/// An array that belongs to a network's state but has no gradient, such as a running mean.
public final class Buffer {
  /// The current numbers; evaluation in training mode updates them in place.
  public let value: Tensor
  /// Values of a fresh network: one for all elements, or one each.
  private let initial: [Float]
  /// True for counters and indices, which checkpoints hold as 64-bit integers.
  public let isInteger: Bool

  /// A buffer of `shape` whose elements are all `initial` once its network is initialised.
  public init(_ shape: Shape, initial: Float, isInteger: Bool = false) throws {
    value = try Tensor.zerosRowMajor(shape)
    self.initial = [initial]
    self.isInteger = isInteger
  }

  /// A buffer of fixed integers, one axis long.
  public init(indices: [Int]) throws {
    value = try Tensor.zerosRowMajor([indices.count])
    initial = indices.map(Float.init)
    isInteger = true
  }

  /// A buffer whose numbers are those of `value`, in its memory.
  public init(sharing value: Tensor) {
    self.value = value.withoutHistory
    initial = []
    isInteger = false
  }

  func initialize() throws {
    guard !initial.isEmpty || value.count == 0 else { return }
    let fresh = try initial.count == 1 ? Tensor.full(value.shape, initial[0]) : Tensor(value.shape, initial)
    try value.assign(fresh)
  }
}

/// A part of a network that declares what it holds.
///
/// The order and the names of the declarations are those of PyTorch's state dictionary.
public protocol Module: AnyObject {
  /// Names every parameter, buffer and child, in state-dictionary order.
  func declare(_ state: inout StateDeclaration)
}

/// A module that maps one tensor to one tensor.
public protocol Layer: Module {
  /// The result for `x`; how it depends on learning and on chance is up to `pass`.
  ///
  /// - Throws: `TensorError` where the layer cannot take the shape of `x`.
  func callAsFunction(_ x: Tensor, _ pass: Pass) throws -> Tensor
}

/// Collects what a module declares, under dotted names.
public struct StateDeclaration {
  /// What is declared under one name.
  public enum Entry {
    /// An array that training changes by its gradient.
    case parameter(Parameter)
    /// An array without gradient.
    case buffer(Buffer)

    /// The array.
    public var value: Tensor {
      switch self {
      case .parameter(let parameter): parameter.value
      case .buffer(let buffer): buffer.value
      }
    }
  }

  /// What was declared so far, in order, under whole names such as `features.0.weight`.
  public private(set) var entries: [(name: String, entry: Entry)] = []
  /// The modules that were declared so far, and their names, such as `features.0`.
  public private(set) var modules: [(name: String, module: any Module)] = []
  private var prefix = ""

  /// Starts with nothing; `prefix` stands before all names, its dot included.
  public init(prefix: String = "") { self.prefix = prefix }

  /// Declares a trainable array under `name` within the module that is declaring; nothing where it is nil.
  public mutating func parameter(_ name: String, _ parameter: Parameter?) {
    if let parameter { entries.append((prefix + name, .parameter(parameter))) }
  }

  /// Declares an array without gradient under `name` within the module that is declaring; nothing where it is nil.
  public mutating func buffer(_ name: String, _ buffer: Buffer?) {
    if let buffer { entries.append((prefix + name, .buffer(buffer))) }
  }

  /// Declares all that `module` holds, under names that begin with `name` and a dot; nothing where it is nil.
  public mutating func child(_ name: String, _ module: (any Module)?) {
    guard let module else { return }
    let outer = prefix
    modules.append((prefix + name, module))
    prefix += name + "."
    module.declare(&self)
    prefix = outer
  }
}

extension Module {
  /// Every parameter and buffer with its dotted name, in state-dictionary order.
  public var state: [(name: String, entry: StateDeclaration.Entry)] {
    var declaration = StateDeclaration()
    declare(&declaration)
    return declaration.entries
  }

  /// Every parameter with its dotted name.
  public var parameters: [(name: String, parameter: Parameter)] {
    state.compactMap { name, entry in
      if case .parameter(let parameter) = entry { (name, parameter) } else { nil }
    }
  }

  /// The number of trainable numbers, frozen ones included.
  public var parameterCount: Int { parameters.reduce(0) { $0 + $1.parameter.value.count } }

  /// Sets every parameter and buffer to its initial value for `seed`; `name` tells this module from others of
  /// one network.
  ///
  /// Each array draws from a stream of its own name, so adding a layer leaves the others' weights as they were.
  public func initialize(seed: UInt64, name: String = "") throws {
    for (key, entry) in state {
      switch entry {
      case .parameter(let parameter):
        try parameter.initializer.fill(
          parameter.value, CounterRandom(seed: seed, stream: "init." + name + key))
      case .buffer(let buffer):
        try buffer.initialize()
      }
    }
  }

  /// Freezes or frees all parameters.
  public func setTrainable(_ trainable: Bool) {
    for (_, parameter) in parameters { parameter.isTrainable = trainable }
  }
}

/// How a network is being evaluated: learning or not, and the random numbers of this step.
public final class Pass {
  /// True while learning: normalisations use the batch's own statistics, and update the running ones.
  public let isTraining: Bool
  /// False keeps every element in dropout layers, also while training.
  public let dropsOut: Bool
  /// What is kept from frame to frame where rows are frames of streams that come one by one; nil where they are images, or
  /// whole clips.
  public let frames: FrameMemory?
  private lazy var random = source()
  private let source: () -> CounterRandom
  private var draws = 0

  /// One evaluation. `random` has this step's numbers: layers that draw take its next child in the order of evaluation.
  /// Where `dropsOut` is false, dropout layers keep every element also while training.
  public convenience init(training: Bool, random: CounterRandom, dropsOut: Bool = true) {
    self.init(training: training, dropsOut: dropsOut, source: { random })
  }

  /// The same where `source` is asked for the numbers by the first layer that draws, and never if none does.
  public convenience init(training: Bool, dropsOut: Bool = true, source: @escaping () -> CounterRandom) {
    self.init(training: training, dropsOut: dropsOut, frames: nil, source: source)
  }

  private init(
    training: Bool, dropsOut: Bool, frames: FrameMemory?, source: @escaping () -> CounterRandom
  ) {
    isTraining = training
    self.frames = frames
    self.dropsOut = training && dropsOut
    self.source = source
  }

  /// An evaluation without learning: statistics are fixed, nothing is random.
  public static var evaluation: Pass { Pass(training: false, random: CounterRandom(seed: 0, stream: "none")) }

  /// An evaluation of one further frame of each stream.
  public static func nextFrame(_ frames: FrameMemory) -> Pass {
    Pass(
      training: false, dropsOut: false, frames: frames, source: { CounterRandom(seed: 0, stream: "none") })
  }

  /// The numbers for the next layer that draws.
  public func nextRandom() -> CounterRandom {
    draws += 1
    return random.child(draws)
  }
}
