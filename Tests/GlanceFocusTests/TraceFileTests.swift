import Checkpoints
import Foundation
import GlanceFocus
import Support
import TestSupport
import Testing

/// The parts of a saved trace, to be changed and written again.
private struct Parts {
  var metadata: [String: String]
  var tensors: [String: SafetensorsTensor]

  init(_ trace: Trace) throws {
    let saved = try withTemporaryFolder { folder in
      try trace.save(to: folder / "t")
      return try Data(contentsOf: (folder / "t").url)
    }
    let file = try Safetensors(saved, file: "saved")
    metadata = file.metadata
    tensors = [:]
    for entry in file.entries {
      tensors[entry.name] = SafetensorsTensor(
        entry.name, type: entry.type, shape: entry.shape, bytes: try file.withBytes(of: entry) { Data($0) })
    }
  }

  func load() throws -> Trace {
    try Trace(
      Safetensors(Safetensors.encode(Array(tensors.values), metadata: metadata), file: "t.safetensors"))
  }
}

@Suite struct TraceFileTests {
  @Test(arguments: [1, 2, 4])
  func savedTracesComeBack(_ steps: Int) throws {
    let trace = try SyntheticTrace.make(images: 37, steps: steps)
    let back = try withTemporaryFolder { folder in
      try AtomicFile.createFolder(folder / "deep")
      try trace.save(to: folder / "deep/trace.safetensors")
      return try Trace(contentsOf: folder / "deep/trace.safetensors")
    }
    #expect(back.model == trace.model && back.dataset == trace.dataset)
    #expect(back.sampler == trace.sampler && back.classNames == trace.classNames)
    #expect(back.record.indices == trace.record.indices && back.record.labels == trace.record.labels)
    #expect(back.record.madds == trace.record.madds)
    #expect(back.record.imageSize == 128 && back.record.patchSize == 48)
    for step in 1...steps {
      let (a, b) = (trace.record[step], back.record[step])
      #expect(a.logits == b.logits)
      for column in StepColumns.numbers {
        #expect(a[column].map(\.bitPattern) == b[column].map(\.bitPattern), "\(column.name)")
      }
      for column in StepColumns.indices { #expect(a[column] == b[column], "\(column.name)") }
      #expect(a.locations == b.locations && a.positions == b.positions)
    }
    for definition in ExitRules.table where steps > 1 || definition.name != "value" {
      #expect(try back.evaluate(definition.make()) == trace.evaluate(definition.make()))
    }
  }

  @Test func unlabelledTracesComeBack() throws {
    let back = try Parts(SyntheticTrace.make(images: 5, steps: 2, labels: false)).load()
    #expect(back.record.labels == nil)
  }

  @Test func everyInconsistencyIsNamed() throws {
    let good = try Parts(SyntheticTrace.make(images: 6, steps: 3, classes: 4))
    #expect(throws: Never.self) { try good.load() }
    let zeros = [Float](repeating: 0, count: 24)
    let wrong: [(String, (inout Parts) -> Void)] = [
      ("no tensor 'madds'", { $0.tensors["madds"] = nil }),
      ("no tensor 'logits'", { $0.tensors["logits"] = nil }),
      ("no tensor 'actions'", { $0.tensors["actions"] = nil }),
      ("no tensor 'images'", { $0.tensors["images"] = nil }),
      ("does not say 'gfnet-lab trace 1'", { $0.metadata["format"] = "gfnet-lab trace 9" }),
      ("does not say 'gfnet-lab trace 1'", { $0.metadata["format"] = nil }),
      ("lacks 'model'", { $0.metadata["model"] = nil }),
      ("lacks 'patch_size'", { $0.metadata["patch_size"] = nil }),
      ("'image_size' in its metadata is not", { $0.metadata["image_size"] = "wide" }),
      ("patches of 48 pixels do not fit images of 47", { $0.metadata["image_size"] = "47" }),
      ("is not a JSON list", { $0.metadata["classes"] = "{}" }),
      ("is not a JSON list", { $0.metadata["classes"] = String(repeating: "[", count: 100_000) }),
      ("1 class names for 4 classes", { $0.metadata["classes"] = "[\"a\"]" }),
      ("'logits' has the shape [6, 4]", { $0.tensors["logits"] = .init("logits", shape: [6, 4], zeros) }),
      (
        "'logits' has the shape [3, 0, 4]",
        { $0.tensors["logits"] = .init("logits", shape: [3, 0, 4], [Float]()) }
      ),
      (
        "'madds' has the shape [3], expected [1]",
        { $0.tensors["logits"] = .init("logits", shape: [1, 6, 4], zeros) }
      ),
      (
        "NaN or infinity",
        { $0.tensors["logits"] = .init("logits", shape: [3, 6, 4], [Float](repeating: .nan, count: 72)) }
      ),
      ("up to step 2 are 1", { $0.tensors["madds"] = .init("madds", shape: [3], [2, 1, 3] as [Double]) }),
      (
        "has the label 5",
        { $0.tensors["labels"] = .init("labels", shape: [6], [0, 1, 2, 3, 4, 0] as [Int32]) }
      ),
      (
        "has the label 0",
        { $0.tensors["labels"] = .init("labels", shape: [6], [0, 1, 2, 3, -1, 0] as [Int32]) }
      ),
      (
        "has the label 2147483648",
        { $0.tensors["labels"] = .init("labels", shape: [6], [0, 1, .max, 3, 0, 0] as [Int32]) }
      ),
      (
        "has the label -2147483647",
        { $0.tensors["labels"] = .init("labels", shape: [6], [0, 1, .min, 3, 0, 0] as [Int32]) }
      ),
      (
        "expected an integer type",
        { $0.tensors["labels"] = .init("labels", shape: [6], [0, 1, 2, 3, 0, 0] as [Float]) }
      ),
      (
        "a label is 4294967296",
        { $0.tensors["labels"] = .init("labels", shape: [6], [Int64](repeating: 1 << 32, count: 6)) }
      ),
      (
        "negative index",
        { $0.tensors["images"] = .init("images", shape: [6], [Int64](repeating: -1, count: 6)) }
      ),
      (
        "'images' holds 9223372036854775807",
        { $0.tensors["images"] = .init("images", shape: [6], [Int64](repeating: .max, count: 6)) }
      ),
      (
        "both must lie in [0, 1]",
        { $0.tensors["actions"] = .init("actions", shape: [2, 6, 2], [Float](repeating: 2, count: 24)) }
      ),
      ("but its action means", { $0.tensors["actions"] = .init("actions", shape: [2, 6, 2], zeros) }),
      (
        "'values' has the shape [6]",
        { $0.tensors["values"] = .init("values", shape: [6], [Float](repeating: 0, count: 6)) }
      ),
    ]
    for (expected, change) in wrong {
      var parts = good
      change(&parts)
      do {
        _ = try parts.load()
        Issue.record("accepted: \(expected)")
      } catch let error as any LineError {
        #expect(error.description.contains(expected), "\(error)")
        #expect(error.description.contains("t.safetensors") && !error.description.contains("\n"))
      }
    }
  }

  @Test func tracesOfClipsSayWhichFramesAreSeen() throws {
    let images = try SyntheticTrace.make(images: 3, steps: 2)
    let clips = ClipForm(frames: 8, glanceFrames: 2, focusFrames: 4)
    let trace = try SyntheticTrace.make(images: 3, steps: 2, clips: clips)
    #expect(try Parts(trace).load().clips == clips)
    #expect(try Parts(images).load().clips == nil)
    for text in [
      "", "8", "{\"frames\": 8}", "{\"frames\":2,\"glanceFrames\":9223372036854775807,\"focusFrames\":1}",
    ] {
      var parts = try Parts(trace)
      parts.metadata["clips"] = text
      do {
        _ = try parts.load()
        Issue.record("accepted: \(text)")
      } catch let error as any LineError {
        #expect(error.description.contains("'clips' in its metadata does not say how a network sees clips"))
        #expect(error.description.contains("t.safetensors") && !error.description.contains("\n"))
      }
    }
  }

  @Test func mutatedTracesNeverCrash() throws {
    let trace = try SyntheticTrace.make(images: 3, steps: 2, classes: 3)
    let good = try Parts(trace)
    let encoded = try Safetensors.encode(Array(good.tensors.values), metadata: good.metadata)
    // The checksum's key is renamed, so that mutations reach the trace's own checks.
    let key = try #require(encoded.range(of: Data("\"gfnet_lab_checksum\":\"xxh64:".utf8)))
    var plain = encoded
    plain.replaceSubrange(key, with: Data("\"other_note_of_28_\" :\"none: ".utf8))
    #expect(throws: Never.self) { try Trace(Safetensors(plain, file: "plain")) }
    let random = CounterRandom(seed: 11, stream: "trace mutations")
    var accepted = 0
    for trial in 0..<10_000 {
      var data = plain
      let draw = random.child(trial)
      for change in 0...draw.integer(0, below: 3) {
        let position = draw.integer(2 * change + 1, below: data.count)
        data[position] = UInt8(truncatingIfNeeded: draw.bits(2 * change + 2))
      }
      guard let loaded = try? Trace(Safetensors(data, file: "mutated")) else { continue }
      accepted += 1
      _ = try? loaded.evaluate(thresholds: [0.5])
      _ = try? loaded.budgeted(points: 3)
    }
    #expect((50...9000).contains(accepted), "\(accepted) of 10000 accepted")
  }

  @Test func tracesMustBeComplete() throws {
    var record = try EpisodeRecord(indices: [0, 8], classes: 2, imageSize: 8, patchSize: 8, madds: [1, 2])
    try record.setStep(1, rows: [0, 1], logits: [0, 1, 0, 1])
    let place = PatchPlaces(row: 0, column: 0)
    try record.setStep(2, rows: [0], logits: [0, 1], locations: [place])
    let incomplete = record
    let error = #expect(throws: EpisodeError.self) {
      try Trace(record: incomplete, model: .init(name: "m"), dataset: .init(name: "d"), sampler: "s")
    }
    #expect(error?.description == "a trace needs every step of every image: image 9 has 1 of 2")
  }
}
