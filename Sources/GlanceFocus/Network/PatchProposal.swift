import Backbones
import NeuralNet
import Tensor

/// The patch proposal network π: reads the last feature map, says where to look next and how well things
/// stand.
///
/// An actor-critic over a GRU. The map enters without its history: the policy does not train the encoders.
public final class PatchProposal: Module {
  /// Standard deviation of the actions around their mean while training.
  public static let actionDeviation: Float = 0.1

  /// The maps of a look, as the policy reads them.
  public struct MapForm: Equatable, Sendable {
    /// C, of clips those of all frames together.
    public let channels: Int
    /// Rows and columns of cells.
    public let side: Int

    /// True for maps of this form.
    public func fits(_ map: Tensor) -> Bool {
      map.rank == 4 && map.shape[1] == channels && map.shape[2] == side && map.shape[3] == side
    }
  }

  /// The maps of the glance.
  public let glanceForm: MapForm
  /// The maps of patches where these are others, which have a state encoder of their own; nil where no step needs one.
  public let patchForm: MapForm?
  private let encoder: Sequential
  private let patchEncoder: Sequential?
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

  /// The policy for the maps of two encoders. With more than two steps it reads maps of patches, too: where these have
  /// another form than those of glances, by a state encoder of their own.
  init(_ configuration: Configuration, glance: any Backbone, patch: any Backbone) throws {
    func form(_ look: Look, _ encoder: any Backbone) throws -> MapForm {
      MapForm(
        channels: configuration.frames(look) * encoder.mapChannels, side: try configuration.mapSize(look))
    }
    let units = configuration.policyUnits
    let other = try form(.patch, patch)
    glanceForm = try form(.glance, glance)
    patchForm = configuration.steps > 2 && other != glanceForm ? other : nil
    isConvolutional = configuration.policyEncoder != .linear
    encoder = try Self.encoder(configuration.policyEncoder, glanceForm, units: units)
    patchEncoder = try patchForm.map { try Self.encoder(configuration.policyEncoder, $0, units: units) }
    memory = try GRU(units, units)
    actor = try Linear(units, 2)
    critic = try Linear(units, 1)
  }

  /// The layers that make a state of a map.
  private static func encoder(_ kind: Configuration.PolicyEncoder, _ form: MapForm, units: Int) throws
    -> Sequential
  {
    let cells = form.side * form.side
    switch kind {
    case .convolution:
      return Sequential([
        try Conv2d(form.channels, 32, kernel: 1, initializer: .fanInUniform), ActivationLayer(.relu),
        Flatten(),
        try Linear(32 * cells, units), ActivationLayer(.relu),
      ])
    case .linear:
      return Sequential([
        try Linear(form.channels * cells, 2048), ActivationLayer(.relu), try Linear(2048, units),
        ActivationLayer(.relu),
      ])
    case .normalized:
      return Sequential([
        try Conv2d(form.channels, normalizedChannels, kernel: 1), try BatchNorm2d(normalizedChannels),
        ActivationLayer(.relu), Flatten(), try Linear(normalizedChannels * cells, units),
        FeatureNorm(try BatchNorm2d(units)), ActivationLayer(.relu),
      ])
    }
  }

  /// The channels that a map is reduced to before a batch norm.
  static let normalizedChannels = 64

  public func declare(_ state: inout StateDeclaration) {
    state.child("state_encoder", encoder)
    if let patchEncoder { state.child("patch_encoder", patchEncoder) }
    state.child("gru", memory)
    state.child("actor.0", actor)
    state.child("critic.0", critic)
  }

  /// The next proposal.
  ///
  /// - Parameters:
  ///   - map: the feature map of the step that was just taken, B×C×h×w.
  ///   - state: what the last proposal left; nil at the first.
  ///   - pass: whether batch norms, where it has any, use the statistics of the batch and learn them.
  /// - Throws: ``ModelError`` for a map of another form than those of glances and patches.
  public func callAsFunction(_ map: Tensor, state: Tensor?, _ pass: Pass = .evaluation) throws -> Output {
    let encoder = try encoder(for: map)
    // The linear encoder takes rows of C·h·w in PyTorch's order, the convolution the map itself.
    let input = isConvolutional ? map.detached : try map.detached.flattened(from: 1)
    let next = try memory(encoder(input, pass), state: state)
    return Output(
      mean: try actor(next, pass).sigmoid(), value: try critic(next, pass).flattened(), state: next)
  }
}

extension PatchProposal {
  /// The forms of the maps that can be read.
  public var mapForms: [MapForm] { [glanceForm] + (patchForm.map { [$0] } ?? []) }

  private func encoder(for map: Tensor) throws -> Sequential {
    if glanceForm.fits(map) { return encoder }
    if let patchForm, let patchEncoder, patchForm.fits(map) { return patchEncoder }
    let known = mapForms.map { "n×\($0.channels)×\($0.side)×\($0.side)" }.joined(separator: " or ")
    throw ModelError("the policy reads maps of \(known), got \(map.shape)")
  }
}

/// A batch norm of B×C features, which are maps of one cell; its arrays have the names of a layer of their own.
private final class FeatureNorm: Layer {
  private let norm: BatchNorm2d

  init(_ norm: BatchNorm2d) { self.norm = norm }

  func declare(_ state: inout StateDeclaration) { norm.declare(&state) }

  func callAsFunction(_ x: Tensor, _ pass: Pass) throws -> Tensor {
    try norm(x.reshaped([x.shape[0], x.shape[1], 1, 1]), pass).flattened(from: 1)
  }
}

/// Merges all axes but the first, in N×C×H×W order.
final class Flatten: Layer {
  func declare(_ state: inout StateDeclaration) {}
  func callAsFunction(_ x: Tensor, _ pass: Pass) throws -> Tensor { try x.flattened(from: 1) }
}
