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
final class RecurrentClassifier: SequenceClassifier {
  private let memory: GRU
  private let classifier: Linear

  init(_ features: Int, units: Int, classes: Int) throws {
    memory = try GRU(features, units)
    classifier = try Linear(units, classes)
  }

  func declare(_ state: inout StateDeclaration) {
    state.child("rnn", memory)
    state.child("fc", classifier)
  }

  func step(
    _ features: Tensor, memory state: inout Tensor?, ownAnswersFirst: Bool, own: (Tensor) throws -> Tensor
  ) throws -> Tensor {
    let isFirst = state == nil
    let next = try memory(features, state: state)
    state = next
    return try isFirst && ownAnswersFirst ? own(features) : classifier(next, Pass.evaluation)
  }
}

/// A linear layer per step on the features of all steps so far (MobileNetV3, EfficientNet).
///
/// The first step is answered by the global encoder's own classifier.
final class CascadeClassifier: SequenceClassifier {
  private let features: Int
  private let heads: [Linear]

  init(_ features: Int, steps: Int, classes: Int) throws {
    self.features = features
    heads = try steps < 2 ? [] : (2...steps).map { try Linear(features * $0, classes) }
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
    // The features of all steps so far are B×(t·D).
    let all = try Tensor.concatenated([earlier, features], axis: 1)
    memory = all
    let index = all.shape[1] / self.features - 2
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
