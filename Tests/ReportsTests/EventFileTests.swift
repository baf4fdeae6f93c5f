import Foundation
import Reports
import Support
import TestSupport
import Testing

/// Event files are what TensorBoard reads.
@Suite struct EventFileTests {
  /// A file with one record of each kind.
  private static func write(_ path: FilePath) throws {
    let file = try EventFile(path: path) { 1_772_373_909 }
    for step in 1...3 { try file.scalar("training/loss", 1 / Double(step), step: step) }
    try file.image("figures/curve", Sample.png, width: 1, height: 1, step: 3)
    try file.histogram("weights/fc", NumberHistogram([-2, -1.5, 0, 0.001, 3, .nan, .infinity]), step: 3)
    try file.histogram("weights/none", NumberHistogram([]), step: 3)
    try file.text("report/text", "# Größe\n\n**bold**", step: 3)
    try file.hyperparameters([
      .init("rate", 0.1), .init("width", 16), .init("shift", true), .init("name", "x"),
      .init("sizes", [1, 2]),
    ])
    try file.end(succeeded: true)
  }

  /// The lengths of the data of all whole records, by the format's description.
  private static func records(_ bytes: [UInt8]) -> (lengths: [Int], rest: Int) {
    var (lengths, place): ([Int], Int) = ([], 0)
    while place + 12 <= bytes.count {
      let length = (0..<8).reduce(0) { $0 | Int(bytes[place + $1]) << (8 * $1) }
      guard place + 16 + length <= bytes.count else { break }
      lengths.append(length)
      place += 16 + length
    }
    return (lengths, bytes.count - place)
  }

  @Test func theFirstRecordIsTensorFlowsOwn() throws {
    try withTemporaryFolder { folder in
      let path = folder / "events.out.tfevents.1"
      _ = try EventFile(path: path) { 0 }
      let bytes = [UInt8](try Data(contentsOf: path.url))
      // Every event file of TensorFlow begins so: the length 24 and its masked checksum.
      #expect(Array(bytes.prefix(12)) == [0x18, 0, 0, 0, 0, 0, 0, 0, 0xA3, 0x7F, 0x4B, 0x22])
      #expect(bytes.count == 40)
      #expect(String(decoding: bytes[23..<36], as: UTF8.self) == "brain.Event:2")
    }
  }

  @Test func recordsFollowEachOtherWithoutGaps() throws {
    try withTemporaryFolder { folder in
      let path = folder / "events.out.tfevents.1"
      try Self.write(path)
      let (lengths, rest) = Self.records([UInt8](try Data(contentsOf: path.url)))
      #expect(lengths.count == 10 && rest == 0)
    }
  }

  @Test func aRunWritesWhatItHasAndANewOneRemovesIt() throws {
    try withTemporaryFolder { folder in
      let path = folder / "run"
      do {
        let directory = try RunDirectory(path: path, facts: Sample.facts(), writesEvents: true)
        try directory.appendMetrics([.init("loss", 0.5), .init("accuracy", [1, 2]), .init("bad", .null)])
        try directory.appendWeights("fc", NumberHistogram([1, 2]))
        try directory.finish(
          Sample.notebook(), status: .done, seconds: 1,
          results: [.init("accuracy", 90.5), .init("words", "x")])
      }
      let names = try FolderListing(path).names.map(\.shown).filter { $0.contains("tfevents") }
      #expect(names == ["events.out.tfevents.1772373909.gfnet-lab.\(getpid())"])
      let file = path / (names.first ?? "")
      let text = String(decoding: try Data(contentsOf: file.url), as: UTF8.self)
      for tag in [
        "training/loss", "training/accuracy/1", "training/accuracy/2", "weights/fc", "figures/curve",
        "tables/accuracy", "results/accuracy", "results/words", "report/text", "_hparams_/session_start_info",
        "_hparams_/session_end_info",
      ] {
        #expect(text.contains(tag), "\(tag)")
      }
      #expect(!text.contains("training/bad"))
      _ = try RunDirectory(path: path, facts: Sample.facts())
      #expect(!file.exists)
    }
  }

  @Test(
    .enabled(
      if: Python.has("tensorboard.backend.event_processing.event_accumulator"),
      "'\(Python.name)' has no PyPI package tensorboard; name one that has in GFNET_LAB_PYTHON"))
  func tensorBoardReadsEveryRecord() throws {
    try withTemporaryFolder { folder in
      let path = folder / "events.out.tfevents.1"
      try Self.write(path)
      let bytes = try Data(contentsOf: path.url)
      let outcome = try Python.run(Self.reader, folder.string)
      try #require(outcome.status == 0, "\(outcome.errors)")
      #expect(
        outcome.output == """
          scalar training/loss [(1, 1.0), (2, 0.5), (3, 0.3333)]
          image figures/curve 3 1 1 67
          histogram weights/fc 3 min -2.0 max 3.0 num 5.0 sum -0.499 counts 5.0 limits rise True
          histogram weights/none 3 min 0.0 max 0.0 num 0.0 sum 0.0 counts 0 limits rise True
          text report/text # Größe|**bold**
          hparam name 'x'
          hparam rate 0.1
          hparam shift True
          hparam sizes '[1,2]'
          hparam width 16.0
          end 1
          events 10

          """)
      // Cut off in the midst of a record, as by a full disk or kill -9 of a machine: what is before it is read.
      try bytes.prefix(bytes.count - 5).write(to: path.url)
      let cut = try Python.run(Self.reader, folder.string)
      #expect(cut.status == 0 && cut.output.hasSuffix("events 9\n"), "\(cut.errors)\(cut.output)")
    }
  }

  private static let reader = """
    import sys, glob
    from tensorboard.backend.event_processing import event_accumulator as ea, event_file_loader
    from tensorboard.plugins.hparams import plugin_data_pb2
    acc = ea.EventAccumulator(sys.argv[1], size_guidance={k: 0 for k in ea.DEFAULT_SIZE_GUIDANCE})
    acc.Reload()
    tags = acc.Tags()
    texts, scalars, images, histograms = {}, {}, {}, {}
    for tag in tags["tensors"]:
        content = acc.SummaryMetadata(tag).plugin_data
        for e in acc.Tensors(tag):
            kind = content.plugin_name
            if kind == "text":
                texts[tag] = e.tensor_proto.string_val[0].decode()
            elif kind == "scalars":
                scalars.setdefault(tag, []).append((e.step, round(float(e.tensor_proto.float_val[0]), 4)))
    for tag in tags["scalars"]:
        scalars[tag] = [(e.step, round(e.value, 4)) for e in acc.Scalars(tag)]
    for tag in sorted(scalars): print("scalar", tag, scalars[tag])
    for tag in tags["images"]:
        for e in acc.Images(tag): print("image", tag, e.step, e.width, e.height, len(e.encoded_image_string))
    for tag in tags["histograms"]:
        for e in acc.Histograms(tag):
            h = e.histogram_value
            limits = list(h.bucket_limit)
            print("histogram", tag, e.step, "min", h.min, "max", h.max, "num", h.num, "sum", round(h.sum, 6),
                  "counts", sum(h.bucket), "limits rise", limits == sorted(limits) and len(limits) == len(h.bucket))
    for tag in sorted(texts): print("text", tag, texts[tag].replace("\\n\\n", "|"))
    def data(tag): return plugin_data_pb2.HParamsPluginData.FromString(acc.SummaryMetadata(tag).plugin_data.content)
    start = data("_hparams_/session_start_info").session_start_info
    for name in sorted(start.hparams):
        v = start.hparams[name]
        print("hparam", name, repr(getattr(v, v.WhichOneof("kind"))))
    try: print("end", data("_hparams_/session_end_info").session_end_info.status)
    except KeyError: pass
    loader = event_file_loader.EventFileLoader(glob.glob(sys.argv[1] + "/*tfevents*")[0])
    print("events", len(list(loader.Load())))
    """
}
