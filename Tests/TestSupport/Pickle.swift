import CZlib
import Foundation

/// Builds pickles by hand, to say what `torch.save` never would.
public struct Pickle: Sendable {
  public var bytes: [UInt8] = [0x80, 2]

  public init() {}

  /// Opcodes given as text, such as `")"` and `"R"`.
  public func op(_ text: String) -> Pickle { with(Array(text.utf8)) }

  public func with(_ more: [UInt8]) -> Pickle {
    var copy = self
    copy.bytes += more
    return copy
  }

  public func global(_ module: String, _ name: String) -> Pickle { op("c\(module)\n\(name)\n") }

  public func string(_ text: String) -> Pickle {
    with([UInt8(ascii: "X")] + littleEndian(UInt32(text.utf8.count))).op(text)
  }

  /// An integer of any size up to 64 bits.
  public func int(_ value: Int) -> Pickle {
    with([0x8A, 8] + littleEndian(UInt64(bitPattern: Int64(value))))
  }

  public func tuple(_ values: [Int]) -> Pickle { values.reduce(op("(")) { $0.int($1) }.op("t") }

  /// The storage `key` of float32.
  public func storage(_ key: String, count: Int, type: String = "FloatStorage") -> Pickle {
    op("(").string("storage").global("torch", type).string(key).string("cpu").int(count).op("tQ")
  }

  /// A tensor, a view of the storage `0`.
  public func tensor(count: Int, offset: Int, shape: [Int], strides: [Int]) -> Pickle {
    global("torch._utils", "_rebuild_tensor_v2").op("(").storage("0", count: count).int(offset).tuple(shape)
      .tuple(strides).with([0x89]).op("NtR")
  }

  /// With its STOP.
  public var data: Data { Data(bytes + [UInt8(ascii: ".")]) }

  /// A legacy file of this pickle.
  public func legacy(storages: [(key: String, count: Int, bytes: [UInt8])] = []) -> Data {
    var data = Data([0x80, 2, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E])
    data += Data([0x80, 2, UInt8(ascii: "M"), 0xE9, 0x03, 0x2E])
    data += Pickle().op("}").data + self.data
    data += storages.reduce(Pickle().op("](")) { $0.string($1.key) }.op("e").data
    for storage in storages {
      data += Data(littleEndian(UInt64(bitPattern: Int64(storage.count))) + storage.bytes)
    }
    return data
  }

  /// A zip file of this pickle.
  public func zip(storages: [(key: String, count: Int, bytes: [UInt8])] = []) -> Data {
    zipped([("archive/data.pkl", data)] + storages.map { ("archive/data/" + $0.key, Data($0.bytes)) })
  }
}

public func littleEndian<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
  withUnsafeBytes(of: value.littleEndian) { Array($0) }
}

/// A zip file of stored entries.
///
/// - Parameter wide: write sizes and places in 64 bits, as files beyond 4 GB need them.
public func zipped(_ entries: [(name: String, data: Data)], wide: Bool = false) -> Data {
  var file = Data()
  var directory = Data()
  for (name, data) in entries {
    let checksum = data.withUnsafeBytes {
      UInt32(truncatingIfNeeded: crc32_z(0, $0.bindMemory(to: UInt8.self).baseAddress, $0.count))
    }
    let size = littleEndian(UInt64(data.count))
    let fields = wide ? [1, 0, 24, 0] + size + size + littleEndian(UInt64(file.count)) : []
    let short = wide ? [255, 255, 255, 255] : Array(size.prefix(4))
    let common: [UInt8] =
      [0x14, 0, 0, 0, 0, 0, 0, 0, 0, 0] + littleEndian(checksum) + short + short
      + littleEndian(UInt16(name.utf8.count)) + littleEndian(UInt16(fields.count))
    directory += Data([0x50, 0x4B, 1, 2, 0x14, 0] + common + [0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
    directory += Data(wide ? short : littleEndian(UInt32(file.count))) + Data(Array(name.utf8) + fields)
    file += Data([0x50, 0x4B, 3, 4] + common + Array(name.utf8) + fields) + data
  }
  let places = [directory.count, file.count]
  var end = Data()
  if wide {
    let count = littleEndian(UInt64(entries.count))
    end += Data(
      [0x50, 0x4B, 6, 6] + littleEndian(UInt64(44)) + [45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0] + count + count)
    end += Data(places.flatMap { littleEndian(UInt64($0)) })
    end += Data(
      [0x50, 0x4B, 6, 7, 0, 0, 0, 0] + littleEndian(UInt64(file.count + directory.count)) + [1, 0, 0, 0])
  }
  let count = wide ? [255, 255] : littleEndian(UInt16(entries.count))
  let short = wide ? [UInt8](repeating: 255, count: 8) : places.flatMap { littleEndian(UInt32($0)) }
  end += Data([0x50, 0x4B, 5, 6, 0, 0, 0, 0] + count + count + short + [0, 0])
  return file + directory + end
}

/// Values as `torch.save` writes them.
public indirect enum PickleTree: Sendable {
  case dictionary([(String, PickleTree)])
  case list([PickleTree])
  case tensor(shape: [Int], [Float])
  case integers(shape: [Int], [Int64])
  /// Elements of a storage class such as `FloatStorage`, little-endian.
  case raw(type: String, shape: [Int], bytes: [UInt8])
  /// An object of a class, with its fields.
  case object(module: String, name: String, [(String, PickleTree)])
  case int(Int)
  case double(Double)
  case string(String)
  case none

  /// A file of `torch.save`: a zip file, or the form of PyTorch before 1.6.
  public func file(legacy: Bool = false) -> Data {
    var storages: [(key: String, count: Int, bytes: [UInt8])] = []
    let pickle = write(Pickle(), &storages)
    return legacy ? pickle.legacy(storages: storages) : pickle.zip(storages: storages)
  }

  private func write(_ pickle: Pickle, _ storages: inout [(key: String, count: Int, bytes: [UInt8])])
    -> Pickle
  {
    switch self {
    case .none: return pickle.op("N")
    case .int(let value): return pickle.int(value)
    case .double(let value): return pickle.op("G").with(littleEndian(value.bitPattern).reversed())
    case .string(let value): return pickle.string(value)
    case .list(let values):
      return values.reduce(pickle.op("](")) { $1.write($0, &storages) }.op("e")
    case .dictionary(let items):
      return items.reduce(pickle.op("}(")) { $1.1.write($0.string($1.0), &storages) }.op("u")
    case .tensor(let shape, let values):
      return Self.tensor(
        pickle, "FloatStorage", shape, values.flatMap { littleEndian($0.bitPattern) }, &storages)
    case .raw(let type, let shape, let bytes): return Self.tensor(pickle, type, shape, bytes, &storages)
    case .object(let module, let name, let fields):
      let made = pickle.global(module, name).op(")").with([0x81])
      return PickleTree.dictionary(fields).write(made, &storages).op("b")
    case .integers(let shape, let values):
      return Self.tensor(pickle, "LongStorage", shape, values.flatMap { littleEndian($0) }, &storages)
    }
  }

  private static func tensor(
    _ pickle: Pickle, _ type: String, _ shape: [Int], _ bytes: [UInt8],
    _ storages: inout [(key: String, count: Int, bytes: [UInt8])]
  ) -> Pickle {
    let count = shape.reduce(1, *)
    let key = String(storages.count)
    storages.append((key, count, bytes))
    var strides: [Int] = []
    var stride = 1
    for size in shape.reversed() {
      strides.insert(stride, at: 0)
      stride *= size
    }
    return pickle.global("torch._utils", "_rebuild_tensor_v2").op("(").storage(key, count: count, type: type)
      .int(0)
      .tuple(shape).tuple(strides).with([0x89]).op("NtR")
  }
}
