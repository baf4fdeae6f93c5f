import Backbones
import Foundation
import NeuralNet
import Support
import Tensor
import TestSupport
import Testing

/// Encoders of images as those of clips: where frames exchange channels, and what stays as it was.
struct TemporalShiftTests {
  private static let names = BackboneRegistry.entries.filter(\.takesTemporalShift).map(\.name)

  private static func network(_ name: String, _ options: TemporalShiftOptions, classes: Int = 5) throws
    -> any Backbone
  {
    let network = try BackboneChoice.shifted(name, options).entry().build(classes)
    try network.initialize(seed: 4)
    return network
  }

  @Test func residualNetworksAndMobileNetV2TakeAShift() {
    #expect(
      Self.names == [
        "resnet18", "resnet34", "resnet50", "resnet101", "mobilenetv2_100", "resnet_tiny_16",
        "resnet_tiny_24", "resnet_tiny_32", "resnet_tiny_32d",
      ])
  }

  /// Published: before conv1 of every block, in networks of 23 and more blocks in stage 3 of every second one; in
  /// MobileNetV2 before ten expansions.
  @Test(arguments: [
    ("resnet18", 8, 8), ("resnet34", 16, 16), ("resnet50", 16, 16), ("resnet101", 18, 33),
    ("mobilenetv2_100", 10, 10), ("resnet_tiny_32d", 5, 5),
  ])
  func shiftsStandWhereTheyArePublished(_ name: String, residual: Int, block: Int) throws {
    for (place, count) in [(TemporalShiftOptions.Place.residual, residual), (.block, block)] {
      let network = try Self.network(name, TemporalShiftOptions(frames: 4, place: place))
      #expect(network.temporallyShiftedParts.count == count, "\(place)")
    }
    let parts = try Self.network("mobilenetv2_100", TemporalShiftOptions(frames: 8)).temporallyShiftedParts
    #expect(
      parts
        == Set(
          ["1.1", "2.1", "2.2", "3.1", "3.2", "3.3", "4.1", "4.2", "5.1", "5.2"].map {
            "blocks.\($0).conv_pw"
          }))
  }

  /// So that weights of image encoders, such as those trained on ImageNet, become those of clips.
  @Test(arguments: names, TemporalShiftOptions.Place.allCases)
  func arraysAreThoseOfTheImageEncoder(_ name: String, _ place: TemporalShiftOptions.Place) throws {
    let plain = try BackboneRegistry.entry(name).build(3)
    let shifted = try Self.network(name, TemporalShiftOptions(frames: 2, place: place), classes: 3)
    #expect(shifted.state.map(\.name) == plain.state.map(\.name))
    #expect(
      shifted.state.map { $0.entry.value.shape } == plain.state.map { $0.entry.value.shape })
    #expect(shifted.clipFrames == 2 && plain.clipFrames == nil)
  }

  /// In the first block the residual branch sees other frames and the shortcut does not; with the whole block shifted both
  /// do. The block itself, evaluated on tensors that were shifted by hand, must give the same.
  @Test(arguments: TemporalShiftOptions.Place.allCases)
  func aBlockSeesItsNeighbours(_ place: TemporalShiftOptions.Place) throws {
    let options = TemporalShiftOptions(frames: 3, divisor: 4, place: place)
    let clips = try Tensor.formula("clips", [1, 3, 3, 32, 32])
    let encoded = try Self.network("resnet_tiny_16", options).encode(clips: clips, .evaluation)
    let images = try BackboneRegistry.entry("resnet_tiny_16").build(5)
    try images.initialize(seed: 4)
    let plain = try images.encode(clips: clips, .evaluation)
    #expect(encoded.features.shape == [1, 3, 64] && encoded.map.shape == [1, 3, 64, 4, 4])
    #expect(try !encoded.features.isClose(to: plain.features, relative: 1e-2))
    // A frame that has no neighbours differs too: zeros come in the place of its channels.
    let single = TemporalShiftOptions(frames: 1, divisor: 4, place: place)
    let alone = try Self.network("resnet_tiny_16", single).encode(
      clips.sliced(1, 0..<1).reshaped([1, 3, 32, 32]), .evaluation)
    #expect(
      try !alone.features.isClose(to: plain.features.sliced(1, 0..<1).reshaped([1, 64]), relative: 1e-2))
  }

  @Test(arguments: [false, true]) func clipsDoNotSeeEachOther(pastOnly: Bool) throws {
    let options = TemporalShiftOptions(frames: 4, pastOnly: pastOnly)
    let network = try Self.network("resnet_tiny_16", options)
    let clips = try Tensor.formula("clips", [3, 4, 3, 24, 24])
    let together = try network.encode(clips: clips, .evaluation).features
    for index in 0..<3 {
      let alone = try network.encode(clips: clips.sliced(0, index..<index + 1), .evaluation).features
      try assertClose(alone, together.sliced(0, index..<index + 1), relative: 1e-4, absolute: 1e-5)
    }
    // A later frame changes earlier ones where channels come from it, and none where they come from the past alone.
    let parts = try (0..<4).map { try clips.sliced(1, $0..<$0 + 1) }
    let changed = try Tensor.concatenated(parts.dropLast() + [parts[3] * 2], axis: 1)
    let after = try network.encode(clips: changed, .evaluation).features
    let first = try after.sliced(1, 0..<1).isClose(to: together.sliced(1, 0..<1), absolute: 1e-6)
    #expect(first == pastOnly)
  }

  @Test func logitsOfFramesAreThoseOfTheirFeatures() throws {
    let network = try Self.network("resnet_tiny_16", TemporalShiftOptions(frames: 2))
    let features = try network.encode(clips: Tensor.formula("clips", [2, 2, 3, 24, 24]), .evaluation).features
    let logits = try network.classify(eachRowOf: features, .evaluation)
    #expect(logits.shape == [2, 2, 5])
    try assertClose(
      logits.reshaped([4, 5]), network.classify(features.reshaped([4, 64]), .evaluation), absolute: 1e-6)
  }

  @Test func whatDoesNotFitIsRefusedInOneLine() throws {
    func message(_ run: () throws -> Void) -> String {
      do {
        try run()
        return "nothing was refused"
      } catch {
        return "\(error)"
      }
    }
    let densenet = message { _ = try BackboneChoice.shifted("densenet121", .init(frames: 8)).entry() }
    #expect(densenet.hasPrefix("densenet121 has no residual blocks that a temporal shift is known for"))
    #expect(densenet.contains("resnet50, resnet101, mobilenetv2_100"))
    #expect(
      message { _ = try BackboneChoice.shifted("resnet18", .init(frames: 0)).entry() }
        == "temporal shift: frames is 0, expected 1 to 1048576")
    #expect(
      message { _ = try BackboneChoice.shifted("resnet18", .init(frames: 2, divisor: 1)).entry() }
        == "temporal shift: divisor is 1, expected 2 to 1048576")
    #expect(
      message {
        _ = try BackboneChoice.shifted("resnet18", .init(frames: 2, divisor: 1, pastOnly: true)).entry()
      } == "nothing was refused")
    let network = try Self.network("resnet_tiny_16", TemporalShiftOptions(frames: 4))
    #expect(
      message { _ = try network.encode(Tensor.zeros([6, 3, 24, 24]), .evaluation) }
        == "temporal_shift: 6 rows are no whole clips of 4 frames")
    #expect(
      message { _ = try network.encode(clips: Tensor.zeros([2, 2, 3, 24, 24]), .evaluation) }
        == "encode: clips of 2 frames, and the encoder is made for 4")
    #expect(
      message { _ = try network.encode(clips: Tensor.zeros([4, 3, 24, 24]), .evaluation) }
        == "encode: needs clips × frames × 3 × height × width, not shape 4×3×24×24")
  }

  /// What files of ours keep.
  @Test func optionsAreReadAsTheyWereWritten() throws {
    let options = TemporalShiftOptions(frames: 16, divisor: 4, pastOnly: true, place: .block)
    let text = try JSONEncoder().encode(options)
    #expect(try JSONDecoder().decode(TemporalShiftOptions.self, from: text) == options)
    let defaults = Dictionary(
      uniqueKeysWithValues: TemporalShiftOptions.settings.map {
        ($0.name, $0.defaultValue ?? .boolean(false))
      })
    #expect(TemporalShiftOptions(settings: defaults) == nil)
    var given = defaults
    given["frames"] = .integer(8)
    #expect(TemporalShiftOptions(settings: given) == TemporalShiftOptions(frames: 8))
    #expect(TemporalShiftOptions.settings.allSatisfy { $0.defaultValue.map($0.objection) ?? "" == nil })
  }
}
