/// What a cached primitive was compiled for.
enum PrimitiveKey: Hashable {
  case convolution(ConvolutionShape, ConvolutionPass)
  case pooling(PoolingShape, forward: Bool)
}
