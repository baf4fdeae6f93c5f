import Backbones
import GlanceFocus
import NeuralNet
import Support

/// An image encoder as scripts hold it.
final class EncoderHandle {
  let encoder: any Backbone
  let backbone: String
  /// How the frames of clips exchange channels; nil for encoders of images.
  let shift: TemporalShiftOptions?
  /// The number of classes; 0 where the file holds no classifier.
  let classes: Int
  /// The name that it was asked for by.
  let name: String
  /// The bytes of the weights, for the collector.
  let weightBytes: Int
  /// What was chosen or left out when the file was read, a line each.
  let notes: [String]

  init(
    _ encoder: any Backbone, backbone: String, shift: TemporalShiftOptions?, classes: Int, name: String,
    notes: [String] = []
  ) {
    self.encoder = encoder
    self.backbone = backbone
    self.shift = shift
    self.classes = classes
    self.name = name
    weightBytes = encoder.heldBytes
    self.notes = notes
  }

  /// The encoder in `path`: a file of ours, or a state dictionary of another program.
  convenience init(
    contentsOf path: FilePath, backbone: String? = nil, keys: String? = nil, prefix: String? = nil,
    choice: StateDictionary.Choice = .init(), shift: TemporalShiftClues = .init(), sharesOptions: Bool = false
  ) throws {
    let name = path.shownStem
    let file = try CheckpointFile(path, choice: choice)
    if case .encoder(let stored) = file.content {
      let said: [(name: String, isOther: Bool)] = [
        ("backbone", backbone != nil && backbone != stored.backbone), ("keys", keys != nil),
        ("prefix", prefix != nil), ("ema", choice.ema != nil), ("weights", choice.weights != nil),
        ("frames", shift.frames != nil && shift.frames != stored.temporalShift?.frames),
        ("shift_divisor", shift.divisor != nil && shift.divisor != stored.temporalShift?.divisor),
        ("shift_place", shift.place != nil && shift.place != stored.temporalShift?.place),
        ("past_only", shift.pastOnly != nil && shift.pastOnly != stored.temporalShift?.pastOnly),
      ]
      if !sharesOptions, let (name, _) = said.first(where: \.isOther) {
        throw LuaError("\(path) is a file of gfnet-lab, which says all of itself; leave \(name) out")
      }
      self.init(
        try stored.encoder(), backbone: stored.backbone, shift: stored.temporalShift,
        classes: stored.classes, name: name)
      return
    }
    let imported = try CheckpointImport(
      file, kind: .encoder, keys: keys, prefix: prefix, choices: .init(backbone: backbone), shift: shift)
    guard case .encoder(let encoder) = imported else { throw LuaError("\(path) holds no plain encoder") }
    self.init(
      try encoder.encoder(), backbone: encoder.entry.name, shift: encoder.entry.temporalShift,
      classes: encoder.classes, name: name, notes: encoder.notes)
  }

  /// The encoder as one that a model can be made of.
  var choice: BackboneChoice { shift.map { .shifted(backbone, $0) } ?? .named(backbone) }
}
