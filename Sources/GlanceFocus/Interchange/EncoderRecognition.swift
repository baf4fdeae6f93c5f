import Backbones
import Checkpoints
import NeuralNet
import Compute
import Support
import Synchronization

/// Finds the encoder that a state dictionary belongs to.
struct EncoderRecognition {
  let entry: BackboneEntry
  /// The key map of the program whose keys the dictionary has.
  let map: KeyMap
  /// The number of classes; 0 where the dictionary has no classifier.
  let classes: Int
  let match: StateMatch
  /// The encoder's arrays.
  let slots: [StateMatch.Slot]
  /// What was left out, a line each.
  private(set) var notes: [String] = []

  /// - Parameters:
  ///   - backbone: the only encoder that is tried; all when nil.
  ///   - keys: the only key map that is tried, by name; all when nil.
  ///   - own: the keys are the encoder's own.
  ///   - isAuthors: the arrays are of a checkpoint of the paper's authors.
  ///   - prefix: how the names begin; found by trying when nil.
  ///   - among: the encoders that are tried, in the place of the registry's.
  ///   - hints: what may tell networks with the same arrays apart.
  ///   - file: named in errors.
  /// - Throws: ``ModelError`` that lists what does not fit the nearest encoder, or names those that fit alike.
  init(
    _ stored: [StateArray], backbone: String?, keys: String? = nil, own: Bool = false,
    isAuthors: Bool = false,
    prefix: String? = nil, among candidates: [BackboneEntry]? = nil, hints: [EncoderHint] = [], file: String
  ) throws {
    let entries =
      try candidates ?? backbone.map { [try BackboneRegistry.entry($0)] } ?? BackboneRegistry.entries
    let arrays = own ? stored : try stored.unwrapped()
    let parts = own || isAuthors ? [("", arrays)] : try arrays.parts(prefix: prefix)
    let needsHead = isAuthors
    for (start, part) in parts where !part.isEmpty {
      let numbers = part.numbers
      var fits: [EncoderRecognition] = []
      for entry in entries {
        try Cancellation.check()
        guard try Skeleton.of(entry, for: part)?.canHold(numbers) == true else { continue }
        let maps = Self.maps(entry, keys: keys, own: own, isAuthors: isAuthors)
        let all = try Self.candidates(entry, part, maps, needsHead: needsHead)
        if let found = all.first(where: { $0.match.fits }) { fits.append(found) }
        // The first is taken: the authors' code has no two with the same arrays.
        if isAuthors, !fits.isEmpty { break }
      }
      guard let first = fits.first else { continue }
      self = own || isAuthors || backbone != nil ? first : try Self.chosen(fits, hints, file: file)
      let names = Set(part.map { start + $0.name })
      let rest = arrays.filter { !names.contains($0.name) }
      if !rest.isEmpty {
        let examples = rest.prefix(3).map { ForeignText.printable($0.name) }.joined(separator: ", ")
        notes.append(
          "\(file): the encoder is what is below \(ForeignText.printable(start)); \(rest.count) other "
            + "\(rest.count == 1 ? "array was" : "arrays were") left out: \(examples)\(rest.count > 3 ? ", …" : "")"
        )
      }
      return
    }
    throw try Self.complaint(parts.map(\.1), entries, backbone, keys, own, isAuthors, file)
  }

  private init(
    _ entry: BackboneEntry, _ map: KeyMap, _ classes: Int, _ slots: [StateMatch.Slot], _ match: StateMatch
  ) {
    self.entry = entry
    self.map = map
    self.classes = classes
    self.slots = slots
    self.match = match
  }

  /// The one of several encoders with the same arrays that the hints name.
  private static func chosen(
    _ fits: [EncoderRecognition], _ hints: [EncoderHint], file: String
  ) throws -> EncoderRecognition {
    // We compare what fits by the same program's keys; what fits by its own keys alone says nothing.
    let fits = fits.filter { $0.map.name == fits[0].map.name }
    let others = fits.flatMap { found in found.entry.lookalikes.filter { $0.keys.contains(found.map.name) } }
    guard fits.count > 1 || !others.isEmpty else { return fits[0] }
    let names = fits.map(\.entry.name) + others.map(\.name)
    for hint in hints {
      guard let name = hint.decides(among: names) else { continue }
      if let found = fits.first(where: { $0.entry.name == name }) { return found }
      let other = others.first { $0.name == name }
      throw ModelError(
        "\(file) is of \(name) by \(hint.source), which is not supported: it has the arrays of \(fits[0].entry.name), "
          + "but \(other?.difference ?? "differs")")
    }
    let own = fits.map(\.entry.name).joined(separator: " and ")
    let foreign = others.isEmpty ? "" : " (and \(others.map(\.name).joined(separator: ", ")), not supported)"
    throw ModelError(
      "\(file) fits \(own)\(foreign), which have the same arrays: name the one that it is as the backbone")
  }

  /// Several times as many arrays as any encoder has.
  private static let mostArrays = 10_000

  /// The error for arrays that fit no encoder.
  private static func complaint(
    _ parts: [[StateArray]], _ entries: [BackboneEntry], _ backbone: String?, _ keys: String?, _ own: Bool,
    _ isAuthors: Bool, _ file: String
  ) throws -> ModelError {
    var best: EncoderRecognition?
    // We try all arrays, and those below the start that their names have in common.
    let whole = parts.last { $0.count == parts.first?.count } ?? []
    // To compare each name with those of every encoder would take minutes, and say nothing.
    guard whole.count <= mostArrays else {
      let what = backbone.map { "does not fit \($0)" } ?? "fits no encoder"
      return ModelError("\(file) \(what): its \(whole.count) arrays are far more than an encoder has")
    }
    for part in [whole] + parts.filter({ $0.count < whole.count }).prefix(4) {
      for entry in entries {
        try Cancellation.check()
        let maps = maps(entry, keys: keys, own: own, isAuthors: isAuthors)
        for found in try candidates(entry, part, maps, needsHead: isAuthors)
        where best == nil || found.rank < best?.rank ?? (0, 0) {
          best = found
        }
      }
      // Fewer arrays are told about only where the whole shows nothing.
      if let best, best.match.pairs.count > 4 { break }
    }
    guard let best else {
      let known = Set(entries.flatMap { $0.keyMaps.map(\.name) })
      if let keys, !known.contains(keys) {
        return ModelError(
          "\(file): no key map is called '\(keys)'" + NearestName.hint(keys, in: known.sorted()))
      }
      let (what, than) =
        backbone.map { ("does not fit \($0)", "it has") } ?? ("fits no encoder", "the smallest has")
      return ModelError(
        "\(file) \(what): its \(whole.count) arrays hold \(whole.numbers) numbers, far fewer than \(than)")
    }
    let nearest = backbone == nil ? "fits no encoder; the nearest is" : "does not fit"
    return ModelError(
      "\(file) \(nearest) \(best.entry.name) (keys of \(best.map.name)): \(best.match.complaint)")
  }

  /// The key maps to try, in order.
  private static func maps(_ entry: BackboneEntry, keys: String?, own: Bool, isAuthors: Bool) -> [KeyMap] {
    // The authors often use another program's keys: which is meant follows from where the arrays are.
    let others = isAuthors ? [] : entry.keyMaps.filter { $0.name != "authors" }
    // An encoder's own keys are known for every encoder.
    let maps = (own ? [] : others + entry.keyMaps) + [.same("gfnet-lab")]
    return maps.filter { keys == nil || $0.name == keys }
  }

  /// The order of candidates: most pairs first, then fewest arrays that found no partner.
  private var rank: (Int, Int) { (-match.pairs.count, match.problems) }

  private static func candidates(
    _ entry: BackboneEntry, _ arrays: [StateArray], _ maps: [KeyMap], needsHead: Bool
  ) throws -> [EncoderRecognition] {
    guard !maps.isEmpty, let skeleton = try Skeleton.of(entry, for: arrays) else { return [] }
    let classifier = skeleton.classifier
    return try maps.map { map in
      // The encoder is built with as many classes as the file's classifier has.
      try Cancellation.check()
      let given = arrays.first { map.rename($0.name).map(classifier.contains) ?? false }
      let hasHead = needsHead || given != nil
      let classes = given?.shape.first.flatMap { (1...1_000_000).contains($0) ? $0 : nil } ?? Skeleton.probe
      let fitted = skeleton.slots.compactMap { slot -> StateMatch.Slot? in
        guard classifier.contains(slot.name) else { return slot }
        return hasHead
          ? StateMatch.Slot(
            name: slot.name, shape: [classes] + slot.shape.dropFirst(), isInteger: slot.isInteger) : nil
      }
      return EncoderRecognition(
        entry, map, hasHead ? classes : 0, fitted, try StateMatch(arrays, to: fitted, by: map))
    }
  }
}

/// The names and shapes of an encoder's arrays.
private struct Skeleton: Sendable {
  let slots: [StateMatch.Slot]
  /// The names of the classifier's arrays.
  let classifier: Set<String>
  /// Numbers in the arrays without the classifier, and in the classifier for each class.
  private let numbers, numbersPerClass: Int

  /// A number of classes that no layer has as its width, so that the classifier's arrays show themselves.
  static let probe = 7

  private init(_ slots: [StateMatch.Slot]) {
    self.slots = slots
    let head = slots.filter { $0.shape.first == Self.probe }
    classifier = Set(head.map(\.name))
    func count(_ slots: [StateMatch.Slot]) -> Int {
      slots.reduce(0) { $1.isInteger ? $0 : $0 + $1.shape.reduce(1, *) }
    }
    numbersPerClass = count(head) / Self.probe
    numbers = count(slots) - count(head)
  }

  /// True where arrays with so many numbers may be this encoder, with some classifier or none.
  func canHold(_ count: Int) -> Bool {
    let rest = count - numbers
    return rest == 0 || rest > 0 && numbersPerClass > 0 && rest.isMultiple(of: numbersPerClass)
  }

  private static let known = Mutex<[String: Skeleton]>([:])

  /// The arrays of an encoder; nil where it is much larger than what the file holds, and so cannot be meant.
  static func of(_ entry: BackboneEntry, for arrays: [StateArray]) throws -> Skeleton? {
    let room = 6 * arrays.reduce(0) { $0 + $1.shape.reduce(1, *) } + 512 * arrays.count + 8 << 20
    if let found = known.withLock({ $0[entry.name] }) { return 4 * found.numbers <= room ? found : nil }
    let buffers = ComputeContext.current.buffers
    // What was built only to be compared is not kept.
    defer { buffers.trim() }
    do {
      let made = Skeleton(try buffers.limited(to: room) { try entry.build(probe).slots })
      known.withLock { $0[entry.name] = made }
      return made
    } catch is AllowanceExceeded {
      return nil
    }
  }
}
