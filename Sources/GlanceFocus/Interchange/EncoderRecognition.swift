import Backbones
import NeuralNet
import OneDNN
import Support

/// Finds the encoder that a state dictionary belongs to.
struct EncoderRecognition {
  let entry: BackboneEntry
  /// Whose keys the dictionary has.
  let map: KeyMap
  let classes: Int
  let match: StateMatch
  /// The encoder's arrays.
  let slots: [StateMatch.Slot]

  /// A number of classes that no layer has as its width, so that the classifier's arrays show themselves.
  private static let probe = 7

  /// - Parameters:
  ///   - backbone: the only encoder that is tried; all when nil.
  ///   - keys: the only key map that is tried, by name; all when nil.
  ///   - own: the keys are the encoder's own.
  ///   - isAuthors: the arrays are of a checkpoint of the paper's authors.
  ///   - file: named in errors.
  /// - Throws: ``ModelError`` that lists what does not fit the nearest encoder.
  init(
    _ arrays: [StateArray], backbone: String?, keys: String? = nil, own: Bool = false,
    isAuthors: Bool = false,
    file: String
  ) throws {
    let entries = try backbone.map { [try BackboneRegistry.entry($0)] } ?? BackboneRegistry.entries
    var best: EncoderRecognition?
    for entry in entries {
      try Cancellation.check()
      let maps = Self.maps(entry, keys: keys, own: own, isAuthors: isAuthors)
      for found in try Self.candidates(entry, arrays, maps) {
        if found.match.fits {
          if backbone == nil { try found.checkAlone(arrays, keys: keys, isAuthors: isAuthors, file: file) }
          self = found
          return
        }
        if best == nil || found.rank < best?.rank ?? (0, 0) { best = found }
      }
    }
    guard let best else {
      let known = Set(entries.flatMap { $0.keyMaps.map(\.name) })
      if let keys, !known.contains(keys) {
        throw ModelError(
          "\(file): no key map is called '\(keys)'" + NearestName.hint(keys, in: known.sorted()))
      }
      let (what, than) =
        backbone.map { ("does not fit \($0)", "it has") } ?? ("fits no encoder", "the smallest has")
      throw ModelError(
        "\(file) \(what): its \(arrays.count) arrays hold \(Self.numbers(arrays)) numbers, far fewer than \(than)"
      )
    }
    let nearest = backbone == nil ? "fits no encoder; the nearest is" : "does not fit"
    throw ModelError(
      "\(file) \(nearest) \(best.entry.name) (keys of \(best.map.name)): \(best.match.complaint)")
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

  /// The key maps to try, in order.
  private static func maps(_ entry: BackboneEntry, keys: String?, own: Bool, isAuthors: Bool) -> [KeyMap] {
    // The authors often use another program's keys: which is meant follows from where the arrays are.
    let others = isAuthors ? [] : entry.keyMaps.filter { $0.name != "authors" }
    // Its own keys are known for every encoder.
    let maps = (own ? [] : others + entry.keyMaps) + [.same("gfnet-lab")]
    return maps.filter { keys == nil || $0.name == keys }
  }

  /// Throws where another encoder of the family has the same arrays: some differ in padding alone.
  private func checkAlone(_ arrays: [StateArray], keys: String?, isAuthors: Bool, file: String) throws {
    for other in BackboneRegistry.entries where other.family == entry.family && other.name != entry.name {
      // By the same program's keys; what fits by its own keys alone says nothing.
      let maps = Self.maps(other, keys: keys, own: false, isAuthors: isAuthors).filter { $0.name == map.name }
      guard try Self.candidates(other, arrays, maps).contains(where: { $0.match.fits }) else { continue }
      throw ModelError(
        "\(file) fits \(entry.name) and \(other.name), which have the same arrays: name one as the backbone")
    }
  }

  /// Fewer arrays that found no partner first.
  private var rank: (Int, Int) { (-match.pairs.count, match.problems) }

  private static func numbers(_ arrays: [StateArray]) -> Int {
    arrays.reduce(0) { $0 + $1.shape.reduce(1, *) }
  }

  /// The arrays of an encoder; nil where it is much larger than what the file holds, and so cannot be meant.
  private static func slots(_ entry: BackboneEntry, for arrays: [StateArray]) throws -> [StateMatch.Slot]? {
    let buffers = try ComputeContext.current.buffers
    // What was built only to be compared is not kept.
    defer { buffers.trim() }
    let room = 6 * numbers(arrays) + 512 * arrays.count + 8 << 20
    do {
      return try buffers.limited(to: room) { try entry.build(probe).slots }
    } catch is OneDNNError {
      return nil
    }
  }

  private static func candidates(
    _ entry: BackboneEntry, _ arrays: [StateArray], _ maps: [KeyMap]
  ) throws -> [EncoderRecognition] {
    guard !maps.isEmpty, let slots = try slots(entry, for: arrays) else { return [] }
    let classifier = Set(slots.filter { $0.shape.first == probe }.map(\.name))
    return maps.map { map in
      // As many classes as the file's classifier has.
      let given = arrays.first { map.rename($0.name).map(classifier.contains) ?? false }?.shape.first
      let classes = given.flatMap { (1...1_000_000).contains($0) ? $0 : nil } ?? probe
      let fitted = slots.map { slot in
        classifier.contains(slot.name)
          ? StateMatch.Slot(
            name: slot.name, shape: [classes] + slot.shape.dropFirst(), isInteger: slot.isInteger) : slot
      }
      return EncoderRecognition(entry, map, classes, fitted, StateMatch(arrays, to: fitted, by: map))
    }
  }
}
