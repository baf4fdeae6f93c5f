import Tensor

/// An activation as a layer.
public final class ActivationLayer: Layer {
  let activation: Activation

  public init(_ activation: Activation) { self.activation = activation }

  public func declare(_ state: inout StateDeclaration) {}

  public func callAsFunction(_ x: Tensor, _ pass: Pass) throws -> Tensor { try activation(x) }
}
