import Tensor
import TestSupport
import Testing

/// The list of `OPERATIONS` in Tests/Fixtures/ops/generate.py, in this project's words.
enum OperationCases {
  typealias Case = OperationTests.Case

  static let all = elementwise + views + selections + reductions + layers + rearrangements + products

  private static let elementwise: [Case] = [
    Case("add", [2, 3, 4, 5], [3, 1, 5]) { try $0[0] + $0[1] },
    Case("subtract", [4, 1], [3, 4, 6]) { try $0[0] - $0[1] },
    Case("multiply", [2, 3, 4, 5], [2, 3, 1, 1]) { try $0[0] * $0[1] },
    Case("divide", [5, 7], [7]) { try $0[0] / ($0[1] + 3) },
    Case("maximum", [3, 4, 5], [4, 1], smooth: false) { try $0[0].maximum($0[1]) },
    Case("minimum", [3, 4, 5], [4, 1], smooth: false) { try $0[0].minimum($0[1]) },
    Case("maximum.ties", [2, 6], smooth: false) { try rounded($0[0], 2).maximum($0[0] * 0) },
    Case("power", [3, 5], [2, 3, 1]) { try ($0[0] + 2).power($0[1]) },
    Case("scalars", [4, 5]) { try 1 / ((3 - ($0[0] * 2 + 1)) / 4 + 2) },
    Case("silu", [3, 50]) { try ($0[0] * 6).silu() },
    Case("hardswish", [3, 50], smooth: false) { try ($0[0] * 6).hardSwish() },
    Case("hardsigmoid", [3, 50], smooth: false) { try ($0[0] * 6).hardSigmoid() },
    Case("relu6", [3, 50], smooth: false) { try ($0[0] * 9).relu6() },
    Case("clamp", [3, 50], smooth: false) { try $0[0].clamped(-0.25, 0.5) },
    Case("rsqrt", [3, 50]) { try ($0[0] + 2).rsqrt() },
    Case("where", [4, 1], [3, 1, 5], [4, 5], smooth: false) {
      try Tensor.where($0[0].greater(than: Tensor(0)), $0[1], $0[2])
    },
  ]

  private static let views: [Case] = [
    Case("reshape", [2, 3, 4, 5]) { try $0[0].reshaped([6, -1]) },
    Case("permute", [2, 3, 4, 5]) { try $0[0].permuted([3, 1, 0, 2]) },
    Case("expand", [3, 1, 2]) { try $0[0].expanded(to: [4, 3, 5, 2]) },
    Case("slice", [2, 7, 3]) { try $0[0].sliced(1, 1..<6, step: 2) },
    Case("select", [2, 7, 3]) { try $0[0].selected(1, 4) },
    Case("concatenate.channels", [2, 3, 4, 5], [2, 1, 4, 5]) { try Tensor.concatenated($0, axis: 1) },
    Case("concatenate.rows", [2, 3], [4, 3]) { try Tensor.concatenated([$0[0], $0[1], $0[0]]) },
    Case("stack", [2, 3], [2, 3]) { try Tensor.stacked($0, axis: -1) },
    Case("flip", [2, 3, 4, 5]) { try $0[0].flipped(3) },
    Case("pad", [2, 3, 4, 5]) { try $0[0].padded(top: 1, bottom: 2, left: 3, right: 4) },
  ]

  private static let selections: [Case] = [
    Case("index_select.rows", [5, 3, 2]) { try $0[0].indexSelected(0, [4, 0, 4, 2]) },
    Case("index_select.channels", [2, 5, 3, 2]) { try $0[0].indexSelected(1, [1, 3, 3, 0, 1]) },
    Case("index_select.images", [3, 2, 4, 5]) { try $0[0].indexSelected(0, [2, 2, 0]) },
    Case("gather", [3, 5, 2]) {
      try $0[0].gathered(1, try Tensor([3, 4, 2], (0..<24).map { Float($0 * 7 % 5) }))
    },
    Case("crop", [2, 3, 8, 9]) {
      try $0[0].cropped(
        [PatchPosition(row: 1, column: 5), PatchPosition(row: 4, column: 0)], height: 4, width: 4)
    },
    Case("crop.interpolated", [4, 3, 8, 9], [4, 2]) {
      try $0[0].cropped(interpolatingAt: $0[1] * 1.9 + 2, height: 4, width: 4)
    },
    Case("max", [3, 6, 4], smooth: false) { try $0[0].maximum(axis: 1).values },
    Case("min.ties", [3, 40], smooth: false) {
      try rounded($0[0], 3).minimum(axis: -1, keepingAxis: true).values
    },
    Case("topk", [5, 9], smooth: false) { try $0[0].topK(4, axis: 1).values },
    Case("topk.smallest", [7, 3, 2], smooth: false) { try $0[0].topK(5, axis: 0, largest: false).values },
    Case("argmax", [3, 6, 4], smooth: false) { try $0[0].argMax(axis: 1) },
  ]

  private static let reductions: [Case] = [
    Case("sum.all", [2, 3, 4, 5]) { try $0[0].sum() },
    Case("sum.pixels", [2, 3, 4, 5]) { try $0[0].sum([2, 3]) },
    Case("sum.middle", [4, 3, 6]) { try $0[0].sum([1], keepingAxes: true) },
    Case("mean.channels", [2, 3, 4, 5]) { try $0[0].mean([1]) },
    Case("mean.batch", [2, 3, 4, 5]) { try $0[0].mean([0, 2, 3], keepingAxes: true) },
    Case("variance", [2, 3, 4, 5]) { try $0[0].variance([0, 2, 3]) },
    Case("variance.biased", [4, 6]) { try $0[0].variance([1], unbiased: false, keepingAxes: true) },
    Case("deviation", [4, 6]) { try $0[0].standardDeviation() },
    Case("norm", [4, 6]) { try $0[0].norm([1]) },
    Case("cumulative_sum", [3, 7, 2]) { try $0[0].cumulativeSum(axis: 1) },
    Case("outer", [4], [6]) { try $0[0].outer($0[1]) },
    Case("dot", [60], [60]) { try $0[0].dot($0[1]) },
  ]

  private static let layers: [Case] = [
    Case("conv2d", [2, 4, 9, 8], [6, 4, 3, 2], [6]) {
      try $0[0].convolved2d($0[1], bias: $0[2], stride: (2, 1), padding: (1, 0))
    },
    Case("conv2d.dilated", [1, 3, 9, 9], [5, 3, 3, 3]) {
      try $0[0].convolved2d($0[1], padding: (2, 2), dilation: (2, 2))
    },
    Case("conv2d.groups", [2, 6, 7, 7], [9, 2, 3, 3]) {
      try $0[0].convolved2d($0[1], padding: (1, 1), groups: 3)
    },
    Case("conv2d.depthwise", [2, 5, 7, 6], [5, 1, 5, 5], [5]) {
      try $0[0].convolved2d($0[1], bias: $0[2], stride: (2, 2), padding: (2, 2), groups: 5)
    },
    Case("batch_norm.training", [3, 5, 4, 6], [5], [5]) { try normalized($0, training: true) },
    Case("batch_norm.relu", [3, 5, 4, 6], [5], [5], smooth: false) {
      try normalized($0, training: true, relu: true)
    },
    Case("batch_norm.inference", [3, 5, 4, 6], [5], [5], smooth: false) {
      try normalized($0, training: false, relu: true)
    },
    Case("max_pool", [2, 3, 9, 8], smooth: false) {
      try $0[0].maxPooled2d(kernel: (3, 3), stride: (2, 2), padding: (1, 1))
    },
    Case("avg_pool", [2, 3, 9, 8]) {
      try $0[0].averagePooled2d(kernel: (3, 2), stride: (2, 2), padding: (1, 1))
    },
    Case("avg_pool.inside", [2, 3, 9, 8]) {
      try $0[0].averagePooled2d(kernel: (3, 3), stride: (2, 2), padding: (1, 1), includingPadding: false)
    },
    Case("linear", [4, 6], [3, 6], [3]) { try $0[0].linear($0[1], bias: $0[2]) },
    Case("matmul", [3, 4, 5], [3, 5, 2]) { try $0[0].matmul($0[1]) },
    Case("gru", [4, 3], [4, 5], [15, 3], [15, 5], [15], [15]) {
      try $0[0].gruStep(
        state: $0[1], inputWeights: $0[2], stateWeights: $0[3], inputBias: $0[4], stateBias: $0[5])
    },
    Case("softmax", [4, 7]) { try ($0[0] * 5).softmax() },
    Case("log_softmax", [4, 7]) { try ($0[0] * 5).logSoftmax() },
    Case("cross_entropy", [4, 7]) { try ($0[0] * 5).crossEntropy([6, 0, 2, 2]) },
    Case("cross_entropy.smoothed", [4, 7]) { try ($0[0] * 5).crossEntropy([6, 0, 2, 2], smoothing: 0.1) },
  ]

  private static let rearrangements: [Case] = [
    Case("roll", [3, 5, 2]) { try $0[0].rolled(2, axis: 1) },
    Case("tile", [2, 3]) { try $0[0].tiled([2, 1, 3]) },
    Case("repeat_interleave", [2, 3]) { try $0[0].repeated(3, axis: 1) },
    Case("diff", [4, 5]) { try $0[0].differences(axis: 1) },
    Case("tril", [2, 4, 5]) { try $0[0].triangle(upper: false, diagonal: 1) },
    Case("triu", [4, 5]) { try $0[0].triangle(upper: true, diagonal: -1) },
    Case("movedim", [2, 3, 4]) { try $0[0].movedAxis(from: 0, to: 2) },
    Case("pad.axes", [2, 3]) { try $0[0].padded([(1, 2), (0, 3)], value: 0.5) },
    Case("pad.reflect", [2, 5]) { try $0[0].padded([(0, 0), (3, 2)], .reflect) },
    Case("pad.replicate", [2, 5]) { try $0[0].padded([(0, 0), (3, 2)], .replicate) },
    Case("pad.circular", [2, 5]) { try $0[0].padded([(0, 0), (3, 2)], .circular) },
    Case("windows", [3, 9]) { try $0[0].windows(axis: 1, size: 4, step: 2) },
    Case("im2col", [2, 3, 6, 7]) {
      try $0[0].imageColumns(kernel: (3, 2), stride: (2, 1), padding: (1, 0), dilation: (1, 2))
    },
    Case("temporal_shift", [6, 11, 3, 5]) {
      try $0[0].temporallyShifted(FrameShift(frames: 3, divisor: 4))
    },
    Case("temporal_shift.past", [6, 11, 3, 5]) {
      try $0[0].temporallyShifted(FrameShift(frames: 3, divisor: 4, pastOnly: true))
    },
    Case("temporal_shift.rows", [8, 24]) { try $0[0].temporallyShifted(FrameShift(frames: 4)) },
    Case("temporal_shift.sequence", [4, 8, 3]) {
      try $0[0].temporallyShifted(FrameShift(frames: 2, divisor: 2))
    },
    Case("diagonal", [3, 4, 5]) { try $0[0].diagonal(0, 2) },
    Case("scatter", [4, 3], [2, 3]) {
      try $0[0].scattered(0, Tensor([2, 3], whole: [0, 3, 1, 2, 0, 3]), $0[1])
    },
    Case("scatter_add", [4, 3], [2, 3]) {
      try $0[0].scattered(0, Tensor([2, 3], whole: [0, 3, 1, 2, 3, 1]), $0[1], adding: true)
    },
    Case("picked", [3, 4, 5]) {
      try $0[0].picked(Places(axes: [0, 2], places: [[2, 0, 2], [1, 4, 1]], shape: [3], of: [3, 4, 5]))
    },
    Case("sort", [3, 7], smooth: false) { try $0[0].sorted(axis: 1).values },
    Case("sort.descending", [7, 3], smooth: false) { try $0[0].sorted(axis: 0, descending: true).values },
  ]

  private static let products: [Case] = [
    Case("prod", [2, 3, 4]) { try $0[0].product([0, 2]) },
    Case("prod.zeros", [3, 4], smooth: false) { try rounded($0[0], 1).product([1], keepingAxes: true) },
    Case("cumprod", [3, 5]) { try $0[0].cumulativeProduct(axis: 1) },
    Case("cumprod.zeros", [3, 6], smooth: false) { try rounded($0[0], 1).cumulativeProduct(axis: 1) },
    Case("logsumexp", [3, 4, 5]) { try ($0[0] * 5).logSumExp([0, 2]) },
    Case("quantile", [4, 6], smooth: false) { try $0[0].quantile(0.3, [1]) },
    Case("median", [5, 3], smooth: false) { try $0[0].quantile(0.5, [0], keepingAxes: true) },
    Case("norm.one", [4, 5]) { try $0[0].norm(order: 1, [1]) },
    Case("norm.three", [4, 5]) { try $0[0].norm(order: 3, [1]) },
    Case("norm.largest", [4, 5], smooth: false) { try $0[0].norm(order: .infinity, [0]) },
    Case("amax", [3, 4, 2], smooth: false) { try $0[0].extremum(largest: true, [0, 2]) },
    Case("matmul.stack", [3, 1, 2, 4], [5, 4, 3]) { try $0[0].matmul($0[1]) },
    Case("matmul.one", [3, 2, 4], [4, 5]) { try $0[0].matmul($0[1]) },
    Case("matmul.vector", [3, 2, 4], [4]) { try $0[0].matmul($0[1]) },
    Case("matmul.row", [4], [3, 4, 2]) { try $0[0].matmul($0[1]) },
    Case("einsum.transpose", [3, 4]) { try Tensor.einsum("ij->ji", $0) },
    Case("einsum.trace", [4, 4, 3]) { try Tensor.einsum("iij->j", $0) },
    Case("einsum.batch", [2, 3, 4], [2, 4, 5]) { try Tensor.einsum("bij,bjk->bik", $0) },
    Case("einsum.attention", [2, 3, 4, 5], [2, 6, 4, 5]) { try Tensor.einsum("bqhd,bkhd->bhqk", $0) },
    Case("einsum.summed", [3, 4, 2], [4, 5]) { try Tensor.einsum("abx,bc->ca", $0) },
    Case("einsum.implicit", [3, 4], [4, 2]) { try Tensor.einsum("ij,jk", $0) },
    Case("atan2", [4, 5], [5], smooth: false) { try $0[0].applied(named: "atan2", $0[1]) },
    Case("modulo", [4, 5], [5], smooth: false) { try ($0[0] * 5).modulo($0[1] + 2) },
    Case("erf", [3, 20]) { try $0[0].applied(named: "erf") },
    Case("expm1", [3, 20]) { try $0[0].applied(named: "expm1") },
  ]

  /// Whole numbers, with the gradient passed straight through.
  private static func rounded(_ x: Tensor, _ scale: Float) throws -> Tensor {
    let whole = try x.values().map { ($0 * scale).rounded(.toNearestOrEven) }
    return try Tensor(x.shape, whole) + (x - x.detached)
  }

  private static func normalized(_ inputs: [Tensor], training: Bool, relu: Bool = false) throws -> Tensor {
    let running = RunningStatistics(
      mean: try Tensor.formula("mean", [5]), variance: try Tensor.formula("variance", [5]) + 2)
    return try inputs[0].batchNormalized(
      scale: inputs[1], shift: inputs[2], running: running, training: training, relu: relu)
  }
}

extension Tensor {
  /// The function of that name in ``ElementFunctions/table``.
  fileprivate func applied(named name: String) throws -> Tensor {
    let function = try #require(ElementFunctions.table.first { $0.name == name })
    return try function(self)
  }

  /// The function of that name in ``BinaryFunctions/table``.
  fileprivate func applied(named name: String, _ other: Tensor) throws -> Tensor {
    let function = try #require(BinaryFunctions.table.first { $0.name == name })
    return try function(self, other)
  }
}
