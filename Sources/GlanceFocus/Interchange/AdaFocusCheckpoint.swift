import Backbones
import Checkpoints
import Compute
import NeuralNet
import Support
import Tensor

/// A network of AdaFocus on TSM (`blackfeather-wang/AdaFocus`, Something-Something) as its code saves it: `glancer`,
/// `focuser`, `fc` and `policy`, matched with a network of two steps.
///
/// Its answer is the sum of the mean logits of the frames of the glance and of those of patches, which are other frames of the
/// video. The file says what its arrays show; sizes in pixels and the frames of patches they do not.
struct AdaFocusCheckpoint: NetworkCheckpoint {
  let path: FilePath
  let configuration: Configuration
  let results = StoredResults()
  let notes: [String]
  let parts: [CheckpointPart]

  /// What its code takes where nothing else is said.
  private static let usual = (patch: 144, image: 224, glance: 224, glanceFrames: 8, focusFrames: 12)

  /// The arrays of the file, those of encoders by TSM's names.
  private struct Arrays {
    let glancer, focuser, policy: [StateArray]

    init(_ root: PyTorchDictionary, path: FilePath) throws {
      func arrays(_ key: String) throws -> [StateArray] {
        guard let dictionary = root[key]?.dictionary else { return [] }
        return try [StateArray](dictionary, file: path.shown).unwrapped()
      }
      func renamed(_ arrays: [StateArray], _ name: (String) -> String?) -> [StateArray] {
        arrays.compactMap { array in name(array.name).map { array.renamed($0) } }
      }
      let stored = try arrays("focuser")
      glancer = try renamed(arrays("glancer"), AdaFocusNames.encoder)
      focuser =
        renamed(stored, AdaFocusNames.encoder) + renamed(try arrays("fc"), AdaFocusNames.classifier)
      let own = try arrays("policy")
      policy = own.isEmpty ? renamed(stored, AdaFocusNames.policy(inFocuser:)) : own
      for (key, found) in [("glancer", glancer), ("focuser", focuser)] where found.isEmpty {
        throw ModelError("\(path): the file holds no arrays of \(key) (net.…)")
      }
    }
  }

  /// - Throws: ``ModelError`` that lists every array that does not fit, or names what is not supported.
  init(_ root: PyTorchDictionary, choices: CheckpointChoices, path: FilePath) throws {
    try ModelError.require(
      choices.shift.frames == nil,
      "\(path) holds a network of AdaFocus, whose glance and patches see frames of their own: name both numbers"
    )
    let arrays = try Arrays(root, path: path)
    let policy = try AdaFocusPolicyShape(arrays.policy, path: path)
    var notes: [String] = []
    let glanceFrames = try Self.glanceFrames(arrays.glancer, policy, choices, path, &notes)
    let focusFrames = choices.focusFrames ?? Self.usual.focusFrames
    if choices.focusFrames == nil {
      notes.append("the file gives no frames of patches; \(focusFrames) assumed")
    }
    let glance = try AdaFocusEncoder(
      arrays.glancer, key: "glancer", frames: glanceFrames, choices.shift, backbone: nil, path: path)
    let focus = try AdaFocusEncoder(
      arrays.focuser, key: "focuser", frames: focusFrames, choices.shift, backbone: choices.backbone,
      path: path)
    try ModelError.require(
      glance.found.classes == focus.found.classes,
      "\(path): the glancer has \(glance.found.classes) classes, the focuser \(focus.found.classes)")
    for encoder in [glance, focus] where encoder.exchange != nil && choices.shift.divisor == nil {
      notes.append(
        "\(encoder.key): nothing says what part of the channels moves; divisor \(FrameShift.usualDivisor) assumed"
      )
    }
    func size(_ given: Int?, _ usual: Int, _ what: String) -> Int {
      if given == nil { notes.append("the file gives no \(what); \(usual) assumed") }
      return given ?? usual
    }
    var configuration = try Configuration(
      backbone: .named(focus.found.entry.name),
      patchSize: size(choices.patchSize, Self.usual.patch, "patch size"),
      imageSize: size(choices.imageSize, Self.usual.image, "image size"), steps: choices.steps ?? 2,
      classes: focus.found.classes,
      clips: ClipForm(separateGlance: glanceFrames, focus: focusFrames, exchange: focus.exchange),
      glance: GlanceForm(
        .named(glance.found.entry.name),
        size: Self.glanceSize(glance.found.entry, policy, choices, path, &notes), exchange: glance.exchange))
    try ModelError.require(
      configuration.steps <= 2,
      "\(path) holds a network of AdaFocus, which has two steps, not \(configuration.steps)")
    configuration.interpolation = .nearest
    configuration.classifier = .sum
    configuration.policyEncoder = policy.encoder
    configuration.policyUnits = policy.units
    parts = try Self.parts(arrays, glance.found, focus.found, configuration, path: path)
    try CheckpointPart.check(parts, file: path, network: "AdaFocus")
    if arrays.policy.isEmpty {
      notes.append("the file holds no policy (trained in stage 2); its weights are random")
    }
    self.path = path
    self.configuration = configuration
    self.notes = notes
  }

  /// The frames of the glance, whose maps lie side by side in what the policy reads.
  private static func glanceFrames(
    _ glancer: [StateArray], _ policy: AdaFocusPolicyShape, _ choices: CheckpointChoices, _ path: FilePath,
    _ notes: inout [String]
  ) throws -> Int {
    let last = glancer.last { $0.name.hasSuffix("classifier.weight") || $0.name.hasSuffix("fc.weight") }
    guard let channels = policy.channels, let one = last?.shape.last, one > 0, channels.isMultiple(of: one)
    else {
      if choices.glanceFrames == nil {
        notes.append("the file gives no frames of the glance; \(usual.glanceFrames) assumed")
      }
      return choices.glanceFrames ?? usual.glanceFrames
    }
    let frames = channels / one
    try ModelError.require(
      choices.glanceFrames ?? frames == frames,
      "\(path): its policy reads the maps of \(frames) frames of the glance, not of \(choices.glanceFrames ?? 0)"
    )
    return frames
  }

  /// The side of the glance: the given one, or the largest that gives the map which the policy reads.
  private static func glanceSize(
    _ entry: BackboneEntry, _ policy: AdaFocusPolicyShape, _ choices: CheckpointChoices, _ path: FilePath,
    _ notes: inout [String]
  ) throws -> Int {
    guard let side = policy.mapSide else {
      if choices.glanceSize == nil { notes.append("the file gives no glance size; \(usual.glance) assumed") }
      return choices.glanceSize ?? usual.glance
    }
    guard let given = choices.glanceSize else {
      let size = entry.stride * side
      notes.append(
        "the policy reads maps of \(side)×\(side) cells: the glance is taken for \(size)×\(size) pixels")
      return size
    }
    try ModelError.require(
      (1...4096).contains(given) && entry.mapSide(given) == side,
      "\(path): its policy reads maps of \(side)×\(side) cells, which a glance of \(given)×\(given) pixels does not give"
    )
    return given
  }

  private static func parts(
    _ arrays: Arrays, _ glance: EncoderRecognition, _ focus: EncoderRecognition,
    _ configuration: Configuration,
    path: FilePath
  ) throws -> [CheckpointPart] {
    // Shapes are the file's word: the policy that they ask for must not take far more memory than the file's arrays. A
    // policy with 1024 units, which a file may leave out, takes up to 100 MB.
    let numbers = arrays.policy.numbers + arrays.glancer.numbers + arrays.focuser.numbers
    let room = 8 * numbers + 128 << 20
    let slots: [StateMatch.Slot]
    do {
      slots = try ComputeContext.current.buffers.limited(to: room) {
        try PatchProposal(configuration, glance: glance.entry.build(1), patch: focus.entry.build(1)).slots
      }
    } catch is AllowanceExceeded {
      throw ModelError("\(path): sizes and frames ask for a policy far larger than the file")
    }
    return [
      CheckpointPart(key: "glancer", prefix: "model_prime.", slots: glance.slots, match: glance.match),
      CheckpointPart(key: "focuser and fc", prefix: "model.", slots: focus.slots, match: focus.match),
      CheckpointPart(
        key: "policy", prefix: "policy.", slots: slots,
        match: try arrays.policy.isEmpty ? nil : StateMatch(arrays.policy, to: slots, by: .same("adafocus"))),
    ]
  }
}

/// What the shapes of a policy's arrays say of the network around it; nothing where there is none.
private struct AdaFocusPolicyShape {
  var encoder = Configuration.PolicyEncoder.normalized
  var units = 1024
  /// Channels and side of the maps that it reads.
  var channels, mapSide: Int?

  init(_ arrays: [StateArray], path: FilePath) throws {
    guard !arrays.isEmpty else { return }
    func shape(_ name: String) -> [Int]? { arrays.first { $0.name == name }?.shape }
    if let actor = shape("actor.0.weight"), actor.first != 2 {
      throw ModelError(
        "\(path): its policy chooses among \(actor.first ?? 0) places of a grid, which is not supported; expected a row and a column"
      )
    }
    // Without batch norms the linear layer is the fourth, behind an activation.
    encoder = shape("state_encoder.1.weight") == nil ? .convolution : .normalized
    if let memory = shape("gru.weight_hh_l0"), memory.count == 2, memory[1] > 0 { units = memory[1] }
    guard let first = shape("state_encoder.0.weight"), first.count == 4,
      let linear = shape(encoder == .normalized ? "state_encoder.4.weight" : "state_encoder.3.weight"),
      linear.count == 2, first[0] > 0, first[1] > 0
    else { return }
    channels = first[1]
    let cells = linear[1] / first[0]
    mapSide = (1...256).first { $0 * $0 == cells }
  }
}

/// An encoder of the file, and how frames exchange channels in it.
private struct AdaFocusEncoder {
  let key: String
  let found: EncoderRecognition
  let exchange: ClipForm.Exchange?

  init(
    _ arrays: [StateArray], key: String, frames: Int, _ told: TemporalShiftClues, backbone: String?,
    path: FilePath
  ) throws {
    self.key = key
    let keys = arrays.map(\.name)
    let place = "\(path) (\(key))"
    var clues = told
    clues.frames = frames
    clues.read(keys: keys)
    // What is not supported is refused with or without a shift.
    let options = try clues.options(of: place)
    let shift = clues.isShifted ? options : nil
    let known =
      try backbone.map { [try BackboneRegistry.entry(TemporalShiftClues.backbone($0))] }
      ?? BackboneRegistry.entries.filter(\.takesTemporalShift)
    found = try EncoderRecognition(
      arrays, backbone: nil, keys: KeyMap.temporalShift, prefix: "",
      among: known.map { try $0.known(byTSMAs: shift) },
      file: place)
    try ModelError.require(found.classes > 0, "\(place) holds no classifier")
    try TemporalShiftClues.check(found, keys: shift == nil ? [] : keys, file: place)
    exchange = shift.map { ClipForm.Exchange($0) }
  }
}
