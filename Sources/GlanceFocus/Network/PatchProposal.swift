import NeuralNet
import Tensor

/// The patch proposal network π: reads the last feature map, says where to look next and how well things
/// stand.
///
/// An actor-critic over a GRU. The map enters without its history: the policy does not train the encoders.
public final class PatchProposal: Module {
  /// Standard deviation of the actions around their mean while training.
  public static let actionDeviation: Float = 0.1

  private let encoder: Sequential
  private let isConvolutional: Bool
  private let memory: GRU
  private let actor: Linear
  private let critic: Linear

  /// What the policy says of a batch of maps.
  public struct Output {
    /// Where to look next, B×2, (row, column) in [0, 1].
    public let mean: Tensor
    /// The critic's value, B.
    public let value: Tensor
    /// The state to be handed back at the next step, B×units.
    public let state: Tensor

    /// The same for the images `rows` only (positions in the present batch).
    public func gathered(_ rows: [Int]) throws -> Output {
      Output(
        mean: try mean.indexSelected(0, rows), value: try value.indexSelected(0, rows),
        state: try state.indexSelected(0, rows))
    }
  }

  init(_ configuration: Configuration, mapChannels: Int) throws {
    let side = try configuration.mapSize()
    let units = configuration.policyUnits
    isConvolutional = configuration.policyEncoder == .convolution
    if isConvolutional {
      encoder = Sequential([
        try Conv2d(mapChannels, 32, kernel: 1, initializer: .fanInUniform), ActivationLayer(.relu), Flatten(),
        try Linear(32 * side * side, units), ActivationLayer(.relu),
      ])
    } else {
      encoder = Sequential([
        try Linear(mapChannels * side * side, 2048), ActivationLayer(.relu),
        try Linear(2048, units),
        ActivationLayer(.relu),
      ])
    }
    memory = try GRU(units, units)
    actor = try Linear(units, 2)
    critic = try Linear(units, 1)
  }

  public func declare(_ state: inout StateDeclaration) {
    state.child("state_encoder", encoder)
    state.child("gru", memory)
    state.child("actor.0", actor)
    state.child("critic.0", critic)
  }

  /// The next proposal.
  ///
  /// - Parameters:
  ///   - map: the feature map of the step that was just taken, B×C×h×w.
  ///   - state: what the last proposal left; nil at the first.
  public func callAsFunction(_ map: Tensor, state: Tensor?) throws -> Output {
    let pass = Pass.evaluation
    // The linear encoder takes rows of C·h·w in PyTorch's order, the convolution the map itself.
    let input = isConvolutional ? map.detached : try map.detached.flattened(from: 1)
    let next = try memory(encoder(input, pass), state: state)
    return Output(
      mean: try actor(next, pass).sigmoid(), value: try critic(next, pass).flattened(), state: next)
  }
}

/// Merges all axes but the first, in N×C×H×W order.
final class Flatten: Layer {
  func declare(_ state: inout StateDeclaration) {}
  func callAsFunction(_ x: Tensor, _ pass: Pass) throws -> Tensor { try x.flattened(from: 1) }
}
