import Compute
import OneDNN
import Tensor

// This part makes the steps that move numbers, and those of ops that have no step of their own.
extension PlanCompiler {
  mutating func addReshape(_ node: Graph.Node) throws {
    if graph.keepsOrder(node) { return }
    steps.append(ReshapeStep(source: try view(node.inputs[0]), destination: try view(node.output)))
  }

  /// Joins the rows of all inputs: along the channels of maps, the last axis of matrices, or axis 0.
  mutating func addConcatenation(_ axis: Int, _ node: Graph.Node) throws {
    let result = shape(node.output)
    // These are the axes in the order of memory.
    let order = result.rank == 4 ? [0, 2, 3, 1] : Array(0..<result.rank)
    let place = order.firstIndex(of: axis) ?? 0
    func length(_ shape: Shape) -> Int { order[place...].reduce(1) { $0 * shape[$1] } }
    let rows = order[..<place].reduce(1) { $0 * result[$1] }
    let bytes = type(node.output).bytes
    steps.append(
      ConcatenateStep(
        parts: try node.inputs.map { (UnsafeRawPointer(try pointer($0)), length(shape($0)) * bytes) },
        destination: try pointer(node.output), rows: rows, stride: length(result) * bytes))
  }

  mutating func addShift(_ shift: FrameShift, _ node: Graph.Node) throws {
    let (source, result) = (node.inputs[0], node.output)
    let x = shape(result)
    steps.append(
      TemporalShiftStep(
        source: try pointer(source), destination: try pointer(result),
        moves: FrameMoves(shift, x, elementBytes: type(result).bytes), rows: x[0]))
  }

  mutating func addFollowing(_ node: Graph.Node) throws {
    let (source, past, result) = (node.inputs[0], node.inputs[1], node.output)
    steps.append(
      FollowingStep(
        source: try pointer(source), past: try pointer(past), destination: try pointer(result),
        moves: FollowingMoves(
          shape(result), channels: shape(past)[1], elementBytes: type(result).bytes)))
  }

  mutating func addCopy(_ node: Graph.Node) throws {
    let bytes = shape(node.output).count * type(node.output).bytes
    steps.append(
      CopyStep(source: try pointer(node.inputs[0]), destination: try pointer(node.output), bytes: bytes))
  }

  mutating func addConversion(_ node: Graph.Node) throws {
    let (source, result) = (node.inputs[0], node.output)
    add(
      "convert",
      try PlannedArrays.conversion(
        count: shape(result).count, from: type(source), to: type(result), source: pointer(source),
        destination: pointer(result)))
  }

  mutating func addEager(_ op: any Op, _ arguments: [Operation.Argument], _ node: Graph.Node) throws {
    eagerOps.append(op.name)
    let tensors = try arguments.map { argument -> Tensor in
      switch argument {
      case .input(let index): try view(node.inputs[index])
      case .constant(let tensor): tensor
      }
    }
    steps.append(EagerStep(op: op, arguments: tensors, result: try view(node.output)))
  }
}
