import Tensor

// Sums, means, extremes: over all elements a number, over axes a tensor without them.
extension TensorClass {
  static var reductionMethods: [Method] {
    [
      reduction("sum", "The sum") { tensor, axes, keep, _ in try tensor.sum(axes, keepingAxes: keep) },
      reduction("mean", "The mean") { tensor, axes, keep, _ in try tensor.mean(axes, keepingAxes: keep) },
      reduction("var", "The variance", [keepDim, unbiased]) { tensor, axes, keep, call in
        try tensor.variance(axes, unbiased: try call[unbiased], keepingAxes: keep)
      },
      reduction("std", "The standard deviation", [keepDim, unbiased]) { tensor, axes, keep, call in
        try tensor.standardDeviation(axes, unbiased: try call[unbiased], keepingAxes: keep)
      },
      reduction("norm", "The Euclidean norm") { tensor, axes, keep, _ in
        try tensor.norm(axes, keepingAxes: keep)
      },
      extreme("max", "largest", largest: true), extreme("min", "smallest", largest: false),
      place("argmax", "largest", largest: true), place("argmin", "smallest", largest: false),
      .init(
        "cumsum", "Running sums along an axis.", [axisOfSums],
        returns: "tensor", example: "gfnet.tensor{1, 2, 3}:cumsum()"
      ) { tensor, call in try tensor.cumulativeSum(axis: try call.axis(axisOfSums, of: tensor.shape)) },
    ]
  }

  private static let axisOfSums = ArgumentKey<Int>("axis", default: 1, "the axis")
  private static let keepDim = ArgumentKey<Bool>(
    "keepdim", default: false, "keep the reduced axes, with size 1")
  private static let unbiased = ArgumentKey<Bool>(
    "unbiased", default: true, "divide by n - 1 instead of n")
  private static let axes = ArgumentKey<LuaValue>(
    .optional("axis", .axes, "the axis, or a list of axes; left out: all"))

  private static func reduction(
    _ name: String, _ summary: String, _ options: [any ArgumentRow] = [TensorClass.keepDim],
    _ function: @escaping @Sendable (Tensor, [Int]?, Bool, LuaCall) throws -> Tensor
  ) -> Method {
    .init(
      name, summary + " over all elements, or along axes.", [axes, .options(options)],
      returns: "number, or tensor when axes remain",
      example: "gfnet.tensor{{1, 2}, {3, 4}}:\(name)(1)"
    ) { tensor, call in
      let places = try call.axes(axes, of: tensor.shape)
      return NumberOrTensor(try function(tensor, places, try call[keepDim], call), of: tensor)
    }
  }

  private static let axisOfExtreme = ArgumentKey<Int?>("axis", "the axis; left out: all elements")

  private static func extreme(_ name: String, _ word: String, largest: Bool) -> Method {
    .init(
      name, "The \(word) element, or the \(word) along an axis and their places.",
      [axisOfExtreme, .options([keepDim])],
      returns: "number, or tensor; with an axis also the 1-based places",
      example: "local value, place = gfnet.tensor{{1, 5}, {4, 2}}:\(name)(2)"
    ) { tensor, call in
      guard let axis = try call.axis(axisOfExtreme, of: tensor.shape) else {
        let flat = try nonEmpty(tensor.flattened(), 0, name)
        return LuaResults(Double(try flat.extremumOfAll(largest: largest).value))
      }
      let keep = try call[keepDim]
      let line = try nonEmpty(tensor, axis, name)
      // A place that is a whole number in Lua has no limit.
      if tensor.rank == 1 && !keep {
        let best = try line.extremumOfAll(largest: largest)
        return LuaResults(Double(best.value), best.place + 1)
      }
      let found =
        try largest
        ? line.maximum(axis: axis, keepingAxis: keep) : line.minimum(axis: axis, keepingAxis: keep)
      return LuaResults(NumberOrTensor(found.values, of: tensor), PlacesFromZero(found.indices))
    }
  }

  private static let axisOfPlace = ArgumentKey<Int?>(
    "axis", "the axis; left out: the place in the flattened tensor")

  private static func place(_ name: String, _ word: String, largest: Bool) -> Method {
    .init(
      name, "The 1-based place of the \(word) element; of equal ones the first.",
      [axisOfPlace, .options([keepDim])],
      returns: "integer, or tensor of places",
      example: "gfnet.tensor{0.1, 0.7, 0.2}:\(name)()",
      discussion: "A tensor of places needs an axis of at most 16777216 elements: its numbers are 32-bit."
    ) { tensor, call -> AnyPushable in
      let axis = try call.axis(axisOfPlace, of: tensor.shape)
      let line = try nonEmpty(axis == nil ? tensor.flattened() : tensor, axis ?? 0, name)
      let keep = try call[keepDim]
      if line.rank == 1 && !keep {
        return AnyPushable(try line.extremumOfAll(largest: largest).place + 1)
      }
      return AnyPushable(
        PlacesFromZero(
          try largest
            ? line.argMax(axis: axis ?? 0, keepingAxis: keep)
            : line.argMin(axis: axis ?? 0, keepingAxis: keep)))
    }
  }

  private static func nonEmpty(_ tensor: Tensor, _ axis: Int, _ name: String) throws -> Tensor {
    guard tensor.shape[axis] > 0 else {
      throw LuaError("tensor:\(name): there are no elements along axis \(axis + 1) of shape \(tensor.shape)")
    }
    return tensor
  }
}
