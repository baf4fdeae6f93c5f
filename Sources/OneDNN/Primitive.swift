import CDNNL

/// What a cached primitive was built for.
enum PrimitiveKey: Hashable {
  case convolution(ConvolutionShape, ConvolutionPass)
  case batchNormalization(BatchNormalizationShape, forward: Bool)
  case pooling(PoolingShape, forward: Bool)
  case reorder(from: MemoryFormat, to: MemoryFormat)
}

/// Owner of one oneDNN primitive, its descriptor and the memory objects of its arguments.
///
/// The memory objects are made once; each execution only points them at the caller's buffers.
final class Primitive {
  let descriptor: dnnl_primitive_desc_t
  private let handle: dnnl_primitive_t
  private let scratchpadBytes: Int
  private var arrangement: Int?
  private var arguments: [dnnl_exec_arg_t] = []

  /// Takes ownership of `descriptor`, whose arguments will be `ids`.
  init(descriptor: dnnl_primitive_desc_t, arguments ids: [Int32], context: ComputeContext) throws {
    self.descriptor = descriptor
    var handle: dnnl_primitive_t?
    let status = dnnl_primitive_create(&handle, descriptor)
    guard status == dnnl_success, let handle else {
      dnnl_primitive_desc_destroy(descriptor)
      throw OneDNNError(call: "compiling a primitive", reason: "status \(status.rawValue)")
    }
    self.handle = handle
    let scratch = dnnl_primitive_desc_query_md(descriptor, dnnl_query_scratchpad_md, 0)
    scratchpadBytes = scratch.map { Int(dnnl_memory_desc_get_size($0)) } ?? 0
    // From here on deinit cleans up: all stored properties are set.
    for id in ids {
      try addMemory(id, dnnl_primitive_desc_query_md(descriptor, dnnl_query_exec_arg_md, id), context)
    }
    if scratchpadBytes > 0 { try addMemory(DNNL_ARG_SCRATCHPAD, scratch, context) }
  }

  deinit {
    for argument in arguments { dnnl_memory_destroy(argument.memory) }
    dnnl_primitive_destroy(handle)
    dnnl_primitive_desc_destroy(descriptor)
  }

  private func addMemory(
    _ argument: Int32, _ layout: UnsafePointer<dnnl_memory_desc_t>?, _ context: ComputeContext
  ) throws {
    var memory: dnnl_memory_t?
    try check(dnnl_memory_create(&memory, layout, context.engine, nil), "creating an argument")
    arguments.append(dnnl_exec_arg_t(arg: argument, memory: memory))
  }

  /// Runs on `pointers`, given in the order of the ids that the primitive was made with.
  func execute(_ context: ComputeContext, _ pointers: UnsafeMutableRawPointer?...) throws {
    var index = 0
    for pointer in pointers {
      try check(dnnl_memory_set_data_handle(arguments[index].memory, pointer), "binding an argument")
      index += 1
    }
    if scratchpadBytes > 0 {
      try check(
        dnnl_memory_set_data_handle(arguments[index].memory, context.scratch(scratchpadBytes)),
        "binding the scratchpad")
    }
    try check(
      dnnl_primitive_execute(handle, context.stream, Int32(arguments.count), arguments), "running a primitive"
    )
    try check(dnnl_stream_wait(context.stream), "waiting for a primitive")
  }

  /// The implementation that oneDNN chose, such as `jit:avx512_core`.
  var implementation: String {
    var name: UnsafePointer<CChar>?
    _ = dnnl_primitive_desc_query(descriptor, dnnl_query_impl_info_str, 0, &name)
    return name.map { String(cString: $0) } ?? "unknown"
  }

  /// The number under which `context` knows the arrangement of the weights.
  func weightArrangement(_ context: ComputeContext) -> Int {
    if let arrangement { return arrangement }
    guard let layout = dnnl_primitive_desc_query_md(descriptor, dnnl_query_weights_md, 0) else { return -1 }
    let number = context.arrangement(layout.pointee)
    arrangement = number
    return number
  }

  /// Bytes of the array behind `query`.
  func bytes(_ query: dnnl_query_t) -> Int {
    dnnl_primitive_desc_query_md(descriptor, query, 0).map { Int(dnnl_memory_desc_get_size($0)) } ?? 0
  }
}

/// Attributes that all our primitives share: the scratchpad is the context's.
func withAttributes<R>(_ body: (dnnl_primitive_attr_t?) throws -> R) throws -> R {
  var attributes: dnnl_primitive_attr_t?
  try check(dnnl_primitive_attr_create(&attributes), "creating attributes")
  defer { dnnl_primitive_attr_destroy(attributes) }
  try check(
    dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user), "setting attributes")
  return try body(attributes)
}

/// Creates the primitive descriptor of an operation descriptor of any kind.
func makeDescriptor<Operation>(
  _ operation: Operation, hint: dnnl_primitive_desc_t?, context: ComputeContext,
  _ what: @autoclosure () -> String
) throws -> dnnl_primitive_desc_t {
  try withAttributes { attributes in
    var made: dnnl_primitive_desc_t?
    let status = withUnsafePointer(to: operation) {
      dnnl_primitive_desc_create(&made, UnsafeRawPointer($0), attributes, context.engine, hint)
    }
    try check(status, what())
    guard let made else { throw OneDNNError(call: what(), reason: "no descriptor") }
    return made
  }
}
