import CDNNL

/// A compiled primitive whose arguments are bound once: running it creates, looks up and allocates nothing.
///
/// The memory behind the bound pointers must outlive it.
public final class PlannedPrimitive {
  private let handle: dnnl_primitive_t
  private let context: ComputeContext
  private var arguments: [dnnl_exec_arg_t] = []
  private let scratchpad: dnnl_memory_t?
  /// Bytes of working memory to be given to ``useScratchpad(_:)`` before the first run.
  public let scratchpadBytes: Int

  /// Takes ownership of nothing; `descriptor` is only read.
  init(
    _ descriptor: dnnl_primitive_desc_t, _ bindings: [(argument: Int32, pointer: UnsafeMutableRawPointer)],
    context: ComputeContext
  ) throws {
    var handle: dnnl_primitive_t?
    try check(dnnl_primitive_create(&handle, descriptor), "compiling a primitive")
    guard let handle else { throw OneDNNError(call: "compiling a primitive", reason: "no primitive") }
    var made: [dnnl_exec_arg_t] = []
    func cleanUp() {
      for argument in made { dnnl_memory_destroy(argument.memory) }
      dnnl_primitive_destroy(handle)
    }
    let layout = dnnl_primitive_desc_query_md(descriptor, dnnl_query_scratchpad_md, 0)
    let bytes = layout.map { Int(dnnl_memory_desc_get_size($0)) } ?? 0
    do {
      for (argument, pointer) in bindings {
        let layout = dnnl_primitive_desc_query_md(descriptor, dnnl_query_exec_arg_md, argument)
        made.append(try Self.memory(argument, layout, pointer, context))
      }
      if bytes > 0 { made.append(try Self.memory(DNNL_ARG_SCRATCHPAD, layout, nil, context)) }
    } catch {
      cleanUp()
      throw error
    }
    self.handle = handle
    self.context = context
    scratchpadBytes = bytes
    scratchpad = bytes > 0 ? made.last?.memory : nil
    arguments = made
  }

  deinit {
    for argument in arguments { dnnl_memory_destroy(argument.memory) }
    dnnl_primitive_destroy(handle)
  }

  private static func memory(
    _ argument: Int32, _ layout: UnsafePointer<dnnl_memory_desc_t>?, _ pointer: UnsafeMutableRawPointer?,
    _ context: ComputeContext
  ) throws -> dnnl_exec_arg_t {
    var memory: dnnl_memory_t?
    try check(dnnl_memory_create(&memory, layout, context.engine, pointer), "creating an argument")
    return dnnl_exec_arg_t(arg: argument, memory: memory)
  }

  /// Points the primitive at its working memory; primitives that run one after another may share it.
  public func useScratchpad(_ pointer: UnsafeMutableRawPointer?) throws {
    guard let scratchpad else { return }
    try check(dnnl_memory_set_data_handle(scratchpad, pointer), "binding the scratchpad")
  }

  /// Runs on the bound memory, on the thread that made it.
  @inline(__always)
  public func run() throws {
    try check(
      dnnl_primitive_execute(handle, context.stream, Int32(arguments.count), arguments), "running a primitive"
    )
  }
}

/// Owner of one primitive descriptor.
final class Descriptor {
  let handle: dnnl_primitive_desc_t

  init<Operation>(
    _ operation: Operation, _ postOperations: [PostOperation], context: ComputeContext,
    _ what: @autoclosure () -> String
  ) throws {
    handle = try withAttributes(postOperations) { attributes in
      var made: dnnl_primitive_desc_t?
      let status = withUnsafePointer(to: operation) {
        dnnl_primitive_desc_create(&made, UnsafeRawPointer($0), attributes, context.engine, nil)
      }
      try check(status, what())
      guard let made else { throw OneDNNError(call: what(), reason: "no descriptor") }
      return made
    }
  }

  deinit { dnnl_primitive_desc_destroy(handle) }

  func layout(_ query: dnnl_query_t) throws -> dnnl_memory_desc_t {
    guard let layout = dnnl_primitive_desc_query_md(handle, query, 0) else {
      throw OneDNNError(call: "asking for an arrangement", reason: "none")
    }
    return layout.pointee
  }

  /// The implementation that oneDNN chose, such as `brgconv:avx512_core`.
  var implementation: String {
    var name: UnsafePointer<CChar>?
    _ = dnnl_primitive_desc_query(handle, dnnl_query_impl_info_str, 0, &name)
    return name.map { String(cString: $0) } ?? "unknown"
  }
}
