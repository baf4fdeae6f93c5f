import NeuralNet
import Tensor

/// The classifier f_C: predicts after every step from all features so far.
public protocol SequenceClassifier: Module {
  /// Gives the logits (B×K) of the step whose features (B×D) are given.
  ///
  /// - Parameters:
  ///   - memory: what earlier steps left; nil before the first. Rows are images.
  ///   - own: the encoder's own classifier, which the cascade uses at the first step.
  ///   - ownAnswersFirst: let `own` answer the first step whatever the classifier.
  func step(
    _ features: Tensor, memory: inout Tensor?, ownAnswersFirst: Bool, own: (Tensor) throws -> Tensor
  ) throws -> Tensor
}

/// A GRU over the features with one linear layer on its state (ResNet, DenseNet, RegNet).
///
/// Where the glance has another number of features than patches, a linear layer makes them as many.
final class RecurrentClassifier: SequenceClassifier {
  private let fit: Linear?
  private let memory: GRU
  private let classifier: Linear

  init(glance: Int, patch: Int, units: Int, classes: Int) throws {
    fit = glance == patch ? nil : try Linear(glance, patch)
    memory = try GRU(patch, units)
    classifier = try Linear(units, classes)
  }

  func declare(_ state: inout StateDeclaration) {
    if let fit { state.child("fit", fit) }
    state.child("rnn", memory)
    state.child("fc", classifier)
  }

  func step(
    _ features: Tensor, memory state: inout Tensor?, ownAnswersFirst: Bool, own: (Tensor) throws -> Tensor
  ) throws -> Tensor {
    let isFirst = state == nil
    let input = try isFirst ? fit?(features, Pass.evaluation) ?? features : features
    let next = try memory(input, state: state)
    state = next
    return try isFirst && ownAnswersFirst ? own(features) : classifier(next, Pass.evaluation)
  }
}

/// A linear layer per step on the features of all steps so far (MobileNetV3, EfficientNet).
///
/// The first step is answered by the global encoder's own classifier.
final class CascadeClassifier: SequenceClassifier {
  /// The number of features of the glance, and of each patch.
  private let glance, patch: Int
  private let heads: [Linear]

  init(glance: Int, patch: Int, steps: Int, classes: Int) throws {
    self.glance = glance
    self.patch = patch
    heads = try steps < 2 ? [] : (2...steps).map { try Linear(glance + patch * ($0 - 1), classes) }
  }

  func declare(_ state: inout StateDeclaration) {
    for (index, head) in heads.enumerated() { state.child("fc_\(index + 2)", head) }
  }

  func step(
    _ features: Tensor, memory: inout Tensor?, ownAnswersFirst: Bool, own: (Tensor) throws -> Tensor
  ) throws -> Tensor {
    guard let earlier = memory else {
      memory = features
      return try own(features)
    }
    // The features of all steps so far are B×(D + (t − 1)·D'), of the glance and of the patches.
    let all = try Tensor.concatenated([earlier, features], axis: 1)
    memory = all
    let index = (all.shape[1] - glance) / patch - 1
    guard heads.indices.contains(index) else {
      throw ModelError("the cascade classifier has heads for \(heads.count + 1) steps, not \(index + 2)")
    }
    return try heads[index](all, Pass.evaluation)
  }
}

/// The mean of the probabilities that the encoders' own classifiers gave so far: nothing of its own to learn.
///
/// For encoders that can classify already. Its logits are logarithms of those means, up to a constant.
final class AverageClassifier: SequenceClassifier {
  /// Keeps the logarithm finite where every probability was rounded to zero.
  private static let smallest: Float = 1e-20

  func declare(_ state: inout StateDeclaration) {}

  func step(
    _ features: Tensor, memory: inout Tensor?, ownAnswersFirst: Bool, own: (Tensor) throws -> Tensor
  ) throws -> Tensor {
    let probabilities = try own(features).softmax()
    // The sum over the steps is B×K.
    let sum = try memory.map { try $0 + probabilities } ?? probabilities
    memory = sum
    return try (sum + Self.smallest).log()
  }
}

/// The sum of the logits that the encoders' own classifiers gave so far, as AdaFocus adds those of glance and patches: nothing
/// of its own to learn.
final class SumClassifier: SequenceClassifier {
  func declare(_ state: inout StateDeclaration) {}

  func step(
    _ features: Tensor, memory: inout Tensor?, ownAnswersFirst: Bool, own: (Tensor) throws -> Tensor
  ) throws -> Tensor {
    let logits = try own(features)
    let sum = try memory.map { try $0 + logits } ?? logits
    memory = sum
    return sum
  }
}
