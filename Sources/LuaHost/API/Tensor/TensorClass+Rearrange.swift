import Support
import Tensor

// The same elements in other places: rolled, repeated, padded, in parts, in windows.
extension TensorClass {
  static var rearrangeMethods: [Method] { repeatMethods + partMethods + windowMethods }

  private static let axis = ArgumentKey<Int>("axis", default: 1, "the axis")
  private static let shift = ArgumentKey<Int>("shift", "how many places further")
  private static let counts = ArgumentKey<[LuaValue]>(
    .rest("counts", .axes, "how often along each of the last axes, one by one or as one list"))
  private static let times = ArgumentKey<Int>("count", "how often", in: 0...0x1p31)
  private static let diagonal = ArgumentKey<Int>("diagonal", default: 0, "1 is the one above the main one")

  private static let frames = ArgumentKey<Int>("frames", "frames of a clip", in: 1...Double(FrameShift.limit))
  private static let divisor = ArgumentKey<Int>(
    "divisor", default: FrameShift.usualDivisor, "one such part of the channels comes from each neighbour",
    in: 1...Double(FrameShift.limit))
  private static let past = ArgumentKey<Bool>(
    "past", default: false, "whether channels come from the frame before alone")

  private static var repeatMethods: [Method] {
    [
      .init(
        "roll", "The elements further along an axis; those that leave it come in at the other end.",
        [shift, axis], returns: "tensor", example: "gfnet.tensor{1, 2, 3, 4}:roll(1)"
      ) { tensor, call in
        TensorView(
          try tensor.rolled(try call[shift], axis: try call.axis(axis, of: tensor.shape)), of: tensor)
      },
      .init(
        "tile", "The whole tensor several times along its axes: `tile` of NumPy, `repeat` of PyTorch.",
        [counts],
        returns: "tensor", example: "gfnet.tensor{1, 2}:tile(2, 3)"
      ) { tensor, call in
        TensorView(try tensor.tiled(try call.sizes(call[counts], least: 0).sizes), of: tensor)
      },
      .init(
        "repeat_interleave",
        "Each element several times, one after the other, along an axis: `repeat` of NumPy.", [times, axis],
        returns: "tensor", example: "gfnet.tensor{1, 2}:repeat_interleave(2)"
      ) { tensor, call in
        try tensor.repeated(try call[times], axis: try call.axis(axis, of: tensor.shape))
      },
      .init(
        "temporal_shift",
        "Frames of clips, (clips · frames) × channels × …, with some channels from neighbouring frames (TSM).",
        [.options([frames, divisor, past])], returns: "tensor",
        example: "gfnet.tensor.zeros(16, 64, 7, 7):temporal_shift{frames = 8}",
        discussion: """
          One part in `divisor` of the channels, the first ones, comes from the next frame, and as many after them from \
          the frame before; the others stay. Zeros come from beyond the ends of a clip. With `past` the first ones come \
          from the frame before and nothing from the next one.
          """
      ) { tensor, call in
        try tensor.temporallyShifted(
          FrameShift(frames: try call[frames], divisor: try call[divisor], pastOnly: try call[past]))
      },
      triangle("tril", "below", upper: false), triangle("triu", "above", upper: true),
      .init(
        "diff", "Each element less the one before it; the axis is one shorter.", [lastAxis],
        returns: "tensor", example: "gfnet.tensor{1, 4, 9}:diff()"
      ) { tensor, call in try tensor.differences(axis: try call.axis(lastAxis, of: tensor.shape)) },
    ]
  }

  private static func triangle(_ name: String, _ side: String, upper: Bool) -> Method {
    .init(
      name, "The elements of the last two axes on a diagonal and \(side) it, 0 elsewhere.", [diagonal],
      returns: "tensor", example: "gfnet.tensor.ones(3, 3):\(name)()"
    ) { tensor, call in try tensor.triangle(upper: upper, diagonal: try call[diagonal]) }
  }

  private static let sizes = ArgumentKey<LuaValue>(
    FunctionParameter("sizes", .axes, "the size of each part, or the list of sizes"))
  private static let parts = ArgumentKey<Int>("parts", "how many parts", in: 1...0x1p24)

  private static var partMethods: [Method] {
    [
      .init(
        "split",
        "Parts of one size along an axis, the last one smaller, or parts of the listed sizes; views.",
        [sizes, axis], returns: "list of tensors",
        example: "local a, b = table.unpack(gfnet.tensor{1, 2, 3}:split(2))"
      ) { tensor, call in
        let axis = try call.axis(Self.axis, of: tensor.shape)
        return try pieces(tensor, axis, try splitSizes(call, tensor.shape[axis]))
      },
      .init(
        "chunk", "So many parts along an axis, as equal as can be; fewer where the axis is too short; views.",
        [parts, axis], returns: "list of tensors",
        example: "local a, b = table.unpack(gfnet.tensor{1, 2, 3}:chunk(2))"
      ) { tensor, call in
        let axis = try call.axis(Self.axis, of: tensor.shape)
        let size = tensor.shape[axis]
        let each = max((size + (try call[parts]) - 1) / (try call[parts]), 1)
        return try pieces(tensor, axis, equal(size, each, call.stack))
      },
      .init(
        "movedim", "One axis moved to another place, the others in their order; a view.",
        [movedAxis, newPlace],
        returns: "tensor", example: "gfnet.tensor.zeros(2, 3, 4):movedim(1, -1)"
      ) { tensor, call in
        let (from, to) = (
          try call.axis(movedAxis, of: tensor.shape), try call.axis(newPlace, of: tensor.shape)
        )
        return TensorView(try tensor.movedAxis(from: from, to: to), of: tensor)
      },
      .init(
        "diagonal", "The elements whose places along two axes are equal; a view.", [axis1, axis2],
        returns: "tensor", example: "gfnet.tensor{{1, 2}, {3, 4}}:diagonal()"
      ) { tensor, call in
        let (a, b) = (try call.axis(axis1, of: tensor.shape), try call.axis(axis2, of: tensor.shape))
        return TensorView(try tensor.diagonal(a, b), of: tensor)
      },
    ]
  }

  private static let movedAxis = ArgumentKey<Int>("from", "the axis")
  private static let newPlace = ArgumentKey<Int>("to", "its new place")
  private static let axis1 = ArgumentKey<Int>("axis1", default: 1, "one axis")
  private static let axis2 = ArgumentKey<Int>("axis2", default: 2, "the other axis")

  private static func equal(_ size: Int, _ each: Int, _ stack: LuaStack) throws -> [Int] {
    // An expanded axis may have any number of elements.
    let count = size / each + 1
    try stack.requireRoom(values: Double(count), tables: 1)
    try MemoryBudget.shared.require(count * objectBookkeeping)
    return size == 0 ? [0] : stride(from: 0, to: size, by: each).map { min(each, size - $0) }
  }

  private static func splitSizes(_ call: LuaCall, _ size: Int) throws -> [Int] {
    let given = try call[sizes]
    if let each = given.asInteger {
      guard each > 0 else { throw LuaError("\(call.place(sizes)) must be at least 1, got \(each)") }
      return try equal(size, each, call.stack)
    }
    let list = try given.asTable?.elements(ofListAt: call.place(sizes)).compactMap(\.asInteger) ?? []
    guard list.allSatisfy({ $0 >= 0 }), list.checkedSum() == size else {
      throw LuaError(
        "\(call.place(sizes)): the sizes \(list.map(String.init).joined(separator: ", ")) do not add up to the axis's \(size)"
      )
    }
    return list
  }

  private static func pieces(_ tensor: Tensor, _ axis: Int, _ sizes: [Int]) throws -> [TensorView] {
    var start = 0
    return try sizes.map { size in
      defer { start += size }
      return TensorView(try tensor.sliced(axis, start..<start + size), of: tensor)
    }
  }

  // MARK: Margins and windows

  private static let margins = ArgumentKey<LuaValue>(
    FunctionParameter(
      "margins", .either([.integer, .list(.any)]),
      "one number for all sides of the last two axes, or for the last axes a list of {before, after}"))
  private static let mode = ArgumentKey<PaddingMode>(
    "mode", default: .constant,
    "what stands there: one number, the elements mirrored, the edge, or the other end")
  private static let value = ArgumentKey<Float>("value", default: 0, "the number, for constant")

  private static let windowAxis = ArgumentKey<Int>("axis", "the axis")
  private static let windowSize = ArgumentKey<Int>("size", "elements of a window", in: 1...0x1p40)
  private static let windowStep = ArgumentKey<Int>("step", default: 1, "between windows", in: 1...0x1p40)

  private static let kernel = pair("kernel", "its size, or {height, width}")
  private static let stride2 = pair("stride", "between patches").optional
  private static let padding2 = pair("padding", "zeros around the images").optional
  private static let dilation2 = pair("dilation", "between elements of a patch").optional

  private static func pair(_ name: String, _ summary: String) -> ArgumentKey<[Int]> {
    ArgumentKey<[Int]>(FunctionParameter(name, .axes, summary)) { call, name in
      let value = try call.value(name)
      if let one = value.asInteger { return [one, one] }
      let list = try value.asTable?.elements(ofListAt: call.place(name)).compactMap(\.asInteger) ?? []
      guard list.count == 2 else { throw LuaError("\(call.place(name)) is a number or {height, width}") }
      return list
    }
  }

  private static var windowMethods: [Method] {
    [
      .init(
        "pad", "Further elements around the tensor.", [margins, .options([mode, value])],
        returns: "tensor", example: "gfnet.tensor{{1, 2}, {3, 4}}:pad(1, {value = 9})",
        discussion: """
          t:pad{{1, 2}} adds one element before and two after the last axis, t:pad{{1, 1}, {2, 2}} pads the last two. reflect \\
          mirrors without the edge, replicate repeats the edge, circular goes on at the other end.
          """
      ) { tensor, call in
        try tensor.padded(try margins(call, tensor.rank), try call[mode], value: try call[value])
      },
      .init(
        "unfold",
        "All windows along an axis, as a view: the axis counts them, a new last axis is what is in each.",
        [windowAxis, windowSize, windowStep], returns: "tensor",
        example: "gfnet.tensor.arange(1, 6):unfold(1, 3)",
        discussion: "This is Tensor.unfold of PyTorch; torch.nn.functional.unfold is t:im2col."
      ) { tensor, call in
        let axis = try call.axis(windowAxis, of: tensor.shape)
        let (size, step) = (try call[windowSize], try call[windowStep])
        guard size <= tensor.shape[axis] else {
          throw LuaError(
            "tensor:unfold: windows of \(size) elements along axis \(axis + 1) of shape \(tensor.shape), which has \(tensor.shape[axis])"
          )
        }
        return TensorView(try tensor.windows(axis: axis, size: size, step: step), of: tensor)
      },
      .init(
        "im2col", "The patches of N×C×H×W images as columns: N × C·height·width × patches.",
        [kernel, .options([stride2, padding2, dilation2])], returns: "tensor",
        example: "gfnet.tensor.zeros(1, 3, 8, 8):im2col(3, {padding = 1}).shape",
        discussion: "This is torch.nn.functional.unfold; windows along one axis are t:unfold."
      ) { tensor, call in
        let kernel = try call[kernel]
        let (stride, padding) = (try call[stride2] ?? [1, 1], try call[padding2] ?? [0, 0])
        let dilation = try call[dilation2] ?? [1, 1]
        return try tensor.imageColumns(
          kernel: (kernel[0], kernel[1]), stride: (stride[0], stride[1]), padding: (padding[0], padding[1]),
          dilation: (dilation[0], dilation[1]))
      },
    ]
  }

  private static func margins(_ call: LuaCall, _ rank: Int) throws -> [(before: Int, after: Int)] {
    let given = try call[margins]
    var result = [(before: Int, after: Int)](repeating: (0, 0), count: rank)
    if let all = given.asInteger {
      for axis in max(rank - 2, 0)..<rank { result[axis] = (all, all) }
    } else {
      let pairs = try given.asTable?.elements(ofListAt: call.place(margins)) ?? []
      guard pairs.count <= rank else {
        throw LuaError("\(call.place(margins)) has \(pairs.count) pairs for \(rank) axes")
      }
      for (position, pair) in pairs.enumerated() {
        let numbers = try pair.asTable?.elements(ofListAt: call.place(margins)).compactMap(\.asInteger) ?? []
        guard numbers.count == 2 else {
          throw LuaError("\(call.place(margins)) is a list of {before, after}, as in {{1, 1}, {2, 2}}")
        }
        result[rank - pairs.count + position] = (numbers[0], numbers[1])
      }
    }
    guard result.allSatisfy({ min($0.before, $0.after) >= 0 }) else {
      throw LuaError(
        "\(call.place(margins)) must be at least 0; a range such as t[{{2, -2}}] cuts elements off")
    }
    return result
  }
}
