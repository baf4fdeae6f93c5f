import Tensor

// Where in a network something went wrong. Nothing is done for it unless something does.
extension Module {
  /// Runs this layer's computation: an error of a tensor in it is this layer's, or that of a layer within.
  @inline(__always)
  public func answering<Result>(_ body: () throws -> Result) throws -> Result {
    do { return try body() } catch let error as TensorError { throw error.inside(self) }
  }

  /// Runs a part of a network that is called `name`: an error of a tensor in it names the layer in which it happened by
  /// its place in the state dictionary, such as `local_encoder.features.3.conv`.
  public func naming<Result>(_ name: String, _ body: () throws -> Result) throws -> Result {
    do { return try body() } catch let error as TensorError where error.path.isEmpty {
      var declaration = StateDeclaration()
      declare(&declaration)
      let modules = declaration.modules
      let found = error.layers.lazy.compactMap { layer in
        modules.first { ObjectIdentifier($0.module) == layer }?.name
      }.first
      throw error.named([name, found ?? ""].filter { !$0.isEmpty }.joined(separator: "."))
    }
  }
}
