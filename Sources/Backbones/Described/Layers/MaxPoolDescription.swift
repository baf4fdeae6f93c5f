import Tensor

/// The largest element of each window.
struct MaxPoolDescription: PoolDescription {
  static let storedName = "maxPool"
  static let forms = [
    form(
      "max_pool", "The largest element of each window.", example: ["kernel": 3, "stride": 2, "padding": 1])
  ]

  let kernel, stride, padding: Int

  func pool(_ x: Tensor) throws -> Tensor {
    try x.maxPooled2d(kernel: (kernel, kernel), stride: (stride, stride), padding: (padding, padding))
  }
}
