import CDNNL
import Compute

/// The sizes of a 2-D pooling of channels-last maps.
public struct PoolingShape: Hashable, Sendable {
  /// What becomes of the numbers in a window.
  public enum Kind: Hashable, Sendable {
    /// The largest of them.
    case max
    /// Mean over the window; padding counts as zeros (PyTorch's default) or is left out.
    case average(includingPadding: Bool)
  }
  /// What becomes of a window.
  public var kind: Kind
  /// The number of images, and the channels, rows and columns of each.
  public var batch, channels, inHeight, inWidth: Int
  /// The size of a window, the pixels between neighbouring windows, and the padding on each side.
  public var kernelHeight, kernelWidth, strideHeight, strideWidth, paddingHeight, paddingWidth: Int

  /// Pairs are of the vertical and the horizontal direction.
  public init(
    kind: Kind, batch: Int, channels: Int, inHeight: Int, inWidth: Int, kernel: (Int, Int),
    stride: (Int, Int), padding: (Int, Int)
  ) {
    self.kind = kind
    self.batch = batch
    self.channels = channels
    self.inHeight = inHeight
    self.inWidth = inWidth
    (kernelHeight, kernelWidth) = kernel
    (strideHeight, strideWidth) = stride
    (paddingHeight, paddingWidth) = padding
  }

  /// Rows of the result.
  public var outHeight: Int { (inHeight + 2 * paddingHeight - kernelHeight) / strideHeight + 1 }
  /// Columns of the result.
  public var outWidth: Int { (inWidth + 2 * paddingWidth - kernelWidth) / strideWidth + 1 }

  var source: MemoryFormat { .channelsLast(batch, channels, inHeight, inWidth) }
  var destination: MemoryFormat { .channelsLast(batch, channels, outHeight, outWidth) }
  var algorithm: dnnl_alg_kind_t {
    switch kind {
    case .max: dnnl_pooling_max
    case .average(includingPadding: true): dnnl_pooling_avg_include_padding
    case .average(includingPadding: false): dnnl_pooling_avg_exclude_padding
    }
  }
}

extension PrimitiveDescriptor {
  static func pooling(
    _ shape: PoolingShape, _ propagation: Propagation, _ type: ElementType = .float32, on engine: Engine
  ) throws -> PrimitiveDescriptor {
    var operation = dnnl_pooling_desc_t()
    var source = try shape.source.descriptor(type)
    var destination = try shape.destination.descriptor(type)
    try check(
      dnnl_pooling_forward_desc_init(
        &operation, propagation.kind, shape.algorithm, &source, &destination, shape.strides, shape.kernel,
        shape.padding, shape.padding), "pooling")
    return try PrimitiveDescriptor(operation, on: engine, "pooling")
  }

  /// The gradient with respect to the source.
  static func poolingBackward(
    _ shape: PoolingShape, of forward: PrimitiveDescriptor, on engine: Engine
  ) throws -> PrimitiveDescriptor {
    var operation = dnnl_pooling_desc_t()
    var source = try shape.source.descriptor()
    var destination = try shape.destination.descriptor()
    try check(
      dnnl_pooling_backward_desc_init(
        &operation, shape.algorithm, &source, &destination, shape.strides, shape.kernel, shape.padding,
        shape.padding), "pooling backward")
    return try PrimitiveDescriptor(operation, forward: forward, on: engine, "pooling backward")
  }
}

extension PoolingShape {
  fileprivate var strides: [Int64] { [Int64(strideHeight), Int64(strideWidth)] }
  fileprivate var kernel: [Int64] { [Int64(kernelHeight), Int64(kernelWidth)] }
  fileprivate var padding: [Int64] { [Int64(paddingHeight), Int64(paddingWidth)] }
}
