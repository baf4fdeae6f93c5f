import Checkpoints
import Foundation
import Support

/// The arrays of one network in a file of another program, and what else the file says of it.
public struct StateDictionary {
  /// Which of the networks in a file is meant.
  public struct Choice: Sendable {
    /// The moving average of the weights, or those themselves; nil: the average where there is one.
    public var ema: Bool?
    /// The key under which the weights are, as `student` or `state.model`.
    public var weights: String?

    public init(ema: Bool? = nil, weights: String? = nil) {
      self.ema = ema
      self.weights = weights
    }
  }

  /// The file.
  public let path: FilePath
  /// The arrays of the network under their names in the file.
  public let arrays: [StateArray]
  /// Arrays of kinds that are not supported.
  public let unread: [UnreadArray]
  /// What the file and its name say of the network, most telling first.
  public let hints: [EncoderHint]
  /// What was chosen among several, a line each.
  public let notes: [String]
  /// What else the file holds, by key, in a few words each.
  public let beside: [(key: String, what: String)]
  /// Objects beside the weights that were kept as data, by class.
  public let objects: [String]

  /// The name that the file gives the network, where it gives one.
  public var name: String? { hints.first { $0.isInside }?.text }

  /// - Throws: ``ModelError`` where the file holds no weights, or several and none is the obvious one.
  init(_ checkpoint: Checkpoint, choice: Choice, path: FilePath) throws {
    switch checkpoint.content {
    case .arrays(let arrays): self.init(arrays, path: path)
    case .tree(let root): try self.init(root, choice: choice, path: path)
    }
  }

  private init(_ stored: Checkpoint.Arrays, path: FilePath) {
    self.path = path
    // A path is made fit to be shown once, not for each of many arrays.
    let file = path.shown
    arrays = stored.named.map { StateArray($0.name, $0.array, file: file) }
    unread = stored.unread
    hints = EncoderHint.all(in: stored.metadata, path: path)
    notes = []
    beside = []
    objects = []
  }

  private init(_ root: PyTorchValue, choice: Choice, path: FilePath) throws {
    self.path = path
    if root.object?.isModule == true { throw Self.wholeModule(root.object, "", path) }
    guard let members = root.members, root.object?.unread == nil else {
      throw ModelError("\(path) holds no dictionary, so no checkpoint")
    }
    let found = WeightSearch(members)
    let taken = try found.choose(choice, path: path)
    arrays = [StateArray](taken.dictionary, file: path.shown)
    unread = taken.dictionary.entries.compactMap { key, value in
      guard let object = value.object, let what = object.unread else { return nil }
      return UnreadArray(name: key, shape: object.shape ?? [], what: what)
    }
    hints = EncoderHint.all(in: members, path: path)
    notes = found.notes(taken, path: path)
    beside = members.entries.compactMap { key, value in
      key == taken.keys.first ? nil : Self.brief(value).map { (key, $0) }
    }
    objects = Self.objects(in: .dictionary(members))
  }

  /// A value in a few words; nil for arrays, which are listed elsewhere.
  private static func brief(_ value: PyTorchValue) -> String? {
    switch value {
    case .none: "None"
    case .bool(let value): value ? "True" : "False"
    case .int(let value): String(value)
    case .double(let value): String(value)
    case .string(let text): ForeignText.printable(text)
    case .bytes(let bytes): "\(bytes.count) bytes"
    case .list(let values): "a list of \(values.count)"
    case .dictionary(let dictionary): "\(dictionary.entries.count) entries"
    case .object(let object): object.unread == nil ? ForeignText.printable(object.name) : nil
    case .tensor: nil
    }
  }

  static func wholeModule(_ object: PyTorchObject?, _ key: String, _ path: FilePath) -> ModelError {
    let name = ForeignText.printable(object?.name ?? "")
    return ModelError(
      "\(path) holds a whole module of the class \(name)\(key.isEmpty ? "" : " under \(ForeignText.printable(key))"),"
        + " whose code is not in the file; save its state_dict()")
  }

  /// The classes of the objects in a value, each once.
  static func objects(in value: PyTorchValue) -> [String] {
    var names: [String] = []
    var seen: Set<String> = []
    var budget = 10_000
    func visit(_ value: PyTorchValue, _ depth: Int) {
      budget -= 1
      guard budget > 0, depth < 16 else { return }
      switch value {
      case .object(let object):
        if object.unread == nil, seen.insert(object.name).inserted { names.append(object.name) }
      case .dictionary(let dictionary): for entry in dictionary.entries { visit(entry.value, depth + 1) }
      case .list(let values): for value in values { visit(value, depth + 1) }
      default: break
      }
    }
    visit(value, 0)
    return names
  }
}

/// The dictionaries of a checkpoint that hold arrays, and which of them are the network's weights.
struct WeightSearch {
  struct Candidate {
    let keys: [String]
    let dictionary: PyTorchDictionary
    /// Numbers in its arrays.
    let numbers: Int

    var name: String { keys.isEmpty ? "the file itself" : keys.joined(separator: ".") }
    var isAverage: Bool { keys.contains { WeightSearch.words($0).contains { averages.contains($0) } } }
    /// Its place among the names that training programs give the weights; nil for other names.
    var rank: Int? { keys.isEmpty ? 0 : keys.last.flatMap { usual.firstIndex(of: $0) } }
  }

  private let candidates: [Candidate]
  /// Those and smaller ones, which must be named.
  private let all: [Candidate]
  private let root: PyTorchDictionary

  /// The keys under which training programs keep the weights beside other things.
  private static let usual = [
    "state_dict", "model_state_dict", "model_state", "model", "network", "net", "net_state_dict", "module",
    "weights", "params", "state", "generator", "encoder", "backbone",
  ]
  /// Words of the names of moving averages.
  private static let averages: Set<String> = ["ema", "swa", "averaged", "shadow", "polyak"]
  /// Words of the names of what is no network.
  private static let others: Set<String> = [
    "optim", "optims", "optimizer", "optimizers", "optimiser", "optimisers", "opt", "scheduler", "schedulers",
    "sched",
    "scaler", "amp", "rng", "random",
  ]
  private static let deepest = 4

  static func words(_ key: String) -> [String] {
    key.lowercased().split { !$0.isLetter }.map(String.init)
  }

  init(_ root: PyTorchDictionary) {
    self.root = root
    var found: [Candidate] = []
    var budget = 10_000
    func visit(_ dictionary: PyTorchDictionary, _ keys: [String]) {
      var numbers = 0
      var holdsArrays = false
      for (_, value) in dictionary.entries {
        if let tensor = value.tensor {
          numbers += tensor.count
          holdsArrays = true
        } else if let object = value.object, object.unread != nil {
          numbers += (object.shape ?? []).reduce(1) {
            $0.multipliedReportingOverflow(by: max($1, 0)).partialValue
          }
          holdsArrays = true
        }
      }
      if holdsArrays { found.append(Candidate(keys: keys, dictionary: dictionary, numbers: numbers)) }
      guard keys.count < Self.deepest else { return }
      for (key, value) in dictionary.entries {
        budget -= 1
        guard budget > 0, let inner = value.members, value.object?.isModule != true,
          !Self.words(key).contains(where: Self.others.contains)
        else { continue }
        visit(inner, keys + [key])
      }
    }
    visit(root, [])
    // What is much smaller than the largest is statistics, a step count, a head on its own.
    let largest = found.map(\.numbers).max() ?? 0
    all = found
    candidates = found.filter { $0.numbers >= largest / 4 }
  }

  func choose(_ choice: StateDictionary.Choice, path: FilePath) throws -> Candidate {
    func names(_ candidates: [Candidate]) -> String {
      candidates.prefix(10).map { ForeignText.printable($0.name) }.joined(separator: ", ")
    }
    guard !candidates.isEmpty else {
      if let entry = root.entries.first(where: { $0.value.object?.isModule == true }) {
        throw StateDictionary.wholeModule(entry.value.object, entry.key, path)
      }
      let keys = root.keys.prefix(10).map { ForeignText.printable($0) }.joined(separator: ", ")
      throw ModelError("\(path) holds no state dictionary; its keys are \(keys.isEmpty ? "none" : keys)")
    }
    if let key = choice.weights {
      if let exact = all.first(where: { $0.keys.joined(separator: ".") == key }) { return exact }
      for group in [candidates, all] {
        let similar = group.filter { $0.keys.last == key }
        if similar.count == 1 { return similar[0] }
      }
      throw ModelError(
        "\(path) holds no weights under '\(ForeignText.printable(key))', but under \(names(candidates))")
    }
    let averages = candidates.filter(\.isAverage)
    let plain = candidates.filter { !$0.isAverage }
    switch choice.ema {
    case true? where averages.isEmpty:
      throw ModelError("\(path) holds no moving average of the weights, but \(names(candidates))")
    case false? where plain.isEmpty:
      throw ModelError("\(path) holds a moving average of the weights alone: \(names(candidates))")
    default: break
    }
    let group = choice.ema == false || averages.isEmpty ? plain : averages
    if let named = group.filter({ $0.rank != nil }).min(by: { ($0.rank ?? 0) < ($1.rank ?? 0) }) {
      return named
    }
    if group.count == 1 || group[0].isAverage { return group[0] }
    throw ModelError(
      "\(path) holds several networks: \(names(group)); name the one that is meant as its weights")
  }

  /// What was chosen, where there was a choice.
  func notes(_ taken: Candidate, path: FilePath) -> [String] {
    let others = candidates.filter { $0.keys != taken.keys }
    guard !others.isEmpty else { return [] }
    let rest = others.prefix(5).map { ForeignText.printable($0.name) }.joined(separator: ", ")
    let name = ForeignText.printable(taken.name)
    return taken.isAverage
      ? ["\(path): the moving average of the weights (\(name)) was taken, not \(rest)"]
      : ["\(path): the weights under \(name) were taken, not \(rest)"]
  }
}
