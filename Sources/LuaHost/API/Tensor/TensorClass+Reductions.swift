import Tensor

// Sums, means, extremes: over all elements a number, over axes a tensor without them.
extension TensorClass {
  static var reductionMethods: [Method] {
    [
      sum,
      reduction("mean", "The mean") { tensor, axes, keep, _ in try tensor.mean(axes, keepingAxes: keep) },
      reduction("var", "The variance", [keepDim, unbiased]) { tensor, axes, keep, call in
        try tensor.variance(axes, unbiased: try call[unbiased], keepingAxes: keep)
      },
      reduction("std", "The standard deviation", [keepDim, unbiased]) { tensor, axes, keep, call in
        try tensor.standardDeviation(axes, unbiased: try call[unbiased], keepingAxes: keep)
      },
      reduction("norm", "The Euclidean norm, or that of another order,", [keepDim, order]) {
        tensor, axes, keep, call in
        try tensor.norm(order: try call[order], axes, keepingAxes: keep)
      },
      reduction("prod", "The product") { tensor, axes, keep, _ in try tensor.product(axes, keepingAxes: keep)
      },
      reduction("logsumexp", "The logarithm of the sum of eˣ") { tensor, axes, keep, _ in
        try tensor.logSumExp(axes, keepingAxes: keep)
      },
      reduction("any", "Whether one is not 0 or false,") { tensor, axes, keep, _ in
        try tensor.any(axes, keepingAxes: keep)
      },
      reduction("all", "Whether none is 0 or false,") { tensor, axes, keep, _ in
        try tensor.all(axes, keepingAxes: keep)
      },
      reduction("median", "The median, of two in the middle their mean,") { tensor, axes, keep, _ in
        try tensor.quantile(0.5, axes, keepingAxes: keep)
      },
      quantile,
      extreme("max", "largest", largest: true), extreme("min", "smallest", largest: false),
      place("argmax", "largest", largest: true), place("argmin", "smallest", largest: false),
      .init(
        "cumsum", "Running sums along an axis.", [axisOfSums],
        returns: "tensor", example: "gfnet.tensor{1, 2, 3}:cumsum()"
      ) { tensor, call in try tensor.cumulativeSum(axis: try call.axis(axisOfSums, of: tensor.shape)) },
      .init(
        "cumprod", "Running products along an axis.", [axisOfSums],
        returns: "tensor", example: "gfnet.tensor{1, 2, 3}:cumprod()"
      ) { tensor, call in try tensor.cumulativeProduct(axis: try call.axis(axisOfSums, of: tensor.shape)) },
    ]
  }

  private static let axisOfSums = ArgumentKey<Int>("axis", default: 1, "the axis")
  private static let keepDim = ArgumentKey<Bool>(
    "keepdim", default: false, "keep the reduced axes, with size 1")
  private static let unbiased = ArgumentKey<Bool>(
    "unbiased", default: true, "divide by n - 1 instead of n")
  private static let order = ArgumentKey<Double>(
    "order", default: 2, "2 is the Euclidean norm, 1 the sum of magnitudes, math.huge the largest of them")
  private static let share = ArgumentKey<Double>("share", "such as 0.9", in: 0...1)
  private static let axes = ArgumentKey<LuaValue>(
    .optional("axis", .axes, "the axis, or a list of axes; left out: all"))

  private static var quantile: Method {
    .init(
      "quantile", "The number below which a share of the elements lies, over all elements or along axes.",
      [share, axes, .options([keepDim])], returns: "number, or tensor when axes remain",
      example: "gfnet.tensor{1, 2, 3, 4}:quantile(0.25)",
      discussion: "Between two elements it is interpolated, as NumPy does; nan where an element is nan."
    ) { tensor, call in
      let places = try call.axes(axes, of: tensor.shape)
      return NumberOrTensor(
        try tensor.quantile(try call[share], places, keepingAxes: try call[keepDim]), of: tensor)
    }
  }

  private static var sum: Method {
    .init(
      "sum", "The sum over all elements, or along axes.", [axes, .options([keepDim])],
      returns: "number, or tensor when axes remain", example: "gfnet.tensor{{1, 2}, {3, 4}}:sum(1)",
      discussion: "The sum of whole numbers, or of a mask, is a whole number, and exact."
    ) { tensor, call -> AnyPushable in
      let (places, keep) = (try call.axes(axes, of: tensor.shape), try call[keepDim])
      if tensor.dtype.isWhole, !keep, places == nil || places?.count == tensor.rank {
        return AnyPushable(try tensor.wholeSum())
      }
      return AnyPushable(NumberOrTensor(try tensor.sum(places, keepingAxes: keep), of: tensor))
    }
  }

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

  private static let axisOfExtreme = ArgumentKey<LuaValue>(
    .optional("axis", .axes, "the axis, or a list of axes; left out: all elements"))

  private static func extreme(_ name: String, _ word: String, largest: Bool) -> Method {
    .init(
      name, "The \(word) element, or the \(word) along an axis and their places.",
      [axisOfExtreme, .options([keepDim])],
      returns: "number, or tensor; with one axis also the 1-based places",
      example: "local value, place = gfnet.tensor{{1, 5}, {4, 2}}:\(name)(2)"
    ) { tensor, call in
      let keep = try call[keepDim]
      let axes = try call.axes(axisOfExtreme, of: tensor.shape)
      if axes == nil, !keep {
        let flat = try nonEmpty(tensor.flattened(), 0, name)
        if flat.isWatched {
          let found = try largest ? flat.maximum(axis: 0) : flat.minimum(axis: 0)
          return LuaResults(NumberOrTensor(found.values, of: tensor))
        }
        return LuaResults(try flat.extremumOfAll(largest: largest).value)
      }
      guard let axis = axes?.first, axes?.count == 1 else {
        let over = axes ?? Array(0..<tensor.rank)
        for axis in over { _ = try nonEmpty(tensor, axis, name) }
        let found = try tensor.extremum(largest: largest, over, keepingAxes: keep)
        return LuaResults(NumberOrTensor(found, of: tensor))
      }
      let line = try nonEmpty(tensor, axis, name)
      // A place that is a whole number in Lua has no limit.
      if tensor.rank == 1 && !keep && !tensor.isWatched {
        let best = try line.extremumOfAll(largest: largest)
        return LuaResults(best.value, best.place + 1)
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
      returns: "integer, or tensor of places: int32",
      example: "gfnet.tensor{0.1, 0.7, 0.2}:\(name)()"
    ) { tensor, call -> AnyPushable in
      if call.argumentCount == 0, tensor.count > 0, !tensor.isWatched {
        return AnyPushable(try tensor.extremumOfAll(largest: largest).place + 1)
      }
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
