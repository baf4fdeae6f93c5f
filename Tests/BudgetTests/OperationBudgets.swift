import NeuralNet
import Tensor
import TestSupport

extension BudgetFile {
  /// Single ops, evaluated one by one as training and scripts do it.
  static let operations = BudgetFile(
    name: "operations",
    cases: [
      BudgetCase("add, two maps of 1×16×24×24") {
        let (x, y) = (try map("x"), try map("y"))
        return try MemoryUse.least { _ = try x + y }
      },
      BudgetCase("add, a number for each channel of 1×16×24×24") {
        let (x, y) = (try map("x"), try Tensor.formula("y", [1, 16, 1, 1]))
        return try MemoryUse.least { _ = try x + y }
      },
      BudgetCase("sigmoid of 1×16×24×24") {
        let x = try map("x")
        return try MemoryUse.least { _ = try x.sigmoid() }
      },
      BudgetCase("mean over the pixels of 1×16×24×24") {
        let x = try map("x")
        return try MemoryUse.least { _ = try x.mean([2, 3]) }
      },
      BudgetCase("convolution 3×3 of 1×16×24×24") {
        let (x, w) = (try map("x"), try Tensor.formula("w", [16, 16, 3, 3]))
        return try MemoryUse.least { _ = try x.convolved2d(w, padding: (1, 1)) }
      },
      BudgetCase("depthwise convolution 3×3 of 1×16×24×24") {
        let (x, w) = (try map("x"), try Tensor.formula("w", [16, 1, 3, 3]))
        return try MemoryUse.least { _ = try x.convolved2d(w, padding: (1, 1), groups: 16) }
      },
      BudgetCase("batch normalisation of 1×16×24×24") {
        let (x, norm) = (try map("x"), try BatchNorm2d(16))
        try norm.initialize(seed: 1)
        return try MemoryUse.least { _ = try norm(x, .evaluation) }
      },
      BudgetCase("linear layer of 4 rows, 64 to 10") {
        let (x, w) = (try Tensor.formula("x", [4, 64]), try Tensor.formula("w", [10, 64]))
        let bias = try Tensor.formula("b", [10])
        return try MemoryUse.least { _ = try x.linear(w, bias: bias) }
      },
    ])

  private static func map(_ name: String) throws -> Tensor {
    try Tensor.formula(name, [1, 16, 24, 24]).rearrangedChannelsLast()
  }
}
