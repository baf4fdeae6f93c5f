/// Sorts indices by confidence.
enum DescendingOrder {
  /// The indices of `values` by descending value, equal values by ascending index.
  ///
  /// A radix sort: the bits of floats that are not negative sort as integers do.
  /// - Parameter values: none negative or NaN.
  static func of(_ values: [Float]) -> [Int32] {
    let digits = 11
    let mask = (1 << digits) - 1
    // Complemented, so that ascending keys are descending values.
    var keys = values.map { ~$0.bitPattern }
    var order = [Int32](0..<Int32(values.count))
    var nextKeys = keys
    var nextOrder = order
    for pass in 0..<3 {
      let shift = UInt32(pass * digits)
      var starts = [Int](repeating: 0, count: mask + 2)
      for key in keys { starts[Int(key >> shift) & mask + 1] += 1 }
      for digit in 1..<starts.count { starts[digit] += starts[digit - 1] }
      for i in keys.indices {
        let digit = Int(keys[i] >> shift) & mask
        let place = starts[digit]
        starts[digit] = place + 1
        nextKeys[place] = keys[i]
        nextOrder[place] = order[i]
      }
      swap(&keys, &nextKeys)
      swap(&order, &nextOrder)
    }
    return order
  }
}
