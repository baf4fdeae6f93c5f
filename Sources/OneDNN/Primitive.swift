import CDNNL
import Compute

/// A compiled primitive and the memory objects of its arguments, which are made once.
///
/// An op points it at its arrays at each execution; a plan binds it to its own for good, after which running
/// it creates, looks up and allocates nothing (``run()``). The memory behind bound pointers must outlive it.
public final class Primitive {
  let descriptor: PrimitiveDescriptor
  private let handle: dnnl_primitive_t
  private let engine: Engine
  /// The arguments in the order in which they were named; the scratchpad, if any, is the last.
  private var arguments: [dnnl_exec_arg_t] = []
  /// Bytes of working memory, which ``run()`` wants to have been given by ``useScratchpad(_:)``.
  public let scratchpadBytes: Int

  /// A primitive whose arguments are given at each execution.
  convenience init(_ descriptor: PrimitiveDescriptor, arguments: [Int32], on engine: Engine) throws {
    try self.init(descriptor, arguments.map { ($0, nil) }, on: engine)
  }

  /// A primitive on these arrays.
  init(
    _ descriptor: PrimitiveDescriptor, _ bindings: [(argument: Int32, pointer: UnsafeMutableRawPointer?)],
    on engine: Engine
  ) throws {
    var handle: dnnl_primitive_t?
    try check(dnnl_primitive_create(&handle, descriptor.handle), "compiling a primitive")
    guard let handle else { throw OneDNNError(call: "compiling a primitive", reason: "no primitive") }
    self.descriptor = descriptor
    self.handle = handle
    self.engine = engine
    scratchpadBytes = descriptor.bytes(dnnl_query_scratchpad_md)
    // From here on deinit cleans up: all stored properties are set.
    for (argument, pointer) in bindings {
      try add(
        argument, dnnl_primitive_desc_query_md(descriptor.handle, dnnl_query_exec_arg_md, argument), pointer)
    }
    if scratchpadBytes > 0 {
      try add(
        DNNL_ARG_SCRATCHPAD, dnnl_primitive_desc_query_md(descriptor.handle, dnnl_query_scratchpad_md, 0), nil
      )
    }
  }

  deinit {
    for argument in arguments { dnnl_memory_destroy(argument.memory) }
    dnnl_primitive_destroy(handle)
  }

  private func add(
    _ argument: Int32, _ layout: UnsafePointer<dnnl_memory_desc_t>?, _ pointer: UnsafeMutableRawPointer?
  ) throws {
    var memory: dnnl_memory_t?
    try check(dnnl_memory_create(&memory, layout, engine.handle, pointer), "creating an argument")
    arguments.append(dnnl_exec_arg_t(arg: argument, memory: memory))
  }

  /// Runs on `pointers`, given in the order of the arguments that the primitive was made with.
  func execute(_ pointers: UnsafeMutableRawPointer?...) throws {
    var index = 0
    for pointer in pointers {
      try check(dnnl_memory_set_data_handle(arguments[index].memory, pointer), "binding an argument")
      index += 1
    }
    if scratchpadBytes > 0 { try useScratchpad(engine.context.scratch(scratchpadBytes)) }
    try run()
    try check(dnnl_stream_wait(engine.stream), "waiting for a primitive")
  }

  /// Points the primitive at its working memory; primitives that run one after another may share it.
  public func useScratchpad(_ pointer: UnsafeMutableRawPointer?) throws {
    guard scratchpadBytes > 0, let scratchpad = arguments.last else { return }
    try check(dnnl_memory_set_data_handle(scratchpad.memory, pointer), "binding the scratchpad")
  }

  /// Runs on the bound memory, on the thread that made it.
  @inline(__always)
  public func run() throws {
    try check(
      dnnl_primitive_execute(handle, engine.stream, Int32(arguments.count), arguments), "running a primitive")
  }
}
