/// Decides after a step which images are sure enough to leave.
///
/// A rule answers for whole batches. It is asked after every step but the last, at which every image leaves
/// whatever the rule would say. Its decision on an image must not depend on the others in the batch.
public protocol ExitRule {
  /// As the user calls it; named in errors.
  var name: String { get }

  /// What the loop must provide beyond logits.
  var needs: ExitRuleNeeds { get }

  /// Refuses, before a run, a model that the rule's parameters do not fit.
  func check(steps: Int, classes: Int) throws

  /// For every image of the batch, in its order, whether it leaves.
  func decide(_ batch: StepBatch) throws -> [Bool]
}

extension ExitRule {
  public var needs: ExitRuleNeeds { [] }
  public func check(steps: Int, classes: Int) throws {}
}

/// What an exit rule reads beyond what every record has.
public struct ExitRuleNeeds: OptionSet, Sendable {
  public let rawValue: Int
  public init(rawValue: Int) { self.rawValue = rawValue }

  /// The critic's value after every step: the policy must run before the decision.
  public static let value = ExitRuleNeeds(rawValue: 1)
  /// The true classes.
  public static let labels = ExitRuleNeeds(rawValue: 2)
}
