import Tensor

/// The elements in row-major order under another shape, where memory is in another order.
struct ReshapeStep: PlanStep {
  private let source, destination: Tensor
  /// The same memory under shapes whose elements correspond to each other, so that one pass moves them; nil where there are
  /// no such shapes.
  private let views: (source: Tensor, destination: Tensor)?

  init(source: Tensor, destination: Tensor) throws {
    (self.source, self.destination) = (source, destination)
    views = try Recording.paused { try Self.views(source, destination) }
  }

  var name: String { "reshape" }

  func run() throws {
    try Recording.paused {
      if let views { return try views.source.copy(to: views.destination) }
      try source.reshaped(destination.shape).copy(to: destination)
    }
  }

  /// Frames of clips become rows of a map, and back; maps of frames come to stand side by side.
  private static func views(_ x: Tensor, _ y: Tensor) throws -> (source: Tensor, destination: Tensor)? {
    func memory(_ tensor: Tensor, _ shape: Shape) -> Tensor {
      Tensor.view(of: tensor.storage, at: tensor.offset, shape)
    }
    // Maps are channels-last: images × pixels × channels in memory.
    func sizes(_ map: Tensor) -> (images: Int, channels: Int, pixels: Int) {
      (map.shape[0], map.shape[1], map.shape[2] * map.shape[3])
    }
    // Constants may lie in any arrangement.
    guard x.count > 0, x.strides == x.shape.channelsLastStrides else { return nil }
    switch (x.rank == 4, y.rank == 4) {
    case (false, true):
      let (n, c, p) = sizes(y)
      return (try memory(x, [n, c, p]).transposed(1, 2), memory(y, [n, p, c]))
    case (true, false):
      let (n, c, p) = sizes(x)
      return (try memory(x, [n, p, c]).transposed(1, 2), memory(y, [n, c, p]))
    case (true, true):
      let (n, c, p) = sizes(x)
      let (items, _, pixels) = sizes(y)
      guard items > 0, n % items == 0, p == pixels else { return nil }
      let frames = n / items
      return (
        try memory(x, [items, frames, p, c, 1]).permuted([0, 2, 1, 3, 4]),
        memory(y, [items, p, frames, c, 1])
      )
    case (false, false): return nil
    }
  }
}
