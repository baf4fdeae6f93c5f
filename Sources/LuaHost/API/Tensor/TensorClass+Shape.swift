import Support
import Tensor

// Other shapes over the same elements, and parts of them.
extension TensorClass {
  private static let mergedAxis = ArgumentKey<Int>("axis", default: 1, "the first axis that is merged")
  private static let axis1 = ArgumentKey<Int>("axis1", default: -2, "one axis")
  private static let axis2 = ArgumentKey<Int>("axis2", default: -1, "the other axis")
  private static let axes = ArgumentKey<[LuaValue]>(
    .rest("axes", .axes, "every axis once, in the new order"))
  private static let squeezedAxis = ArgumentKey<Int?>("axis", "left out: all axes of size 1")
  private static let newAxis = ArgumentKey<Int>("axis", "its place: 1 puts it first, -1 last")

  static var shapeMethods: [Method] {
    [
      .init(
        "reshape", "The elements in order under another shape; a view where they lie in order, else a copy.",
        [SizeArgument.openSizes], returns: "tensor", example: "gfnet.tensor.arange(1, 6):reshape(2, -1)",
        discussion: "One size may be -1 and is worked out."
      ) { tensor, call in TensorView(try tensor.reshaped(try call[SizeArgument.openSizes]), of: tensor) },
      .init(
        "view",
        "Like reshape, but always shares the memory; an error where the elements do not lie in order.",
        [SizeArgument.openSizes], returns: "tensor", example: "gfnet.tensor.zeros(6):view(2, 3)"
      ) { tensor, call in
        guard tensor.isContiguous else {
          throw LuaError(
            "tensor:view: the elements of this tensor of shape \(tensor.shape) do not lie in order; :reshape copies them"
          )
        }
        return TensorView(try tensor.reshaped(try call[SizeArgument.openSizes]), of: tensor)
      },
      .init(
        "flatten", "All axes from one on merged into one.", [mergedAxis],
        returns: "tensor", example: "gfnet.tensor.zeros(2, 3, 4):flatten(2)"
      ) { tensor, call in
        if tensor.rank == 0 { return TensorView(try tensor.reshaped([1]), of: tensor) }
        return TensorView(try tensor.flattened(from: try call.axis(mergedAxis, of: tensor.shape)), of: tensor)
      },
      .init(
        "transpose", "Two axes exchanged, the last two unless told; a view.", [axis1, axis2],
        returns: "tensor", example: "gfnet.tensor{{1, 2, 3}, {4, 5, 6}}:transpose()"
      ) { tensor, call in
        let (a, b) = (try call.axis(axis1, of: tensor.shape), try call.axis(axis2, of: tensor.shape))
        return TensorView(try tensor.transposed(a, b), of: tensor)
      },
      .init(
        "permute", "The axes in another order; a view.", [axes],
        returns: "tensor", example: "gfnet.tensor.zeros(2, 3, 4):permute(3, 1, 2)"
      ) { tensor, call in
        let order = try call.sizes(call[axes], least: -tensor.rank).sizes
        let resolved = order.map { $0 > 0 ? $0 - 1 : $0 + tensor.rank }
        guard !order.contains(0), resolved.sorted() == Array(0..<tensor.rank) else {
          throw LuaError(
            "tensor:permute: expected the axes 1 to \(tensor.rank) of shape \(tensor.shape), each once, got \(order.map(String.init).joined(separator: ", "))"
          )
        }
        return TensorView(try tensor.permuted(resolved), of: tensor)
      },
      .init(
        "expand", "Axes of size 1 repeated, without copying; a view that cannot be written to.",
        [SizeArgument.sizes], returns: "tensor", example: "gfnet.tensor{{1}, {2}}:expand(2, 3)"
      ) { tensor, call in TensorView(try tensor.expanded(to: try call[SizeArgument.sizes]), of: tensor) },
      .init(
        "squeeze", "Without an axis of size 1, or without all of them; a view.", [squeezedAxis],
        returns: "tensor", example: "gfnet.tensor.zeros(1, 3, 1):squeeze()"
      ) { tensor, call in
        if let axis = try call.axis(squeezedAxis, of: tensor.shape) {
          guard tensor.shape[axis] == 1 else {
            throw LuaError(
              "tensor:squeeze: axis \(axis + 1) of shape \(tensor.shape) has size \(tensor.shape[axis]), not 1"
            )
          }
          return TensorView(try tensor.squeezed(axis), of: tensor)
        }
        var result = tensor
        for axis in tensor.shape.sizes.indices.reversed() where tensor.shape[axis] == 1 {
          result = try result.squeezed(axis)
        }
        return TensorView(result, of: tensor)
      },
      .init(
        "unsqueeze", "With a new axis of size 1; a view.", [newAxis],
        returns: "tensor", example: "gfnet.tensor{1, 2, 3}:unsqueeze(1)"
      ) { tensor, call in
        let axis = try call[newAxis]
        guard let place = Int(place: axis, of: tensor.rank + 1) else {
          throw LuaError(
            "tensor:unsqueeze: the new axis of shape \(tensor.shape) can be 1 to \(tensor.rank + 1), got \(axis)"
          )
        }
        return TensorView(try tensor.unsqueezed(place), of: tensor)
      },
    ]
  }

  private static let axis = ArgumentKey<Int>("axis", "the axis")
  private static let places = ArgumentKey<[Double]>.numbers(
    "places", "1-based places along it, as a list or a tensor")
  private static let placeOfEach = ArgumentKey<Tensor>.operand(
    "places", "1-based places; its other sizes are those of the tensor")
  private static let count = ArgumentKey<Int>("count", "how many")
  private static let smallest = ArgumentKey<Bool>("smallest", default: false, "the smallest instead")

  static var selectionMethods: [Method] {
    [
      .init(
        "flip", "The elements in reverse order along an axis.", [axis],
        returns: "tensor", example: "gfnet.tensor{1, 2, 3}:flip(1)"
      ) { tensor, call in try tensor.flipped(try call.axis(axis, of: tensor.shape)) },
      .init(
        "index", "Rows (or slices of any axis) by their places, in any order and any number of times.",
        [axis, places],
        returns: "tensor", example: "gfnet.tensor{{1, 2}, {3, 4}, {5, 6}}:index(1, {3, 1})"
      ) { tensor, call in
        let axis = try call.axis(Self.axis, of: tensor.shape)
        return try tensor.indexSelected(axis, try call.places(places, count: tensor.shape[axis]))
      },
      .init(
        "gather", "Single elements along an axis: result[i][j] = t[i][places[i][j]] for axis 2.",
        [axis, placeOfEach],
        returns: "tensor", example: "gfnet.tensor{{1, 2}, {3, 4}}:gather(2, {{2}, {1}})"
      ) { tensor, call in
        let axis = try call.axis(Self.axis, of: tensor.shape)
        let places = try call[placeOfEach]
        try requireLike(tensor, places, axis, "gather")
        return try tensor.gathered(axis, try zeroBased(places, axis, tensor, "gather"))
      },
      .init(
        "topk", "The largest elements along an axis, best first, and their places.",
        [count, lastAxis, .options([smallest])],
        returns: "tensor: the values; tensor: their 1-based places",
        example: "local values, places = gfnet.tensor{3, 9, 5}:topk(2)"
      ) { tensor, call in
        let axis = try call.axis(lastAxis, of: tensor.shape)
        let count = try call[Self.count]
        guard (1...max(tensor.shape[axis], 1)).contains(count), tensor.shape[axis] > 0 else {
          throw LuaError(
            "tensor:topk: axis \(axis + 1) of shape \(tensor.shape) has \(tensor.shape[axis]) elements, got count \(count)"
          )
        }
        let best = try tensor.topK(count, axis: axis, largest: !(try call[smallest]))
        return LuaResults(best.values, try best.indices.adding(1))
      },
    ]
  }

  /// 1-based places along an axis of `tensor`, as numbers of any type, as Swift counts them.
  static func zeroBased(_ places: Tensor, _ axis: Int, _ tensor: Tensor, _ name: String) throws -> Tensor {
    let size = tensor.shape[axis]
    let bad = try places.doubles().first { !($0 >= 1 && $0 <= Double(size) && $0 == $0.rounded()) }
    if let bad {
      throw LuaError(
        "tensor:\(name): a place along axis \(axis + 1) must be a whole number from 1 to \(size), got \(LuaNumberText.shortest(bad))"
      )
    }
    return try places.converted(to: .int32).adding(-1)
  }
}
