import CDNNL
import Glibc
import Support

/// One executor's oneDNN engine, stream, primitive cache, scratchpad and buffers.
///
/// Each thread that computes has its own (``current``); nothing in it is shared, so nothing is locked.
public final class ComputeContext {
  let engine: dnnl_engine_t
  let stream: dnnl_stream_t
  public let buffers = BufferPool()
  var primitives: [PrimitiveKey: Primitive] = [:]
  private var scratchpad: AlignedBuffer?
  private var arrangements: [dnnl_memory_desc_t] = []
  /// The number of threads that ``primitives`` were compiled for.
  private var teamSize = ThreadTeam.size

  /// Milliseconds on the clock when the team's threads were last looked at.
  private var lastLook = -Double.infinity

  /// Primitives beyond this many are forgotten together; it only bounds memory on endlessly varying shapes.
  private static let primitiveLimit = 2048

  public init() throws {
    var engine: dnnl_engine_t?
    try check(dnnl_engine_create(&engine, dnnl_cpu, 0), "creating the CPU engine")
    guard let engine else { throw OneDNNError(call: "creating the CPU engine", reason: "no engine") }
    var stream: dnnl_stream_t?
    let status = dnnl_stream_create(&stream, engine, dnnl_stream_default_flags.rawValue)
    guard status == dnnl_success, let stream else {
      dnnl_engine_destroy(engine)
      throw OneDNNError(call: "creating the stream", reason: "status \(status.rawValue)")
    }
    self.engine = engine
    self.stream = stream
  }

  /// Keeps the team's threads on cores of their own; cheap enough to be called before every run of a plan.
  public func keepThreadsApart() {
    let now = MonotonicClock.milliseconds
    // Sooner they are hardly elsewhere.
    guard now - lastLook > 2 else { return }
    ThreadTeam.spreadOut()
    lastLook = now
  }

  deinit {
    primitives = [:]
    dnnl_stream_destroy(stream)
    dnnl_engine_destroy(engine)
  }

  /// The calling thread's context, made at first use.
  public static var current: ComputeContext {
    get throws {
      if let pointer = pthread_getspecific(key) {
        return Unmanaged<ComputeContext>.fromOpaque(pointer).takeUnretainedValue()
      }
      let context = try ComputeContext()
      pthread_setspecific(key, Unmanaged.passRetained(context).toOpaque())
      return context
    }
  }

  private static let key: pthread_key_t = {
    var key = pthread_key_t()
    pthread_key_create(&key) { pointer in
      if let pointer { Unmanaged<ComputeContext>.fromOpaque(pointer).release() }
    }
    return key
  }()

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

  /// Working memory of at least `bytes` bytes, shared by all primitives of this context.
  func scratch(_ bytes: Int) throws -> UnsafeMutableRawPointer? {
    if bytes == 0 { return nil }
    if let scratchpad, scratchpad.capacity >= bytes { return scratchpad.pointer }
    scratchpad = nil
    let buffer = try buffers.take(bytes)
    scratchpad = buffer
    return buffer.pointer
  }

  /// oneDNN's version, as `2.6.3`.
  public static var libraryVersion: String {
    let version = dnnl_version().pointee
    return "\(version.major).\(version.minor).\(version.patch)"
  }
}
