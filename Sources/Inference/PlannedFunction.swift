import NeuralNet
import OneDNN
import Tensor

/// A function of batches of tensors, run by one plan for each set of shapes and rung of the ``BatchLadder``; large
/// batches run in parts that the processor can cache.
public final class PlannedFunction {
  private struct Entry {
    /// The shapes of the inputs without the batch axis.
    let shapes: [ArraySlice<Int>]
    let rows: Int
    let plan: Plan
  }

  private let planner: Planner
  private let network: TensorFunction
  private var entries: [Entry] = []
  /// What ``Plan/largestStepBytes(_:precision:_:)`` says of one row, by shapes without the batch axis.
  private var rowBytes: [(shapes: [ArraySlice<Int>], bytes: Int)] = []
  /// True once a plan's rows were found to depend on each other: batches are then never padded.
  private var mixesRows = false
  /// Why the network is evaluated eagerly; nil while plans serve it.
  public private(set) var obstacle: String?

  init(_ planner: Planner, _ network: @escaping TensorFunction) {
    self.planner = planner
    self.network = network
  }

  /// The plans made so far.
  public var plans: [Plan] { entries.map(\.plan) }

  /// The results for `inputs`, whose first axes are the batch. Results have their own memory.
  ///
  /// The first call for a set of shapes and a rung is dear: the network is evaluated to be traced, once for
  /// its plan and, beyond two rows, once to see how many rows the cache holds; then the plan runs twice to
  /// see whether its rows depend on each other.
  ///
  /// - Throws: what the network throws; `Interrupted`.
  public func callAsFunction(_ inputs: [Tensor]) throws -> [Tensor] {
    guard obstacle == nil, let first = inputs.first, first.rank > 0, first.shape[0] > 0 else {
      return try network(inputs)
    }
    let rows = first.shape[0]
    guard inputs.allSatisfy({ $0.rank > 0 && $0.shape[0] == rows }) else { return try network(inputs) }
    let most = try rowsAtOnce(inputs, of: rows)
    var results: [Tensor] = []
    for start in stride(from: 0, to: rows, by: most) {
      let count = min(most, rows - start)
      let part = count == rows ? inputs : try inputs.map { try $0.sliced(0, start..<start + count) }
      guard let plan = try plan(for: part, rows: count) else { return try network(inputs) }
      if mixesRows, count < rows {
        // That was found just now; the plan for some of the rows is of no use.
        entries = []
        return try self(inputs)
      }
      for (input, place) in zip(part, plan.inputs) { try Self.fill(place, from: input) }
      try plan.run()
      if count == rows {
        return try plan.outputs.map { try Self.copy($0, rows: min(rows, $0.shape[0])) }
      }
      if results.isEmpty {
        results = try plan.outputs.map { try Tensor.empty(Shape([rows] + $0.shape.sizes.dropFirst())) }
      }
      for (output, result) in zip(plan.outputs, results) {
        try output.rows(0, count).copy(to: result.rows(start, count))
      }
    }
    return results
  }

  /// How many rows of a batch run at once.
  private func rowsAtOnce(_ inputs: [Tensor], of rows: Int) throws -> Int {
    // Two rows are not worth a trace: where a single image is too large, so is anything.
    guard rows > 2, !mixesRows else { return rows }
    let shapes = inputs.map { $0.shape.sizes.dropFirst() }
    let bytes: Int
    if let known = rowBytes.first(where: { $0.shapes == shapes }) {
      bytes = known.bytes
    } else {
      do {
        bytes = try Plan.largestStepBytes(
          shapes.map { Shape([1] + $0) }, precision: planner.precision, network)
      } catch is TensorError {
        // What cannot be traced is not planned either, and ``plan(for:rows:)`` says why.
        bytes = 0
      }
      rowBytes.append((shapes, bytes))
    }
    return BatchLadder.rowsAtOnce(of: rows, bytesPerRow: bytes)
  }

  /// The plan for these shapes, made if need be; nil where the network cannot be planned.
  private func plan(for inputs: [Tensor], rows: Int) throws -> Plan? {
    let padded = mixesRows ? rows : BatchLadder.rung(for: rows)
    if let found = entries.firstIndex(where: { $0.rows == padded && Self.fits($0, inputs) }) {
      if entries[found].plan.isCurrent { return entries[found].plan }
      entries.removeAll { !$0.plan.isCurrent }
      planner.weights.removeStale()
    }
    let shapes = inputs.map { Shape([padded] + $0.shape.sizes.dropFirst()) }
    let plan: Plan
    do {
      plan = try Plan.compile(
        shapes, precision: planner.precision, weights: planner.weights, workspace: planner.workspace, network)
      if padded > 1, !mixesRows, try Self.rowsMix(plan) {
        mixesRows = true
        entries = []
        return try self.plan(for: inputs, rows: rows)
      }
    } catch let error as TensorError {
      obstacle = "\(error)"
      return nil
    } catch let error as OneDNNError {
      obstacle = "\(error)"
      return nil
    }
    entries.append(
      Entry(shapes: inputs.map { $0.shape.sizes.dropFirst() }, rows: padded, plan: plan))
    return plan
  }

  private static func fits(_ entry: Entry, _ inputs: [Tensor]) -> Bool {
    guard entry.shapes.count == inputs.count else { return false }
    for (shape, input) in zip(entry.shapes, inputs) where shape != input.shape.sizes.dropFirst() {
      return false
    }
    return true
  }

  /// True where the first row of a result changes with the last row of the inputs, or has another batch size.
  private static func rowsMix(_ plan: Plan) throws -> Bool {
    let rows = plan.inputs.first?.shape[0] ?? 0
    guard plan.outputs.allSatisfy({ $0.rank > 0 && $0.shape[0] == rows }) else { return true }
    func run(last value: Float) throws -> [[Float]] {
      for input in plan.inputs {
        let length = input.count / rows
        for i in 0..<input.count { input.pointer[i] = Float((i * 37) % 64) / 32 - 1 }
        for i in input.count - length..<input.count { input.pointer[i] = value * input.pointer[i] + value }
      }
      try plan.run()
      return plan.outputs.map { output in
        (0..<output.count / rows).map { output.pointer[$0] }
      }
    }
    return try run(last: 0) != run(last: 1)
  }

  /// Copies the rows of `input` to the first rows of `place`; what follows becomes zero.
  private static func fill(_ place: Tensor, from input: Tensor) throws {
    try input.copy(to: place.rows(0, input.shape[0]))
    let rest = place.count - input.count
    if rest > 0 { (place.pointer + input.count).update(repeating: 0, count: rest) }
  }

  private static func copy(_ output: Tensor, rows: Int) throws -> Tensor {
    let part = output.rows(0, rows)
    let copy = try Tensor.empty(part.shape)
    try part.copy(to: copy)
    return copy
  }
}

extension Tensor {
  /// Some rows of a tensor that lies in memory as plans have it.
  fileprivate func rows(_ first: Int, _ count: Int) -> Tensor {
    let length = self.count / max(shape[0], 1)
    return Tensor.view(of: storage, at: offset + first * length, Shape([count] + shape.sizes.dropFirst()))
  }
}
