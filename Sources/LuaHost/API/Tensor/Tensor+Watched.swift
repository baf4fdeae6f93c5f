import Tensor

extension Tensor {
  /// True where the tape that is recording would lead gradients back through this value.
  var isWatched: Bool { GradientTape.current?.isWatching(self) ?? false }

  /// Refuses a value of a recording where a function has no gradient that would lead on from it.
  func requireConstant(_ place: String) throws {
    guard isWatched else { return }
    throw LuaError("\(place): has no gradient; write t:detach() where a constant is meant")
  }

  /// Refuses to write to a value of a recording, or to write one into a constant: gradients would be wrong.
  func requireWritable(_ value: Tensor?, _ place: String) throws {
    guard let tape = GradientTape.current else { return }
    let instead = "compute a new one, by gfnet.tensor.where, gfnet.tensor.concatenate or gfnet.tensor.stack"
    if tape.isWatching(self) {
      throw LuaError(
        "\(place): the tensor depends on values whose gradients are being recorded, and cannot be written to; \(instead)"
      )
    }
    if let value, tape.isWatching(value) {
      throw LuaError(
        "\(place): the value depends on values whose gradients are being recorded; written into a tensor, its gradient "
          + "would be lost; \(instead), or write value:detach()")
    }
  }
}
