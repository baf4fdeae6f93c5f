import Communication
import Foundation
import NeuralNet
import Support
import Tensor
import Vision

/// What the processes of a training share beside gradients: the start, what is gone on from, and the end of each epoch.
extension Trainer {
  /// Gives all processes the weights of the first.
  ///
  /// - Throws: `RankFailure` where a process has other options or another number of images.
  static func shareWeights(
    of model: GFNet, _ dataset: any ImageDataset, _ options: TrainingOptions, _ communicator: any Communicator
  ) throws {
    guard communicator.isShared else { return }
    let facts = try communicator.agree(on: "the start of stage \(options.stage.rawValue)") {
      let text =
        "\(dataset.name), \(dataset.count) images, options "
        + String(decoding: try JSONEncoder.sorted.encode(options), as: UTF8.self)
        + ", model " + String(decoding: try JSONEncoder.sorted.encode(model.configuration), as: UTF8.self)
      return Array(text.utf8)
    }
    try communicator.requireEqual(
      facts, "the training: data set, options and model must be the same on every rank")
    var weights = PackedBytes()
    if communicator.isFirst { try append(model.state.map(\.entry.value), to: &weights) }
    var reader = PackedReader(try communicator.broadcast(weights.bytes))
    if !communicator.isFirst { try take(model.state.map(\.entry.value), from: &reader) }
  }

  private static func append(_ tensors: [Tensor], to bytes: inout PackedBytes) throws {
    try MemoryBudget.shared.require(3 * tensors.reduce(0) { $0 + $1.count * MemoryLayout<Float>.stride })
    for tensor in tensors { bytes.append(try tensor.values()) }
  }

  private static func take(_ tensors: [Tensor], from reader: inout PackedReader) throws {
    for tensor in tensors { try tensor.assign(Tensor(tensor.shape, reader.floats())) }
  }

  /// Has the first process look for a state to go on from, and gives it to all.
  func shareResumption(_ resume: () throws -> Void) throws {
    let kept = try communicator.ofFirst("the checkpoint of stage \(options.stage.rawValue)") {
      try resume()
      return communicator.isShared ? try stateToShare() : []
    }
    guard communicator.isShared, !communicator.isFirst, !kept.isEmpty else { return }
    var reader = PackedReader(kept)
    history = try JSONDecoder().decode([EpochMetrics].self, from: Data(reader.byteList()))
    try Self.take(model.state.map(\.entry.value), from: &reader)
    var arrays: [String: Tensor] = [:]
    while !reader.isAtEnd {
      let (name, shape) = (try reader.text(), try reader.ints())
      arrays[name] = try Tensor(Shape(shape), reader.floats())
    }
    try optimizer.restore { arrays[$0] }
  }

  /// History, weights and the optimiser's state; empty where there is nothing to go on from.
  private func stateToShare() throws -> [UInt8] {
    guard !history.isEmpty else { return [] }
    var bytes = PackedBytes()
    bytes.append([UInt8](try JSONEncoder.sorted.encode(history)))
    try Self.append(model.state.map(\.entry.value), to: &bytes)
    for (name, value) in try optimizer.state() {
      bytes.append(name)
      bytes.append(value.shape.sizes)
      bytes.append(try value.values())
    }
    return bytes.bytes
  }

  /// Makes sure that all processes have the same weights, and keeps the state.
  func finishEpoch() throws {
    let name = "the end of stage \(options.stage.rawValue), epoch \(history.count)"
    let hashes = try communicator.agree(on: name) {
      communicator.isShared ? Array(String(try model.weightHash(), radix: 16).utf8) : []
    }
    try communicator.requireEqual(
      hashes, "weights: the ranks have come apart, which is a fault of a machine or of the program")
    try communicator.shareDamage(of: loader.dataset)
    _ = try communicator.agree(on: name + ", its checkpoint") {
      if let checkpoint, communicator.isFirst { try save(to: checkpoint) }
      return []
    }
  }
}

extension Communicator {
  /// Throws where a process has something else than the first.
  fileprivate func requireEqual(_ all: [[UInt8]], _ what: String) throws {
    guard let rank = all.firstIndex(where: { $0 != all[0] }) else { return }
    let (first, other) = (String(decoding: all[0], as: UTF8.self), String(decoding: all[rank], as: UTF8.self))
    throw CommunicationError(
      "\(name(of: rank)) has another \(what) (\(other.printable(upTo: 400)); \(name(of: 0)): \(first.printable(upTo: 400)))"
    )
  }
}
