import GlanceFocus
import Reports
import Support
import Tensor

// What the content of objects is. A class that says nothing here cannot be compared: cells that reach one run each time.

extension Tensor: ComparableContent {
  func describe(to visitor: inout LuaGraph.ContentVisitor) throws {
    visitor.add(shape.sizes)
    visitor.add(strides)
    visitor.add(offset)
    visitor.add(dtype.rawValue)
    visitor.add(shared: storage) { visitor.add(bytes: storage.content) }
  }
}

extension RandomGenerator: ComparableContent {
  func describe(to visitor: inout LuaGraph.ContentVisitor) {
    visitor.add(name)
    visitor.add(Int(bitPattern: UInt(family.identity)))
    visitor.add(position)
  }
}

extension ModelHandle: ComparableContent {
  func describe(to visitor: inout LuaGraph.ContentVisitor) throws {
    visitor.add(name)
    visitor.add(try configuration.json())
    visitor.add(String(reflecting: type(of: network)))
    for (name, entry) in network.state {
      visitor.add(name)
      visitor.add(entry.value.shape.sizes)
      visitor.add(try entry.value.values())
    }
    for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
      visitor.add(key)
      visitor.add(value)
    }
    visitor.add(JSONValue.array(history).compact)
  }
}

extension DatasetHandle: ComparableContent {
  func describe(to visitor: inout LuaGraph.ContentVisitor) throws {
    // Their identity has sizes and times of files, and a file may change under both.
    guard !["folder/", "files/", "frames/", "videos/"].contains(where: { images.identity.hasPrefix($0) })
    else {
      throw Incomparable(reason: "reads pictures from files, which are known by size and time only")
    }
    visitor.add(images.identity)
    visitor.add(images.count)
    visitor.add("\(normalization.map { "\($0)" } ?? "")")
    for damage in images.damaged?.all ?? [] {
      visitor.add(damage.index)
      visitor.add(damage.reason)
    }
  }
}

extension TraceHandle: ComparableContent {
  func describe(to visitor: inout LuaGraph.ContentVisitor) throws {
    for text in [
      trace.model.name, trace.model.digest, trace.dataset.name, trace.dataset.digest, trace.sampler,
      images?.identity ?? "",
    ] + trace.classNames { visitor.add(text) }
    for number in [
      record.imageSize, record.patchSize, record.steps, record.images, record.classes, trace.views,
    ] {
      visitor.add(number)
    }
    if let clips = trace.clips {
      for number in [clips.frames, clips.glanceFrames, clips.focusFrames] { visitor.add(number) }
    }
    visitor.add(record.madds)
    visitor.add(record.indices)
    visitor.add(record.labels ?? [])
    for step in 1...max(record.steps, 1) {
      visitor.add(record[step].logits)
      // Pixels follow from these.
      for places in record[step].locations { visitor.add(places.values.flatMap { [$0.row, $0.column] }) }
      for column in StepColumns.numbers { visitor.add(record[step][column]) }
    }
    try lists.describe(to: &visitor)
  }
}

extension Definition: ComparableContent {
  func describe(to visitor: inout LuaGraph.ContentVisitor) throws {
    for text in [name, summary, origin, kind.rawValue, isStateful ? "stateful" : ""] { visitor.add(text) }
    for setting in parameters { visitor.add("\(setting)") }
    if case .lua(_, let function, _) = implementation { try visitor.add(.function(function)) }
  }
}

extension ConfiguredDefinition: ComparableContent {
  func describe(to visitor: inout LuaGraph.ContentVisitor) throws {
    visitor.add(description)
    try definition.describe(to: &visitor)
  }
}

extension EvaluationHandle: ComparableContent {
  func describe(to visitor: inout LuaGraph.ContentVisitor) throws {
    visitor.add(evaluation.exitSteps)
    visitor.add(evaluation.predictions)
    visitor.add(evaluation.confidences)
    visitor.add((evaluation.correct ?? []).map { $0 ? UInt8(1) : 0 })
    visitor.add(evaluation.stepMadds)
    try trace.describe(to: &visitor)
    try lists.describe(to: &visitor)
  }
}

extension CurveHandle: ComparableContent {
  func describe(to visitor: inout LuaGraph.ContentVisitor) throws {
    visitor.add(curve.madds)
    visitor.add(curve.accuracy)
    visitor.add(curve.q)
    for list in curve.thresholds { visitor.add(list) }
    for list in curve.exits { visitor.add(list) }
    visitor.add("\(origin)")
  }
}
