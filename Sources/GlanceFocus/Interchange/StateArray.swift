import Backbones
import Checkpoints
import Foundation
import Support
import Tensor

/// An array of a state dictionary of another program, whose values are read when they are asked for.
public struct StateArray {
  /// The key in the file, or the one that it is matched by.
  public let name: String
  private let array: any StoredArray
  private let file: String

  /// - Parameter file: named in errors.
  init(_ name: String, _ array: any StoredArray, file: String) {
    self.name = name
    self.array = array
    self.file = file
  }

  /// The same values under another name.
  func renamed(_ name: String) -> StateArray { StateArray(name, array, file: file) }

  /// The sizes of its axes, the outermost first.
  public var shape: [Int] { array.shape }
  /// The type of its elements.
  public var type: StoredType { array.type }

  /// The values, row-major, whatever the element type.
  ///
  /// - Throws: what reading the file throws, in one line.
  public func floats() throws -> [Float] { try array.floats() }

  /// The values of an array of whole numbers or truth values, row-major; true is 1.
  ///
  /// - Throws: what reading the file throws, in one line, also for a number above `Int.max`.
  public func ints() throws -> [Int] { try array.ints() }

  /// The values as an array of a file of ours: float32, or int64 for counters. Float32 values are not copied where the
  /// reader has their bytes.
  func stored(as name: String, shape: [Int], isInteger: Bool, adding shift: Float) throws -> SafetensorsTensor
  {
    if isInteger {
      if !type.isFloatingPoint {
        return SafetensorsTensor(name, shape: shape, try array.ints().map(Int64.init))
      }
      let counts = try floats().compactMap { Int64(exactly: $0.rounded()) }
      guard counts.count == shape.reduce(1, *) else {
        throw ModelError("\(file): \(self.name) counts batches by numbers that are not whole")
      }
      return SafetensorsTensor(name, shape: shape, counts)
    }
    if shift == 0, type == .f32, let bytes = array.contiguousBytes {
      return SafetensorsTensor(name, type: .f32, shape: shape, bytes: bytes)
    }
    let values = try floats()
    return SafetensorsTensor(name, shape: shape, shift == 0 ? values : values.map { $0 + shift })
  }
}

extension [StateArray] {
  /// The tensors of a dictionary.
  init(_ dictionary: PyTorchDictionary, file: String) {
    self = dictionary.entries.compactMap { key, value in
      value.tensor.map { StateArray(key, PyTorchArray($0, file: file), file: file) }
    }
  }

  /// The tensors of a file of ours.
  init(_ file: Safetensors) {
    self = file.storedArrays.map { StateArray($0.name, $0.array, file: file.file) }
  }

  /// What parallel training, `torch.compile` and activation checkpoints put into names, wherever they wrap a part.
  private static let wrappers: Set<Substring> = [
    "_orig_mod", "_fsdp_wrapped_module", "_fpw_module", "_checkpoint_wrapped_module",
  ]
  /// What counters and profilers leave among the arrays: one number each, of no effect.
  private static let counters: Set<Substring> = [
    "n_averaged", "total_ops", "total_params", "__flops__", "__params__", "__macs__", "num_updates",
    "num_batches",
  ]

  /// The arrays under their names inside the network itself, without what wrappers add to names and
  /// profilers to arrays.
  ///
  /// - Throws: `Interrupted`.
  func unwrapped() throws -> [StateArray] {
    var parts: [(parts: [Substring], array: StateArray)] = []
    for (number, array) in enumerated() {
      if number & 0xFFF == 0xFFF { try Cancellation.check() }
      let components = array.name.split(separator: ".", omittingEmptySubsequences: false)
      if let last = components.last, Self.counters.contains(last), array.shape.reduce(1, *) <= 1 { continue }
      parts.append((components.filter { !Self.wrappers.contains($0) }, array))
    }
    try Cancellation.check()
    let plain = parts.map { $0.parts.filter { $0 != "module" }.joined(separator: ".") }
    try Cancellation.check()
    // Where names would fall together, `module` tells two networks apart.
    let names = Set(plain).count == plain.count ? plain : parts.map { $0.parts.joined(separator: ".") }
    return zip(names, parts).map { $0 == $1.array.name ? $1.array : $1.array.renamed($0) }
  }

  /// Numbers in all arrays but the counters of batches, which a file may lack.
  var numbers: Int {
    reduce(0) { $1.name.hasSuffix("num_batches_tracked") ? $0 : $0 + $1.shape.reduce(1, *) }
  }

  /// The parts that may be one network: all, then those under a common start of their names.
  ///
  /// - Parameter prefix: the only start; found where nil.
  /// - Throws: `Interrupted`.
  func parts(prefix: String?) throws -> [(prefix: String, arrays: [StateArray])] {
    func below(_ prefix: String) -> [StateArray] {
      prefix.isEmpty
        ? self
        : compactMap { $0.name.hasPrefix(prefix) ? $0.renamed(String($0.name.dropFirst(prefix.count))) : nil }
    }
    if let prefix {
      let dotted = prefix.isEmpty || prefix.hasSuffix(".") ? prefix : prefix + "."
      return [(dotted, below(dotted))]
    }
    // We go down the tree of names as long as a branch holds a good part of all numbers.
    let least = Swift.max(numbers / 10, 1)
    var found = [(prefix: "", arrays: self)]
    var next = 0
    while next < found.count, found.count < 48 {
      let (prefix, arrays) = found[next]
      next += 1
      guard prefix.split(separator: ".").count < 8 else { continue }
      var order: [Substring] = []
      var counts: [Substring: Int] = [:]
      for (number, array) in arrays.enumerated() {
        if number & 0xFFF == 0xFFF { try Cancellation.check() }
        guard let dot = array.name.firstIndex(of: ".") else { continue }
        let start = array.name[..<dot]
        if counts[start] == nil { order.append(start) }
        counts[start, default: 0] += array.shape.reduce(1, *)
      }
      for start in order where counts[start] ?? 0 >= least {
        let longer = "\(prefix)\(start)."
        found.append((longer, below(longer)))
      }
    }
    return found
  }
}
