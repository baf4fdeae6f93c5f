import GlanceFocus
import Support
import Testing

/// What samplers can ask for.
private let needs: [SamplerNeeds] = [.policy, .maps, .glances, .saliency]

/// A batch after `step` of an empty-looking record of `indices`, with what samplers can ask for.
private func batch(
  _ indices: [Int], after step: Int, rows: [Int]? = nil, seed: UInt64 = 5,
  giving given: SamplerNeeds = [.policy, .maps, .glances, .saliency]
) throws -> SamplerBatch {
  var record = try EpisodeRecord(
    indices: indices, classes: 2, imageSize: 128, patchSize: 48, madds: (1...12).map(Double.init))
  let all = Array(indices.indices)
  for s in 1...step {
    try record.setStep(
      s, rows: all, logits: all.flatMap { [Float($0), 0] },
      locations: s == 1 ? nil : all.map { _ in PatchPlaces(row: Float(s) / 100, column: 0) })
  }
  let last = try StepBatch(record: record, step: step, rows: rows ?? all)
  // Stands in for the policy network: a place that depends on the image alone.
  let policy = (rows ?? all).map { PatchPlaces(row: Float(indices[$0] % 10) / 10, column: 0.5) }
  // Glances with one bright spot, whose place depends on the image alone.
  var glances = [Float](repeating: 0, count: policy.count * 48 * 48)
  for (i, row) in (rows ?? all).enumerated() { glances[i * 48 * 48 + (indices[row] % 40 + 4) * 48 + 30] = 1 }
  let maps = PlainMaps(values: glances, channels: 1, height: 48, width: 48)
  return SamplerBatch(
    after: last, random: CounterRandom(seed: seed, stream: "sampler"),
    policy: given.contains(.policy) ? policy : nil, maps: given.contains(.maps) ? maps : nil,
    glances: given.contains(.glances) ? maps : nil, saliency: given.contains(.saliency) ? maps : nil)
}

@Suite struct SamplerTests {
  /// The samplers that draw their places, with the standard deviation of a row: √(1/12) for the uniform; 0.2 less
  /// what the border cuts for the normal.
  static let drawing: [(name: String, deviation: Float)] = [("random", 0.2887), ("gaussian", 0.197)]
  /// The samplers that search the glance for what no patch has shown yet.
  static let searching = ["saliency", "contrast"]
  /// The samplers that take the places of the policy network.
  static let following = ["learned"]
  /// The samplers that compare frames, and refuse images.
  static let comparing = ["motion"]
  static let ofImages = Samplers.table.filter { !comparing.contains($0.name) }

  @Test func everyProposalIsValid() throws {
    for definition in Self.ofImages {
      let sampler = try definition.make()
      for step in 1...11 {
        let places = try sampler.checkedProposal(batch(Array(0..<200), after: step))
        #expect(places.count == 200)
        #expect(places.allSatisfy { $0.isValid })
      }
    }
    let error = #expect(throws: EpisodeError.self) { try Samplers.make("gausian") }
    #expect(error?.description == "no sampler is called 'gausian'; did you mean 'gaussian'?")
  }

  /// A sampler says all that it needs, and nothing that it could do without.
  @Test func samplersNeedWhatTheySay() throws {
    for definition in Self.ofImages {
      let sampler = try definition.make()
      let all = try sampler.checkedProposal(batch([3, 4], after: 2))
      #expect(try sampler.checkedProposal(batch([3, 4], after: 2, giving: sampler.needs)) == all)
      for need in needs where sampler.needs.contains(need) {
        let rest = try batch([3, 4], after: 2, giving: sampler.needs.subtracting(need))
        #expect(throws: EpisodeError.self) { try sampler.propose(rest) }
      }
    }
  }

  @Test func aProposalDoesNotDependOnTheBatch() throws {
    let indices = (0..<100).map { $0 * 3 + 7 }
    for definition in Self.ofImages {
      let sampler = try definition.make()
      for step in [1, 2, 5] {
        let whole = try sampler.checkedProposal(batch(indices, after: step))
        let some = [3, 50, 51, 99]
        #expect(
          try sampler.checkedProposal(batch(indices, after: step, rows: some)) == some.map { whole[$0] })
        let alone = try sampler.checkedProposal(batch([indices[50]], after: step))
        #expect(alone == [whole[50]])
      }
    }
  }

  @Test func randomPlacesDifferByImageStepAndSeed() throws {
    for (name, expectedDeviation) in Self.drawing {
      let sampler = try Samplers.make(name)
      let first = try sampler.propose(batch(Array(0..<1000), after: 1))
      #expect(Set(first).count > 990)
      #expect(try sampler.propose(batch(Array(0..<1000), after: 1)) == first)
      #expect(try sampler.propose(batch(Array(0..<1000), after: 2)) != first)
      #expect(try sampler.propose(batch(Array(0..<1000), after: 1, seed: 6)) != first)
      let rows = first.map(\.first.row)
      let mean = rows.reduce(0, +) / 1000
      let deviation = (rows.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 1000).squareRoot()
      #expect(abs(mean - 0.5) < 0.04)
      #expect(abs(deviation - expectedDeviation) < 0.02)
      let covariance = first.reduce(0) { $0 + ($1.first.row - 0.5) * ($1.first.column - 0.5) } / 1000
      #expect(abs(covariance) < 0.01)
    }
    let narrow = try Samplers.make("gaussian", ["std": 0]).propose(batch([1, 2], after: 1))
    #expect(narrow == [PatchPlaces(row: 0.5, column: 0.5), PatchPlaces(row: 0.5, column: 0.5)])
  }

  @Test(arguments: following) func thePolicysPlacesAreTaken(_ name: String) throws {
    let given = try batch([4, 17, 8], after: 2)
    #expect(try Samplers.make(name).propose(given) == given.policy)
  }

  @Test func fixedSamplersLookAtTheirPlaces() throws {
    var tested: Set<String> = []
    func places(_ name: String, _ given: [String: SettingValue] = [:], steps: Int) throws -> [[Float]] {
      tested.insert(name)
      return try (2...steps).map {
        let place = try Samplers.make(name, given).propose(batch([4], after: $0 - 1))[0]
        return [place.first.row, place.first.column]
      }
    }
    #expect(try places("center", steps: 3) == [[0.5, 0.5], [0.5, 0.5]])
    #expect(
      try places("corners", steps: 7) == [[0.5, 0.5], [0, 0], [0, 1], [1, 0], [1, 1], [0.5, 0.5]])
    #expect(try places("grid", steps: 6) == [[0, 0], [0, 1], [1, 0], [1, 1], [0, 0]])
    #expect(
      try places("grid", ["rows": 1, "columns": 3], steps: 5) == [
        [0.5, 0], [0.5, 0.5], [0.5, 1], [0.5, 0],
      ])
    // A sampler whose places are not fixed has a test of its own, which takes its name from one of these lists.
    let others = Self.drawing.map { $0.name } + Self.searching + Self.following + Self.comparing
    #expect(tested.isDisjoint(with: others))
    #expect(tested.union(others) == Set(Samplers.table.map { $0.name }))
  }

  private struct Fixed: PatchSampler {
    let name = "fixed"
    let places: [PatchPlaces]
    func propose(_ batch: SamplerBatch) -> [PatchPlaces] { places }
  }

  @Test func badProposalsAreNamed() throws {
    let good = PatchPlaces(row: 0, column: 1)
    for (bad, shown) in [
      (PatchPlaces(row: .nan, column: 0), "(NaN, 0.0)"), (PatchPlaces(row: 0, column: 1.5), "(0.0, 1.5)"),
      (PatchPlaces(row: -0.25, column: 0), "(-0.25, 0.0)"),
      (PatchPlaces(row: 0, column: .infinity), "(0.0, inf)"),
    ] {
      let error = #expect(throws: EpisodeError.self) {
        try Fixed(places: [good, bad]).checkedProposal(batch([10, 20], after: 2))
      }
      #expect(
        error?.description
          == "the sampler 'fixed' proposed \(shown) for image 21 at step 3: row and column must lie in [0, 1]"
      )
    }
    let error = #expect(throws: EpisodeError.self) {
      try Fixed(places: [good]).checkedProposal(batch([10, 20], after: 1))
    }
    #expect(error?.description == "the sampler 'fixed' proposed 1 locations for 2 images at step 2")
  }

  @Test func theBatchShowsEarlierPlaces() throws {
    let batch = try batch([1, 2], after: 3)
    #expect(batch.step == 4)
    #expect(batch.locations(1) == [PatchPlaces(row: 0.02, column: 0), PatchPlaces(row: 0.03, column: 0)])
  }

  @Test(arguments: searching)
  func aSpotIsFoundAndThenAnother(_ name: String) throws {
    let sampler = try Samplers.make(name)
    let first = try sampler.propose(batch([0], after: 1))
    // The spot is in row 4, column 30 of 48; the patch is 18 of those wide and starts at 0…30.
    #expect(
      first[0].first.row * 30 <= 4 && first[0].first.column * 30 > 11 && first[0].first.column * 30 <= 30)
    // Nothing is left once the spot was looked at.
    var record = try EpisodeRecord(
      indices: [0], classes: 2, imageSize: 128, patchSize: 48, madds: [1, 2, 3])
    try record.setStep(1, rows: [0], logits: [0, 0])
    try record.setStep(2, rows: [0], logits: [0, 0], locations: first)
    var glance = [Float](repeating: 0, count: 48 * 48)
    glance[4 * 48 + 30] = 1
    glance[40 * 48 + 5] = 0.5
    let maps = PlainMaps(values: glance, channels: 1, height: 48, width: 48)
    let second = try sampler.propose(
      SamplerBatch(
        after: StepBatch(record: record, step: 2, rows: [0]), random: CounterRandom(seed: 1, stream: "s"),
        glances: maps, saliency: maps))
    #expect(second[0].first.row * 30 > 21 && second[0].first.column * 30 <= 5)
  }
}
