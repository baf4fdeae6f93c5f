import Backbones
import NeuralNet
import Support

/// The encoders that the arrays of a file may be where they are those of clips, and what is known of their shift.
struct TemporalShiftCandidates {
  /// The encoders to try.
  let entries: [BackboneEntry]
  /// What was taken from elsewhere than the file's name, a line each.
  private(set) var notes: [String] = []
  private let file: String
  /// The names of the arrays; empty where they are not those of TSM.
  private let keys: [String]

  /// Nil where neither the arrays nor the caller speak of clips.
  ///
  /// - Throws: ``ModelError`` that says what is missing, or what this program does not have; `UnknownBackbone`;
  ///   `TemporalShiftError`.
  init?(_ state: StateDictionary, backbone: String?, _ told: TemporalShiftClues) throws {
    file = state.path.shown
    let names = try state.arrays.unwrapped().map(\.name)
    let isOfTSM = TemporalShiftClues.areOfTSM(names)
    guard isOfTSM || !told.isEmpty else { return nil }
    var clues = told
    if isOfTSM {
      clues.read(keys: names)
      for hint in state.hints where !hint.isInside { clues.read(name: hint.text) }
    }
    keys = isOfTSM && clues.isShifted ? names : []
    let options = try clues.options(of: file)
    let known =
      try backbone.map { [try BackboneRegistry.entry(TemporalShiftClues.backbone($0))] }
      ?? BackboneRegistry.entries.filter(\.takesTemporalShift)
    // What TSM trained without a shift is an encoder of images under TSM's names.
    entries = try known.map {
      try $0.known(byTSMAs: isOfTSM && !clues.isShifted && told.isEmpty ? nil : options)
    }
    if let options, !keys.isEmpty, clues.divisor == nil {
      notes.append(
        "\(file): nothing says what part of the channels moves; divisor \(options.divisor) assumed")
    }
  }

  /// Refuses an encoder whose shifts stand elsewhere than in the file.
  func check(_ found: EncoderRecognition) throws {
    try TemporalShiftClues.check(found, keys: keys, file: file)
  }
}

extension TemporalShiftClues {
  /// Refuses an encoder whose shifts stand elsewhere than the names of a file's arrays say; there are none where these are
  /// empty.
  static func check(_ found: EncoderRecognition, keys: [String], file: String) throws {
    guard !keys.isEmpty, let options = found.entry.temporalShift else { return }
    let own = try found.entry.build(1).temporallyShiftedParts
    let theirs = shiftedParts(keys, by: found.map)
    guard let stranger = own.symmetricDifference(theirs).min() else { return }
    throw ModelError(
      "\(file): \(found.entry.name) with the shift at \(options.place.rawValue) has one before \(own.count) parts, "
        + "the file before \(theirs.count); they differ at \(ForeignText.printable(stranger))")
  }
}
