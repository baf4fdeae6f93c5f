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

  /// The value as an op takes it: watched by the tape that is recording, if any.
  public var input: Tensor {
    guard isTrainable, let tape = GradientTape.current else { return value }
    return tape.watch(value, owner: self)
  }
}

/// An array that belongs to a network's state but has no gradient, such as a running mean.
public final class Buffer {
  public let value: Tensor
  /// Values of a fresh network: one for all elements, or one each.
  private let initial: [Float]
  /// True for counters and indices, which checkpoints hold as 64-bit integers.
  public let isInteger: Bool

  public init(_ shape: Shape, initial: Float, isInteger: Bool = false) throws {
    value = try Tensor.zerosRowMajor(shape)
    self.initial = [initial]
    self.isInteger = isInteger
  }

  /// A fixed list of integers.
  public init(indices: [Int]) throws {
    value = try Tensor.zerosRowMajor([indices.count])
    initial = indices.map(Float.init)
    isInteger = true
  }

  func initialize() throws {
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
  func callAsFunction(_ x: Tensor, _ pass: Pass) throws -> Tensor
}

/// Collects what a module declares, under dotted names.
public struct StateDeclaration {
  public enum Entry {
    case parameter(Parameter)
    case buffer(Buffer)

    public var value: Tensor {
      switch self {
      case .parameter(let parameter): parameter.value
      case .buffer(let buffer): buffer.value
      }
    }
  }

  public private(set) var entries: [(name: String, entry: Entry)] = []
  private var prefix = ""

  public init(prefix: String = "") { self.prefix = prefix }

  public mutating func parameter(_ name: String, _ parameter: Parameter?) {
    if let parameter { entries.append((prefix + name, .parameter(parameter))) }
  }

  public mutating func buffer(_ name: String, _ buffer: Buffer?) {
    if let buffer { entries.append((prefix + name, .buffer(buffer))) }
  }

  public mutating func child(_ name: String, _ module: (any Module)?) {
    guard let module else { return }
    let outer = prefix
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

  /// Number of trainable numbers.
  public var parameterCount: Int { parameters.reduce(0) { $0 + $1.parameter.value.count } }

  /// Sets every parameter and buffer to its initial value for `seed`.
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
  public let isTraining: Bool
  /// False keeps every element in dropout layers, also while training.
  public let dropsOut: Bool
  private let random: CounterRandom
  private var draws = 0

  /// - Parameter random: this step's numbers; layers that draw take the next child in evaluation order.
  public init(training: Bool, random: CounterRandom, dropsOut: Bool = true) {
    isTraining = training
    self.dropsOut = training && dropsOut
    self.random = random
  }

  /// Evaluation: fixed statistics, nothing random.
  public static var evaluation: Pass { Pass(training: false, random: CounterRandom(seed: 0, stream: "none")) }

  /// Numbers for the next layer that draws.
  public func nextRandom() -> CounterRandom {
    draws += 1
    return random.child(draws)
  }
}
