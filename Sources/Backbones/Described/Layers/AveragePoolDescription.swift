import Tensor

/// The mean of each window.
struct AveragePoolDescription: PoolDescription {
  static let storedName = "averagePool"
  static let forms = [form("avg_pool", "The mean of each window.", example: ["kernel": 2])]

  let kernel, stride, padding: Int

  func pool(_ x: Tensor) throws -> Tensor {
    try x.averagePooled2d(kernel: (kernel, kernel), stride: (stride, stride), padding: (padding, padding))
  }
}
