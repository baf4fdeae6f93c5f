import GlanceFocus
import Vision

/// A trace as scripts hold it.
final class TraceHandle {
  let trace: Trace
  /// The images it was made of; nil when it was read from a file.
  let images: (any ImageDataset)?
  let lists = HostLists()

  init(_ trace: Trace, images: (any ImageDataset)?) {
    self.trace = trace
    self.images = images
  }

  var record: EpisodeRecord { trace.record }

  /// The Lua list called `name`, made once: `trace.confidence[1][i]` in a loop must not rebuild it.
  func list(_ name: String, on stack: LuaStack, _ make: () throws -> any LuaPushable) throws -> LuaTable {
    try lists.list(name, on: stack, make)
  }

  /// A line such as `trace of tiny on clutter-fashion: 10000 images × 4 steps × 10 classes, sampler learned`.
  var description: String {
    let items = trace.isOverViews ? "videos of \(trace.views) views" : "images"
    return
      "trace of \(trace.model.name) on \(trace.dataset.name): \(record.images) \(items) × \(record.steps) steps × "
      + "\(record.classes) classes, sampler \(trace.sampler)"
  }
}

extension TraceHandle: ObjectArgument {
  static let className = "trace"
}
