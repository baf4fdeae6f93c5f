import Communication
import GlanceFocus
import Inference
import Support
import Vision

/// `model:trace` and `gfnet.trace`.
enum ModelTrace {
  static let functions = [read]

  private static let dataset = ArgumentKey<DatasetHandle>("dataset", "the images")

  static var method: LuaMethod<ModelHandle> {
    LuaMethod<ModelHandle>(
      "trace", "Runs all images through all steps and records everything, to try exit rules on.",
      [dataset, .options(RunOptions.rows(steps: "steps of each image; default: the model's"))],
      returns: "trace",
      example: """
        local model = gfnet.model{backbone = "resnet_tiny_16", image_size = 128, steps = 3, classes = 10}  \
        local trace = model:trace(gfnet.dataset("clutter-fashion", {limit = 8}))
        """,
      discussion: """
        Traces are kept under $XDG_CACHE_HOME/gfnet-lab/traces (by default ~/.cache/gfnet-lab/traces), up to 2 GB in \
        all, and are found again when weights, images, sampler, steps, seed and program version are the same. \
        --no-cache neither reads nor writes them. A sampler written in Lua may depend on anything: its traces are \
        not kept.
        """, mayTouch: [.readFiles, .writeFiles]
    ) { model, call in
      let data = try call[dataset]
      data.tellNormalization(of: model.configuration, call.context)
      let images = data.images
      let setup = try RunSetup(model, call, "model:trace")
      let digest = try model.digest()
      let identity = Trace.Identity(name: model.name, digest: digest)
      let check = AnswerCheck(nil, setup.sampler.sampler, call.context)
      let runner = try setup.runner(model, asking: check)
      func compute() throws -> Trace {
        let trace = try DamageNote.telling(images, call.context) {
          try model.running {
            try call.context.dividing { communicator in
              try runner.trace(
                images, model: identity, samplerName: setup.sampler.description, over: communicator)
            }
          }
        }
        try check.tell()
        return trace
      }
      let context = call.context
      // A plugin that may not touch files computes the trace anew.
      guard context.options.usesCache, setup.sampler.isReproducible, context.allows(.readFiles, .writeFiles),
        let cache = context.traceCache
      else {
        return Pushed(TraceHandle(try compute(), images: images))
      }
      let key = [
        "program \(CoreModule.version)", "weights \(digest)", "model \(model.name)",
        "configuration \(try model.configuration.json())", "dataset \(images.identity)",
        "sampler \(setup.sampler.description)", "steps \(setup.steps)", "seed \(setup.seed)",
        "precision \(setup.precision.rawValue), planned",
      ].joined(separator: "\n")
      let found = try context.dividing { communicator in
        try runner.keptTrace(
          of: images, model: identity, samplerName: setup.sampler.description, over: communicator
        ) { try kept(key, images, cache, context) }
      }
      let trace = try found ?? computed(key, cache, context, compute)
      return Pushed(TraceHandle(trace, images: images))
    }
  }

  /// The trace of `key` that an earlier run has kept; nil where there is none. The cache never fails a run.
  private static func kept(
    _ key: String, _ images: any ImageDataset, _ cache: TraceCache, _ context: HostContext
  ) throws -> Trace? {
    var kept: Trace?
    do {
      kept = try cache.load(key)
    } catch let error as Interrupted {
      throw error
    } catch {
      context.note("a kept trace cannot be read and is computed anew: \(error)")
    }
    guard let kept, try lacksOnlyDamaged(kept, images, context) else { return nil }
    return kept
  }

  /// The trace of `key`, computed and kept.
  private static func computed(
    _ key: String, _ cache: TraceCache, _ context: HostContext, _ compute: () throws -> Trace
  ) throws -> Trace {
    let trace = try compute()
    guard context.communicator.isFirst else { return trace }
    do {
      try cache.store(trace, key)
    } catch let error as Interrupted {
      throw error
    } catch {
      context.note("the trace cannot be kept for the next run: \(error)")
    }
    return trace
  }

  /// True when the images that a kept trace lacks still cannot be read.
  ///
  /// Each is tried again, so that a kept trace tells of them, enters them in `data.damaged`, and fails under
  /// `on_error = "stop"` as the run that made it.
  private static func lacksOnlyDamaged(
    _ trace: Trace, _ images: any ImageDataset, _ context: HostContext
  ) throws -> Bool {
    let traced = Set(trace.record.indices)
    let missing = (0..<images.count).filter { !traced.contains($0) }
    return try DamageNote.telling(images, context) { () throws -> Bool in
      for index in missing {
        try Cancellation.check()
        do {
          _ = try images.item(at: index)
          return false
        } catch is ImageError where images.damaged != nil {
          continue
        }
      }
      return true
    }
  }

  private static let file = ArgumentKey<FilePath>.inputPath("file", "its path")

  private static let read = FunctionEntry(
    "trace", "Reads a trace from a file that trace:save wrote.",
    [file], returns: "trace", example: "local trace = gfnet.trace(\"trace.safetensors\")",
    touches: [.readFiles]
  ) { call in Pushed(TraceHandle(try Trace(contentsOf: call[file]), images: nil)) }
}
