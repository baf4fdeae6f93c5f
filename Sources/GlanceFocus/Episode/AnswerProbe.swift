import Support

/// Finds out whether what a rule or a sampler says of an image depends on anything but that image.
///
/// A run keeps its first images with the answers that they got. When it is over they are asked about again:
/// all together in the opposite order, and some of them alone. What is asked then no longer changes the run.
/// Other answers are put into words, once; what says of itself that it depends on other images is not asked.
public final class AnswerProbe {
  /// Images kept of each step.
  static let most = 16
  /// How many of them are asked about alone.
  static let alone = 4

  private var decisions: [Int: Kept<Bool>] = [:]
  private var proposals: [Int: Kept<PatchPlaces>] = [:]
  private var askedRule: (any ExitRule)?
  private var askedSampler: (any PatchSampler)?

  public init() {}

  // MARK: Keeping

  /// Keeps what a rule has decided on the first images of a step.
  ///
  /// - Parameter values: the critic's, where a live run has asked for them.
  func keep(_ batch: StepBatch, of rule: any ExitRule, values: [Float]?, answers: [Bool]) throws {
    guard !rule.dependsOnOthers, let places = Self.places(in: batch.count, kept: decisions[batch.step]) else {
      return
    }
    askedRule = rule
    decisions[batch.step, default: Kept()].add(
      try KeptImages(batch, places, values: values), answers: places.map { answers[$0] })
  }

  /// Keeps what a sampler has proposed for the first images of a step.
  func keep(_ batch: SamplerBatch, of sampler: any PatchSampler, answers: [PatchPlaces]) throws {
    guard !sampler.dependsOnOthers,
      let places = Self.places(in: batch.count, kept: proposals[batch.last.step])
    else { return }
    askedSampler = sampler
    let values = sampler.needs.contains(.policy) ? try batch.last.value() : nil
    var images = try KeptImages(batch.last, places, values: values)
    images.policy = batch.policy.map { policy in places.map { policy[$0] } }
    images.maps = batch.maps?.selecting(places)
    images.glances = batch.glances?.selecting(places)
    images.saliency = batch.saliency?.selecting(places)
    images.random = batch.base
    proposals[batch.last.step, default: Kept()].add(images, answers: places.map { answers[$0] })
  }

  /// Which of the `count` images of a batch are kept: evenly spread ones; nil when there are enough.
  private static func places<Answer>(in count: Int, kept: Kept<Answer>?) -> [Int]? {
    let wanted = min(most - (kept?.answers.count ?? 0), count)
    return wanted > 0 ? (0..<wanted).map { (2 * $0 + 1) * count / (2 * wanted) } : nil
  }

  // MARK: Asking again

  /// What was found out about one rule or sampler.
  public struct Remark: Sendable {
    /// What answered otherwise.
    public enum Kind: String, Sendable {
      case exitRule = "exit rule"
      case sampler
    }

    public let kind: Kind
    /// Such as `the exit rule 'mine' (sweep.lua:12)`.
    public let who: String
    /// One line, to which a host may add where more is said.
    public let text: String
  }

  /// Asks again, and forgets what was kept.
  ///
  /// - Returns: a line for the rule and one for the sampler where answers differ.
  /// - Throws: `Interrupted`.
  public func remarks() throws -> [Remark] {
    defer {
      decisions = [:]
      proposals = [:]
    }
    var remarks: [Remark] = []
    if let rule = askedRule {
      let finding = try finding(decisions) { images, rows in
        try rule.checkedDecisions(images.stepBatch(rows))
      }
      if let finding {
        remarks.append(Self.remark(.exitRule, rule.name, rule.origin, finding))
      }
    }
    if let sampler = askedSampler {
      let finding = try finding(proposals) { images, rows in
        try sampler.checkedProposal(images.samplerBatch(rows))
      }
      if let finding {
        remarks.append(Self.remark(.sampler, sampler.name, sampler.origin, finding))
      }
    }
    return remarks
  }

  private enum Finding {
    case differs(Int, of: Int)
    case fails(String)
  }

  private func finding<Answer: ProbedAnswer>(
    _ kept: [Int: Kept<Answer>], ask: (KeptImages, [Int]) throws -> [Answer]
  ) throws -> Finding? {
    var (different, asked) = (0, 0)
    for (_, kept) in kept.sorted(by: { $0.key < $1.key }) where kept.answers.count > 1 {
      let images = try KeptImages.joined(kept.images)
      var changed: Set<Int> = []
      let all = Array(kept.answers.indices.reversed())
      for rows in [all] + Self.single(kept.answers).map({ [$0] }) {
        let answers: [Answer]
        do {
          answers = try ask(images, rows)
        } catch let error as Interrupted {
          throw error
        } catch {
          return .fails("\(error)")
        }
        for (row, answer) in zip(rows, answers) where !answer.agrees(with: kept.answers[row]) {
          changed.insert(row)
        }
      }
      different += changed.count
      asked += kept.answers.count
    }
    return different > 0 ? .differs(different, of: asked) : nil
  }

  /// The images to ask about alone: with each answer that there is, as far as they go.
  private static func single<Answer: ProbedAnswer>(_ answers: [Answer]) -> [Int] {
    var chosen: [Int] = []
    for row in answers.indices
    where chosen.count < alone
      && chosen.count(where: { answers[$0].agrees(with: answers[row]) }) < alone / 2
    {
      chosen.append(row)
    }
    return chosen
  }

  private static func remark(
    _ kind: Remark.Kind, _ name: String, _ origin: String?, _ finding: Finding
  ) -> Remark {
    let who = "the \(kind.rawValue) '\(name)'" + (origin.map { " (\($0))" } ?? "")
    let advice =
      " Results then depend on the batch size and on the order of the images, and live and traced ones differ"
    switch finding {
    case .differs(let different, let asked):
      return Remark(
        kind: kind, who: who,
        text:
          "\(who) answered otherwise for \(different) of \(asked) images when it was asked about them again,"
          + " together in another order and alone: it keeps state or looks at the other images of a batch."
          + advice)
    case .fails(let message):
      return Remark(
        kind: kind, who: who,
        text:
          "\(who) answered for a batch, and failed when it was asked about a part of it alone: \(message)."
          + advice)
    }
  }
}

/// An answer that can be compared with another.
private protocol ProbedAnswer {
  func agrees(with other: Self) -> Bool
}

extension Bool: ProbedAnswer {
  func agrees(with other: Bool) -> Bool { self == other }
}

extension FrameWise: ProbedAnswer where Value == PatchLocation {
  /// Places may differ by what sums round to in batches of another size.
  func agrees(with other: PatchPlaces) -> Bool {
    count == other.count
      && zip(values, other.values).allSatisfy {
        abs($0.row - $1.row) < 1e-4 && abs($0.column - $1.column) < 1e-4
      }
  }
}

/// Images of one step from one or several batches, with the answers they got.
private struct Kept<Answer> {
  private(set) var images: [KeptImages] = []
  private(set) var answers: [Answer] = []

  mutating func add(_ images: KeptImages, answers: [Answer]) {
    self.images.append(images)
    self.answers += answers
  }
}
