import Backbones
import Checkpoints
import Foundation
import Tensor

/// An array of a state dictionary of another program, whose values are read when they are asked for.
public struct StateArray {
  private enum Source {
    case pyTorch(PyTorchTensor)
    case safetensors(Safetensors, Safetensors.Entry)
  }

  /// The key in the file, prefixes that only wrap the network left out.
  public let name: String
  private let source: Source
  private let file: String

  init(_ name: String, _ tensor: PyTorchTensor, file: String) {
    self.name = name
    source = .pyTorch(tensor)
    self.file = file
  }

  init(_ entry: Safetensors.Entry, of file: Safetensors) {
    name = entry.name
    source = .safetensors(file, entry)
    self.file = file.file
  }

  private init(_ name: String, of other: StateArray) {
    self.name = name
    source = other.source
    file = other.file
  }

  /// The same values under another name.
  func renamed(_ name: String) -> StateArray { StateArray(name, of: self) }

  public var shape: [Int] {
    switch source {
    case .pyTorch(let tensor): tensor.shape
    case .safetensors(_, let entry): entry.shape
    }
  }

  public var type: SafetensorsType {
    switch source {
    case .pyTorch(let tensor): tensor.type
    case .safetensors(_, let entry): entry.type
    }
  }

  /// The values, row-major, whatever the element type.
  public func floats() throws -> [Float] {
    switch source {
    case .pyTorch(let tensor): tensor.floats()
    case .safetensors(let file, let entry):
      try entry.type.isFloatingPoint ? file.floats(entry.name) : file.ints(entry.name).map(Float.init)
    }
  }

  /// The values as an array of a file of ours: float32, or int64 for counters. Float32 values are not copied.
  func stored(as name: String, shape: [Int], isInteger: Bool, adding shift: Float) throws -> SafetensorsTensor
  {
    if isInteger {
      switch source {
      case .pyTorch(let tensor) where !tensor.type.isFloatingPoint:
        return SafetensorsTensor(name, shape: shape, try tensor.ints(file: file).map(Int64.init))
      case .safetensors(let file, let entry) where !entry.type.isFloatingPoint:
        return SafetensorsTensor(name, shape: shape, try file.ints(entry.name).map(Int64.init))
      default:
        let counts = try floats().compactMap { Int64(exactly: $0.rounded()) }
        guard counts.count == shape.reduce(1, *) else {
          throw ModelError("\(file): \(self.name) counts batches by numbers that are not whole")
        }
        return SafetensorsTensor(name, shape: shape, counts)
      }
    }
    if shift == 0, case .pyTorch(let tensor) = source, tensor.type == .f32, let bytes = tensor.contiguousBytes
    {
      return SafetensorsTensor(name, type: .f32, shape: shape, bytes: bytes)
    }
    let values = try floats()
    return SafetensorsTensor(name, shape: shape, shift == 0 ? values : values.map { $0 + shift })
  }
}

extension [StateArray] {
  /// The tensors of a dictionary; what `DataParallel` and `torch.compile` put before each name is left out.
  init(_ dictionary: PyTorchDictionary, file: String) {
    self = dictionary.entries.compactMap { key, value in
      value.tensor.map { StateArray(key, $0, file: file) }
    }
    removeWrappers()
  }

  init(_ file: Safetensors) {
    self = file.entries.map { StateArray($0, of: file) }
    removeWrappers()
  }

  private mutating func removeWrappers() {
    for prefix in ["module.", "_orig_mod.", "module."]
    where !isEmpty && allSatisfy({ $0.name.hasPrefix(prefix) }) {
      self = map { $0.renamed(String($0.name.dropFirst(prefix.count))) }
    }
  }
}
