import Foundation
import NeuralNet
import Tensor
import TestSupport
import Testing

@Suite struct ActivationTests {
  @Test func namesAreUniqueAndFindTheirActivation() {
    let names = Activation.all.map(\.name)
    #expect(Set(names).count == names.count)
    for activation in Activation.all { #expect(Activation.named(activation.name) == activation) }
    #expect(Activation.named("none") == nil)
  }

  /// Model files hold these words.
  @Test func filesKeepTheName() throws {
    let encoded = try JSONEncoder().encode(Activation.all)
    let words = try JSONDecoder().decode([String].self, from: encoded)
    #expect(words == Activation.all.map(\.name))
    #expect(
      Set(words).isSuperset(
        of: ["identity", "relu", "relu6", "sigmoid", "tanh", "hardSwish", "hardSigmoid", "silu"]))
    #expect(try JSONDecoder().decode([Activation].self, from: encoded) == Activation.all)
    let unknown = Data(#"["swish"]"#.utf8)
    #expect(throws: DecodingError.self) { try JSONDecoder().decode([Activation].self, from: unknown) }
  }

  @Test func gradientsAgreeWithDifferences() throws {
    // Away from the kinks at 0, ±3 and 6.
    let x = try Tensor([10], [-4.3, -2.6, -1.2, -0.2, 0.15, 0.9, 2.2, 3.4, 5.2, 6.6])
    for activation in Activation.all {
      try checkGradient(of: { try activation($0[0] * 1) }, at: [x], tolerance: 1e-3, activation.name)
    }
  }

  /// A row that points at another function than its own would pass all else here.
  @Test(arguments: Activation.all.filter { $0 != .identity }.map(\.name))
  func eachIsTheFunctionOfItsName(_ name: String) throws {
    func plain(_ name: String) -> String { name.filter { $0 != "_" }.lowercased() }
    let functions = ElementFunctions.table.filter { plain($0.name) == plain(name) }
    #expect(functions.count == 1)
    let function = try #require(functions.first)
    let activation = try #require(Activation.named(name))
    let x = try Tensor([10], [-9, -3.5, -3, -1.2, -0.25, 0, 0.7, 2.9, 6, 7.5])
    let expected = try function(x).values().map(\.bitPattern)
    #expect(try activation(x).values().map(\.bitPattern) == expected)
  }

  @Test func theIdentityIsTheInputItself() throws {
    let x = try Tensor([2], [1, -1])
    #expect(try Activation.identity(x).storage === x.storage)
  }
}
