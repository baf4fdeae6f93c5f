import Support

extension Tensor {
  /// Elements between two looks at whether a stop was asked for.
  private static let polled = 1 << 20

  /// Calls `body` for each of these places along an axis, int32 from 0 and stored row-major, with the row-major positions
  /// of the place itself and of the element of an array that it names.
  ///
  /// - Parameters:
  ///   - axis: of the array; the places have its shape but for this axis.
  ///   - shape: of the array.
  ///   - name: the op's, for errors.
  @inline(__always)
  func forEachPlace(along axis: Int, in shape: Shape, for name: String, _ body: (Int, Int) -> Void) throws {
    let axis = try shape.axis(axis, for: name)
    let inner = shape.sizes[(axis + 1)...].reduce(1, *)
    let (size, count) = (shape[axis], self.shape[axis])
    let places = elements(Int32.self)
    for i in 0..<self.count {
      if i % Self.polled == 0 { try Cancellation.check() }
      let outer = i / (count * inner)
      body(i, (outer * size + Int(places[i])) * inner + i % inner)
    }
  }
}
