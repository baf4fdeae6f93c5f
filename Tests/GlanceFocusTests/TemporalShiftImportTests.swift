import Backbones
import Checkpoints
import Foundation
import GlanceFocus
import NeuralNet
import Support
import Tensor
import TestSupport
import Testing

/// Files of TSM, the temporal shift module: what they, their names and the caller say of an encoder of clips.
@Suite struct TemporalShiftImportTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static let name = "TSM_jester_RGB_resnet18_shift8_blockres_avg_segment4_e45.pth.tar"

  /// What a network of TSM holds under its names.
  private func arrays(
    _ name: String = "resnet_tiny_16", _ place: TemporalShiftOptions.Place? = .residual,
    head: String = "new_fc"
  ) throws -> (network: any Backbone, arrays: [(String, PickleTree)]) {
    let options = place.map { TemporalShiftOptions(frames: 4, place: $0) }
    let network =
      try options.map { try BackboneChoice.shifted(name, $0).entry().build(6) }
      ?? BackboneRegistry.entry(name).build(6)
    try network.initialize(seed: 8)
    let shifted = network.temporallyShiftedParts
    let state = network.state.map { key, entry -> (String, PickleTree) in
      var theirs = "base_model." + key
      if let part = shifted.first(where: { key.hasPrefix($0 + ".") }) {
        theirs = "base_model.\(part).net." + key.dropFirst(part.count + 1)
      }
      if key.hasPrefix("fc.") { theirs = head + key.dropFirst(2) }
      let values = (try? entry.value.values()) ?? []
      if case .buffer(let buffer) = entry, buffer.isInteger {
        return (
          "module." + theirs, .integers(shape: entry.value.shape.sizes, values.map { Int64($0) })
        )
      }
      return ("module." + theirs, .tensor(shape: entry.value.shape.sizes, values))
    }
    return (network, state)
  }

  private func write(_ arrays: [(String, PickleTree)], as name: String = Self.name) throws -> FilePath {
    let file: [(String, PickleTree)] = [
      ("epoch", .int(45)), ("arch", .string("resnet18")), ("state_dict", .dictionary(arrays)),
      ("best_prec1", .double(50)),
    ]
    return try folder.write([UInt8](PickleTree.dictionary(file).file(legacy: false)), name)
  }

  private func imported(_ path: FilePath, _ clues: TemporalShiftClues = .init()) throws -> ImportedEncoder {
    let result = try CheckpointImport(CheckpointFile(path), shift: clues)
    guard case .encoder(let encoder) = result else { throw ModelError("no encoder") }
    return encoder
  }

  private func refusal(_ path: FilePath, _ clues: TemporalShiftClues = .init()) throws -> String {
    let error = #expect(throws: ModelError.self) { try imported(path, clues) }
    let text = try #require(error).description
    #expect(!text.contains("\n"))
    return text
  }

  @Test(arguments: TemporalShiftOptions.Place.allCases, ["new_fc", "base_model.fc"])
  func aFileOfTSMBecomesAnEncoderOfClips(_ place: TemporalShiftOptions.Place, head: String) throws {
    let (network, arrays) = try arrays(
      place == .block ? "resnet_tiny_32d" : "resnet_tiny_16", place, head: head)
    let encoder = try imported(write(arrays))
    #expect(encoder.entry.temporalShift == TemporalShiftOptions(frames: 4, place: place))
    #expect(encoder.classes == 6 && encoder.keys == "tsm")
    let clips = try Tensor.formula("clips", [2, 4, 3, 24, 24])
    let expected = try network.encode(clips: clips, .evaluation).features
    #expect(try encoder.encoder().encode(clips: clips, .evaluation).features.values() == expected.values())
    // And so does the file of ours that it is written to.
    let out = folder.path / "encoder.safetensors"
    try encoder.write(to: out)
    guard case .encoder(let file) = try CheckpointFile(out).content else {
      Issue.record("no encoder")
      return
    }
    #expect(file.temporalShift == encoder.entry.temporalShift)
    #expect(try file.encoder().encode(clips: clips, .evaluation).features.values() == expected.values())
  }

  /// The program that trained them names a folder, and the file `ckpt.best.pth.tar`.
  @Test func aFoldersNameSaysAsMuch() throws {
    let inner = FilePath("TSM_ucf101_RGB_resnet18_shift4_blockres_avg_segment16_e25_kinetics")
    try FileManager.default.createDirectory(
      atPath: (folder.path / inner.shown).shown, withIntermediateDirectories: true)
    let path = try write(arrays().arrays, as: inner.shown + "/ckpt.best.pth.tar")
    #expect(try imported(path).entry.temporalShift == TemporalShiftOptions(frames: 16, divisor: 4))
  }

  @Test func whatTheCallerSaysComesFirst() throws {
    let path = try write(arrays().arrays, as: "checkpoint.pth")
    let text = try refusal(path)
    #expect(text.contains("but frames (F) and divisor of the shift are not known"))
    #expect(text.contains("shift8_blockres_avg_segment8"))
    let partly = try refusal(path, .init(divisor: 8))
    #expect(partly.contains("but frames (F) is not known"))
    let found = try imported(path, .init(frames: 2, divisor: 4))
    #expect(found.entry.temporalShift == TemporalShiftOptions(frames: 2, divisor: 4))
    #expect(found.notes == [])
    let assumed = try imported(path, .init(frames: 2))
    #expect(assumed.entry.temporalShift == TemporalShiftOptions(frames: 2))
    #expect(assumed.notes.count == 1 && assumed.notes[0].contains("divisor 8 assumed"))
    // Trained on four frames, evaluated on eight.
    let longer = try imported(write(arrays().arrays), .init(frames: 8))
    #expect(longer.entry.temporalShift == TemporalShiftOptions(frames: 8))
  }

  @Test func weightsOfImageEncodersBecomeThoseOfClips() throws {
    let network = try BackboneRegistry.entry("resnet_tiny_16").build(6)
    try network.initialize(seed: 2)
    let state = try network.state.filter { !$0.name.hasSuffix("tracked") }.map {
      ($0.name, PickleTree.tensor(shape: $0.entry.value.shape.sizes, try $0.entry.value.values()))
    }
    let path = try folder.write(
      [UInt8](PickleTree.dictionary(state).file(legacy: false)), "resnet_tiny_16.pth")
    #expect(try imported(path).entry.temporalShift == nil)
    let clips = try imported(path, .init(frames: 8, pastOnly: true))
    #expect(clips.entry.temporalShift == TemporalShiftOptions(frames: 8, pastOnly: true))
  }

  /// Trained by the same program without a shift (TSN): frames are by themselves, whatever their number.
  @Test func withoutAShiftItIsAnEncoderOfImages() throws {
    let path = try write(
      arrays("resnet_tiny_16", nil).arrays, as: "TSM_kinetics_RGB_resnet18_avg_segment5_e50.pth")
    let encoder = try imported(path)
    #expect(encoder.entry.temporalShift == nil && encoder.keys == "tsm" && encoder.classes == 6)
  }

  @Test func whatIsNotThereIsRefusedByName() throws {
    let plain = try arrays().arrays
    func named(_ ending: String) -> String {
      "TSM_kinetics_RGB_resnet18_shift8_blockres_avg_segment4_e100\(ending).pth"
    }
    #expect(
      try refusal(write(plain, as: named("_dense_nl"))).contains("non-local blocks (nl), not supported"))
    let flow = "TSM_kinetics_Flow_resnet18_shift8_blockres_avg_segment4_e100.pth"
    #expect(try refusal(write(plain, as: flow)).contains("another input than RGB frames (Flow)"))
    let pooled = "TSM_kinetics_RGB_resnet18_shift8_blockres_tpool_avg_segment4_e100.pth"
    #expect(try refusal(write(plain, as: pooled)).contains("temporal pooling (tpool), not supported"))
    // The arrays say so, too.
    let extra = PickleTree.tensor(shape: [1], [0])
    let nonLocal = plain + [("module.base_model.layer2.0.nl.g.weight", extra)]
    #expect(try refusal(write(nonLocal)).contains("non-local blocks (nl)"))
    let layer = plain + [("module.base_model.layer2.net.0.bn1.weight", extra)]
    #expect(try refusal(write(layer)).contains("temporal pooling (tpool)"))
    // A dense training is like any other.
    #expect(try imported(write(plain, as: named("_dense"))).entry.temporalShift?.frames == 4)
  }

  @Test func shiftsThatStandElsewhereAreRefused() throws {
    let arrays = try arrays().arrays.map { key, tree in
      (key.replacing("layer3.0.conv1.net.", with: "layer3.0.conv1."), tree)
    }
    let text = try refusal(write(arrays))
    #expect(text.contains("has one before 3 parts, the file before 2; they differ at layer3.0.conv1"))
  }

  @Test func hostileNumbersInNamesAreRefused() throws {
    let path = try write(
      arrays().arrays, as: "TSM_x_RGB_resnet18_shift8_blockres_avg_segment99999999999999999999_e1.pth")
    #expect(try refusal(path).contains("frames (F)"))
    let large = try write(
      arrays().arrays, as: "TSM_x_RGB_resnet18_shift0_blockres_avg_segment4_e1.pth")
    #expect(throws: TemporalShiftError.self) { try imported(large) }
  }
}
