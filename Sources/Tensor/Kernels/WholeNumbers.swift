import Compute
import Support
import Synchronization

/// A function of two whole numbers, as a type: exact in 64 bits, nil where it has no value.
protocol WholePairFunction {
  func callAsFunction(_ x: Int64, _ y: Int64) -> Int64?
}

/// Loops over whole numbers. They are exact: what does not fit the type of the result is an error.
enum WholeNumbers {
  /// f of each pair after broadcasting both, which have type `dtype`, to `shape`; the result has that type, too.
  ///
  /// - Parameter name: the operation, for errors.
  static func broadcast<F: WholePairFunction>(
    _ x: Tensor, _ y: Tensor, shape: Shape, _ f: F, _ dtype: DType, name: String
  ) throws -> Tensor {
    switch dtype {
    case .uint8, .boolean: try broadcast(x, y, shape, f, dtype, UInt8.self, name)
    case .int32, .float32: try broadcast(x, y, shape, f, dtype, Int32.self, name)
    }
  }

  private static func broadcast<F: WholePairFunction, E: TensorElement>(
    _ x: Tensor, _ y: Tensor, _ shape: Shape, _ f: F, _ dtype: DType, _ type: E.Type, _ name: String
  ) throws -> Tensor {
    let result = try x.shape == shape ? Tensor.empty(like: x) : Tensor.empty(shape, dtype)
    let (target, a, b) = (result.elements(type), x.elements(type), y.elements(type))
    let range = dtype.wholeRange
    let failure = FirstFailure()
    if x.shape == y.shape, x.strides == result.strides, y.strides == result.strides {
      ThreadTeam.parallel(result.count, grain: Elementwise.grain) { places in
        for i in places {
          if let value = f(a[i].whole, b[i].whole), range.contains(value) {
            target[i] = E(whole: value)
          } else {
            failure.note(place: i, a[i].whole, b[i].whole)
          }
        }
      }
    } else {
      let plan = LoopPlan(
        shape: shape, strides: [result.strides, x.expandedStrides(to: shape), y.expandedStrides(to: shape)])
      let (ts, xs, ys) = (plan.inner[0], plan.inner[1], plan.inner[2])
      try plan.forEachRow { offsets, length in
        let (t, p, q) = (target + offsets[0], a + offsets[1], b + offsets[2])
        for i in 0..<length {
          if let value = f(p[i * xs].whole, q[i * ys].whole), range.contains(value) {
            t[i * ts] = E(whole: value)
          } else {
            failure.note(place: offsets[0] + i * ts, p[i * xs].whole, q[i * ys].whole)
          }
        }
      }
    }
    if let (x, y) = failure.pair {
      guard let value = f(x, y) else {
        throw TensorError(name, "\(x) by 0: whole numbers cannot be divided by 0, as in Lua")
      }
      throw TensorError(
        name,
        "\(x) and \(y) give \(value), which is beyond \(dtype.rawValue) (\(range.lowerBound) to \(range.upperBound)); convert to float32 before\(dtype == .uint8 ? ", or to int32" : "")"
      )
    }
    return result
  }
}

/// The pair of numbers, first in memory, for which a function has no result.
struct FirstFailure: ~Copyable {
  private struct Found {
    var place = Int.max
    var numbers: (Int64, Int64) = (0, 0)
  }

  private let found = Mutex(Found())

  func note(place: Int, _ x: Int64, _ y: Int64) {
    found.withLock { found in
      if place < found.place { found = Found(place: place, numbers: (x, y)) }
    }
  }

  var pair: (Int64, Int64)? { found.withLock { $0.place == .max ? nil : $0.numbers } }
}
