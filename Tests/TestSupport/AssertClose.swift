import Tensor

/// Throws unless the tensors have one shape and |a − b| ≤ absolute + relative·|b| everywhere.
///
/// NaN is close to NaN only, an infinity to itself only. The message shows the worst element.
public func assertClose(
  _ a: Tensor, _ b: Tensor, relative: Double = 1e-5, absolute: Double = 1e-6, _ what: String = ""
) throws {
  let label = what.isEmpty ? "" : "\(what): "
  guard a.shape == b.shape else {
    throw CheckFailure("\(label)shape \(a.shape) where \(b.shape) was expected")
  }
  try compare(try a.values(), try b.values(), a.shape, relative, absolute, label)
}

/// Throws unless `a` holds `expected`, given in row-major order.
public func assertClose(
  _ a: Tensor, _ expected: [Float], relative: Double = 1e-5, absolute: Double = 1e-6, _ what: String = ""
) throws {
  let label = what.isEmpty ? "" : "\(what): "
  guard a.count == expected.count else {
    throw CheckFailure("\(label)shape \(a.shape) where \(expected.count) elements were expected")
  }
  try compare(try a.values(), expected, a.shape, relative, absolute, label)
}

/// Throws unless the tensors have one shape and the same bits everywhere.
public func assertIdentical(_ a: Tensor, _ b: Tensor, _ what: String = "") throws {
  let label = what.isEmpty ? "" : "\(what): "
  guard a.shape == b.shape else { throw CheckFailure("\(label)shapes \(a.shape) and \(b.shape)") }
  let (x, y) = (try a.values(), try b.values())
  let different = x.indices.filter { x[$0].bitPattern != y[$0].bitPattern }
  guard let first = different.first else { return }
  throw CheckFailure(
    "\(label)\(different.count) of \(x.count) elements differ, first \(position(first, in: a.shape)): \(x[first]) and \(y[first])"
  )
}

/// The largest |a − b| / max(|b|, floor): for reporting how close two results are.
public func largestRelativeError(_ a: [Float], _ b: [Float], floor: Double) -> Double {
  zip(a, b).reduce(0) { worst, pair in
    max(worst, abs(Double(pair.0) - Double(pair.1)) / max(abs(Double(pair.1)), floor))
  }
}

private func compare(
  _ a: [Float], _ b: [Float], _ shape: Shape, _ relative: Double, _ absolute: Double, _ label: String
) throws {
  var worst = (excess: 0.0, index: 0)
  var bad = 0
  for i in a.indices {
    let excess = excess(Double(a[i]), Double(b[i]), relative, absolute)
    if excess > 1 { bad += 1 }
    if excess > worst.excess { worst = (excess, i) }
  }
  guard bad > 0 else { return }
  let (i, found) = (worst.index, a[worst.index])
  let difference = abs(Double(found) - Double(b[i]))
  throw CheckFailure(
    "\(label)\(bad) of \(a.count) elements are off; worst at \(position(i, in: shape)): \(found) where \(b[i]) was expected (difference \(difference))"
  )
}

/// The difference in units of what is allowed.
private func excess(_ a: Double, _ b: Double, _ relative: Double, _ absolute: Double) -> Double {
  if a == b || (a.isNaN && b.isNaN) { return 0 }
  let ratio = abs(a - b) / (absolute + relative * abs(b))
  return ratio.isFinite ? ratio : .infinity
}

private func position(_ index: Int, in shape: Shape) -> String {
  var rest = index
  let coordinates = shape.sizes.reversed().map { size -> Int in
    defer { rest /= max(size, 1) }
    return rest % max(size, 1)
  }
  return "[" + coordinates.reversed().map(String.init).joined(separator: ", ") + "]"
}
