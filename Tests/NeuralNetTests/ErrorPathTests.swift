import NeuralNet
import Tensor
import Testing

/// What goes wrong in a network names the layer by its place in the state dictionary.
@Suite struct ErrorPathTests {
  private final class Block: Layer {
    let conv: Conv2d
    let inner: Sequential

    init() throws {
      conv = try Conv2d(3, 8, kernel: 1)
      inner = Sequential([ActivationLayer(.relu), try Conv2d(4, 2, kernel: 1)])
    }

    func declare(_ state: inout StateDeclaration) {
      state.child("conv", conv)
      state.child("inner", inner)
    }

    func callAsFunction(_ x: Tensor, _ pass: Pass) throws -> Tensor { try inner(conv(x, pass), pass) }
  }

  private func message(_ body: () throws -> Void) -> String {
    do { try body() } catch { return "\(error)" }
    return ""
  }

  @Test func theInnermostNameCounts() throws {
    let network = Sequential([try Block()])
    let x = try Tensor.zeros([1, 3, 4, 4])
    let wrong = message { try network.naming("model") { _ = try network(x, .evaluation) } }
    #expect(wrong.hasPrefix("model.0.inner.1: "), "\(wrong)")
    let first = message {
      try network.naming("model") { _ = try network(Tensor.zeros([1, 2, 4, 4]), .evaluation) }
    }
    #expect(first.hasPrefix("model.0.conv: "), "\(first)")
    // Without a network around it an error is what it was.
    let bare = message { _ = try Tensor.zeros([2]) + Tensor.zeros([3]) }
    #expect(bare == "add: shapes 2 and 3 do not broadcast")
  }
}
