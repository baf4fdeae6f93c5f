import GlanceFocus
import Support
import Tensor
import TestSupport
import Testing
import Vision

/// Places of which each frame of a clip has its own.
@Suite struct FramePlaceTests {
  private static let form = ClipForm(frames: 4)

  private static func model(_ form: ClipForm = form, steps: Int = 3) throws -> GFNet {
    try GFNet(
      Configuration(
        backbone: .named("resnet_tiny_16"), patchSize: 24, imageSize: 64, steps: steps, classes: 2,
        clips: form),
      seed: 4)
  }

  private static func identity() -> Trace.Identity { .init(name: "m", digest: "1") }

  /// Looks at places that differ by image, step and frame, or that are the same in all frames.
  private struct Drawn: PatchSampler {
    let name = "drawn"
    var areAlike = false

    func propose(_ batch: SamplerBatch) -> [PatchPlaces] {
      (0..<batch.count).map { index in
        let random = batch.random(index)
        let places = (0..<batch.frames).map { frame in
          let draw = areAlike ? 0 : frame
          return PatchLocation(row: random.uniform(2 * draw), column: random.uniform(2 * draw + 1))
        }
        return .each(places)
      }
    }
  }

  /// The same places once for all frames.
  private struct Shared: PatchSampler {
    let name = "drawn"

    func propose(_ batch: SamplerBatch) -> [PatchPlaces] {
      Drawn(areAlike: true).propose(batch).map { .same($0.first) }
    }
  }

  @Test func placesThatAreAlikeInAllFramesAreThePlaceOfAll() throws {
    let (model, data) = (try Self.model(), try ClipNetworkTests.clips(6))
    let each = try AdaptiveRunner(model, sampler: Drawn(areAlike: true), batchSize: 4)
      .trace(data, model: Self.identity())
    let shared = try AdaptiveRunner(model, sampler: Shared(), batchSize: 4)
      .trace(data, model: Self.identity())
    for step in 1...3 { #expect(each.record[step].logits == shared.record[step].logits) }
    #expect(each.record[2].locations.allSatisfy { $0.count == 4 })
    #expect(shared.record[2].locations.allSatisfy { $0.count == 1 })
  }

  /// The loop cuts each frame where its place is, as a step by hand does.
  @Test func eachFrameIsCutAtItsOwnPlace() throws {
    let form = ClipForm(frames: 4, glanceFrames: 4, focusFrames: 2)
    let (model, data) = (try Self.model(form, steps: 2), try ClipNetworkTests.clips(3))
    let trace = try AdaptiveRunner(model, sampler: Drawn(), batchSize: 3).trace(data, model: Self.identity())
    let places = trace.record[2].locations
    let images = try NetworkImages(data, at: [0, 1, 2])
    let patches = try images.patches(at: places, side: 24, frames: form.places(.patch))
    let values = try patches.tensor().values()
    for (item, corners) in trace.record[2].positions.enumerated() {
      let pixels = try data.item(at: item)
      for (slot, corner) in corners.values(frames: 2).enumerated() {
        let frame = form.places(.patch)[slot]
        for i in 0..<24 * 24 {
          let pixel = pixels[(frame * 64 + corner.row + i / 24) * 64 + corner.column + i % 24]
          #expect(values[(item * 2 + slot) * 24 * 24 + i] == Float(pixel) / 255)
        }
      }
    }
    let clips = try images.normalized(for: model.configuration)
    let (_, memory) = try model.glance(clips, .evaluation)
    let (result, _) = try model.focus(
      model.patches(clips, locations: places), .evaluation, memory: memory)
    try assertClose(
      Tensor([3, 2], trace.record[2].logits), result.logits, relative: 1e-4, absolute: 1e-4)
    // Other places, other answers.
    let other = try AdaptiveRunner(model, sampler: Shared(), batchSize: 3).trace(data, model: Self.identity())
    #expect(other.record[2].logits != trace.record[2].logits)
  }

  @Test func liveAndTracedRunsLookAtTheSamePlaces() throws {
    let (model, data) = (try Self.model(), try ClipNetworkTests.clips(9))
    for sampler in [Drawn(), MotionSampler()] as [any PatchSampler] {
      let trace = try AdaptiveRunner(model, sampler: sampler, batchSize: 9).trace(
        data, model: Self.identity())
      let run = try AdaptiveRunner(model, sampler: sampler, batchSize: 4).infer(
        data, rule: LengthExit(steps: 3))
      for result in run.results {
        #expect(result.positions == (2...3).map { trace.record[$0].positions[result.index] })
        #expect(result.positions.allSatisfy { $0.count == 4 })
      }
    }
  }

  @Test func savedTracesKeepThePlaceOfEachFrame() throws {
    let trace = try SyntheticTrace.make(images: 5, steps: 3, clips: ClipForm(frames: 8, focusFrames: 3))
    let back = try withTemporaryFolder { folder in
      try trace.save(to: folder / "t")
      return try Trace(contentsOf: folder / "t")
    }
    for step in 2...3 {
      #expect(back.record[step].locations == trace.record[step].locations)
      #expect(back.record[step].positions == trace.record[step].positions)
      #expect(back.record[step].positions.allSatisfy { $0.count == 3 })
    }
    #expect(back.clips == trace.clips && back.record.focusFrames == 3)
  }

  /// A clip with a place for each frame and one with a place for all may stand side by side.
  @Test func mixedPlacesAreReadAsOneForEachFrame() throws {
    var record = try EpisodeRecord(
      indices: [0, 1], classes: 2, imageSize: 16, patchSize: 8, madds: [1, 2], clips: ClipForm(frames: 2))
    try record.setStep(1, rows: [0, 1], logits: [0, 1, 1, 0])
    let each: PatchPlaces = .each([.init(row: 0, column: 1), .init(row: 1, column: 0)])
    try record.setStep(
      2, rows: [0, 1], logits: [0, 1, 1, 0], locations: [.init(row: 0.5, column: 0.5), each])
    let trace = try Trace(
      record: record, model: Self.identity(), dataset: .init(name: "d"), sampler: "s")
    let back = try withTemporaryFolder { folder in
      try trace.save(to: folder / "t")
      return try Trace(contentsOf: folder / "t")
    }
    let centre = PatchLocation(row: 0.5, column: 0.5)
    #expect(back.record[2].locations == [.each([centre, centre]), each])
    #expect(trace.record[2].positions[0] == .same(.init(row: 4, column: 4)))
    #expect(back.record[2].positions[1] == .each([.init(row: 0, column: 8), .init(row: 8, column: 0)]))
    #expect(record.heldBytes > 0)
  }

  @Test func placesOfOtherFramesAreRefused() throws {
    struct Three: PatchSampler {
      let name = "three"
      func propose(_ batch: SamplerBatch) -> [PatchPlaces] {
        [PatchPlaces](
          repeating: .each([PatchLocation](repeating: .init(row: 0, column: 0), count: 3)), count: batch.count
        )
      }
    }
    let problem = #expect(throws: EpisodeError.self) {
      try AdaptiveRunner(Self.model(), sampler: Three()).trace(
        ClipNetworkTests.clips(2), model: Self.identity())
    }
    #expect(
      problem?.description
        == "the sampler 'three' proposed 3 places for image 1 at step 2: expected one for all frames, or one for each of the 4 that are looked at"
    )
    var record = try EpisodeRecord(indices: [0], classes: 2, imageSize: 8, patchSize: 4, madds: [1, 2])
    try record.setStep(1, rows: [0], logits: [0, 1])
    #expect(throws: EpisodeError.self) {
      try record.setStep(
        2, rows: [0], logits: [0, 1],
        locations: [.each([.init(row: 0, column: 0), .init(row: 0, column: 0)])])
    }
  }

  // MARK: The sampler motion

  /// A bright square of 6 pixels in the middle of each frame, at other places in each; the rest stands still.
  @Test func motionFollowsWhatMovesInEachFrame() throws {
    let (side, frames) = (64, 5)
    var bytes = [UInt8](repeating: 0, count: frames * side * side)
    let corners = (0..<frames).map { (row: 4 + 12 * $0, column: 52 - 11 * $0) }
    for (frame, corner) in corners.enumerated() {
      for y in 0..<side {
        // Still, and with more contrast than what moves.
        for x in 0..<side where (x / 2 + y / 2) % 2 == 0 { bytes[(frame * side + y) * side + x] = 120 }
      }
      for y in corner.row..<corner.row + 6 {
        for x in corner.column..<corner.column + 6 { bytes[(frame * side + y) * side + x] = 255 }
      }
    }
    let data = try TensorsDataset(
      bytes: bytes, layout: .channelsLast, frames: frames, imageSize: (side, side), channels: 1, labels: [0],
      classNames: ["a", "b"])
    let model = try Self.model(ClipForm(frames: frames), steps: 2)
    let trace = try AdaptiveRunner(model, sampler: MotionSampler()).trace(data, model: Self.identity())
    // In the middle frames, of which both neighbours are seen, the patch holds the middle of the square.
    let places = trace.record[2].positions[0].values(frames: frames)
    for frame in 1..<frames - 1 {
      let (place, corner) = (places[frame], corners[frame])
      #expect((place.row..<place.row + 24).contains(corner.row + 3), "frame \(frame + 1): \(place)")
      #expect((place.column..<place.column + 24).contains(corner.column + 3), "frame \(frame + 1): \(place)")
    }
    #expect(Set(places).count > 2)
  }

  @Test func motionRefusesWhatHasOneFrame() throws {
    for form in [ClipForm(frames: 4, glanceFrames: 1), ClipForm(frames: 4, glanceFrames: 1, focusFrames: 1)] {
      let problem = #expect(throws: EpisodeError.self) {
        try AdaptiveRunner(Self.model(form, steps: 2), sampler: MotionSampler())
          .trace(ClipNetworkTests.clips(2), model: Self.identity())
      }
      #expect(problem?.description.contains("the glance sees a single one") == true)
    }
  }
}
