import CDNNL
import Compute
import Support

/// One thread's oneDNN engine and stream, and the primitives that were compiled for it.
///
/// Each thread that computes has its own (``current``), beside its `ComputeContext`; nothing in it is shared.
final class Engine {
  let handle: dnnl_engine_t
  let stream: dnnl_stream_t
  let context = ComputeContext.current
  private var primitives: [PrimitiveKey: Primitive] = [:]
  private var arrangements: [dnnl_memory_desc_t] = []
  /// The number of threads that ``primitives`` were compiled for.
  private var teamSize = ThreadTeam.size

  private static let ofThread = PerThread<Engine>()

  /// Primitives beyond this many are forgotten together; it only bounds memory on endlessly varying shapes.
  private static let primitiveLimit = 2048

  private init() throws {
    var engine: dnnl_engine_t?
    try check(dnnl_engine_create(&engine, dnnl_cpu, 0), "creating the CPU engine")
    guard let engine else { throw OneDNNError(call: "creating the CPU engine", reason: "no engine") }
    var stream: dnnl_stream_t?
    let status = dnnl_stream_create(&stream, engine, dnnl_stream_default_flags.rawValue)
    guard status == dnnl_success, let stream else {
      dnnl_engine_destroy(engine)
      throw OneDNNError(call: "creating the stream", reason: "status \(status.rawValue)")
    }
    handle = engine
    self.stream = stream
  }

  deinit {
    primitives = [:]
    dnnl_stream_destroy(stream)
    dnnl_engine_destroy(handle)
  }

  /// The calling thread's engine, made at first use.
  static var current: Engine {
    get throws { try ofThread.value { try Engine() } }
  }

  /// The cached primitive for `key`, or the one that `build` makes.
  @inline(__always)
  func primitive(_ key: PrimitiveKey, _ build: () throws -> Primitive) throws -> Primitive {
    // A primitive has working memory for the threads it was compiled for, and would write beyond it with more.
    if teamSize != ThreadTeam.size {
      primitives.removeAll(keepingCapacity: true)
      teamSize = ThreadTeam.size
    }
    if let found = primitives[key] { return found }
    if primitives.count >= Self.primitiveLimit { primitives.removeAll(keepingCapacity: true) }
    let made = try build()
    primitives[key] = made
    return made
  }

  /// A number for the arrangement `layout`; the same for equal ones.
  func arrangement(_ layout: dnnl_memory_desc_t) -> Int {
    var wanted = layout
    for index in arrangements.indices {
      if dnnl_memory_desc_equal(&arrangements[index], &wanted) != 0 { return index }
    }
    arrangements.append(layout)
    return arrangements.count - 1
  }
}
