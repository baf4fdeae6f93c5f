import Compute
import Support

/// Slices of one axis added up by where they go: the gradient of reading slices, also of one that is read very often.
struct Scatter {
  /// The slices for target t are `order[starts[t]..<starts[t + 1]]`, ascending.
  private let starts: [Int]
  private let order: [Int]
  private let targets: Int

  /// Slice i goes to target `indices[i]`, one of 0..<`targets`.
  init(_ indices: [Int], targets: Int) {
    var starts = [Int](repeating: 0, count: targets + 1)
    for index in indices { starts[index + 1] += 1 }
    for target in 0..<targets { starts[target + 1] += starts[target] }
    var next = starts
    var order = [Int](repeating: 0, count: indices.count)
    for (slice, index) in indices.enumerated() {
      order[next[index]] = slice
      next[index] += 1
    }
    (self.starts, self.order, self.targets) = (starts, order, targets)
  }

  /// Writes outer × targets × inner numbers from outer × slices × inner ones; sums of many are made in float64.
  func add(
    _ source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>, outer: Int, inner: Int
  ) throws {
    let slices = order.count
    let grain = max(1, (1 << 14) / max(inner, 1))
    order.withUnsafeBufferPointer { order in
      starts.withUnsafeBufferPointer { starts in
        ThreadTeam.parallel(outer * targets, grain: grain) { range in
          for place in range {
            let (block, index) = (place / targets, place % targets)
            let list = order[starts[index]..<starts[index + 1]]
            Self.sum(list, source + block * slices * inner, target + place * inner, inner)
          }
        }
      }
    }
    try Cancellation.check()
  }

  private static func sum(
    _ slices: Swift.Slice<UnsafeBufferPointer<Int>>, _ source: UnsafePointer<Float>,
    _ target: UnsafeMutablePointer<Float>, _ inner: Int
  ) {
    guard let first = slices.first else { return target.update(repeating: 0, count: inner) }
    if slices.count == 1 { return target.update(from: source + first * inner, count: inner) }
    if inner == 1 {
      var total = 0.0
      for slice in slices { total += Double(source[slice]) }
      target.pointee = Float(total)
      return
    }
    let width = min(inner, 512)
    withUnsafeTemporaryAllocation(of: Double.self, capacity: width) { memory in
      guard let totals = memory.baseAddress else { return }
      for start in stride(from: 0, to: inner, by: width) {
        let count = min(width, inner - start)
        totals.update(repeating: 0, count: count)
        for slice in slices {
          let row = source + slice * inner + start
          for i in 0..<count { totals[i] += Double(row[i]) }
        }
        for i in 0..<count { target[start + i] = Float(totals[i]) }
      }
    }
  }
}
