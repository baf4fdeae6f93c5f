import Support
import Tensor

// Elements by their values: in order, different ones, those that are not 0, and how many there are.
extension TensorClass {
  static var valueMethods: [Method] { orderMethods + placeMethods + countMethods + truthMethods }

  private static let descending = ArgumentKey<Bool>("descending", default: false, "the largest first")

  private static var orderMethods: [Method] {
    [
      .init(
        "sort", "The elements in ascending order along an axis, and their places before.",
        [lastAxis, .options([descending])],
        returns: "tensor: the values; tensor: their 1-based places, int32",
        example: "local values, places = gfnet.tensor{3, 9, 5}:sort()",
        discussion: "Equal elements keep their order; nan counts as larger than all numbers."
      ) { tensor, call in
        let sorted = try tensor.sorted(
          axis: try call.axis(lastAxis, of: tensor.shape), descending: try call[descending])
        return LuaResults(sorted.values, try sorted.indices.adding(1))
      },
      .init(
        "argsort", "The 1-based places of the elements in ascending order along an axis.",
        [lastAxis, .options([descending])], returns: "tensor: int32",
        example: "gfnet.tensor{3, 9, 5}:argsort()"
      ) { tensor, call in
        try tensor.argSort(axis: try call.axis(lastAxis, of: tensor.shape), descending: try call[descending])
          .adding(1)
      },
      .init(
        "unique", "The different elements in ascending order.",
        returns:
          "tensor: the elements; tensor: how often each occurs; tensor: which of them each element is (1-based)",
        example: "local values, counts, places = gfnet.tensor{3, 1, 3}:unique()"
      ) { tensor, _ in
        try tensor.requireConstant("tensor:unique")
        let found = try tensor.unique()
        return LuaResults(found.values, found.counts, try found.places.adding(1))
      },
    ]
  }

  private static let axis = ArgumentKey<Int>("axis", "the axis")
  private static let places = ArgumentKey<Tensor>.operand(
    "places", "1-based places; its other sizes are those of the tensor")
  private static let source = ArgumentKey<Tensor>.operand(
    "source", "a number, or a tensor of the places' shape")
  private static let flatPlaces = ArgumentKey<Tensor>.operand(
    "places", "1-based places in the flattened tensor, of any shape")

  private static var placeMethods: [Method] {
    [
      scatter("scatter", "replaced", adding: false), scatter("scatter_add", "increased", adding: true),
      .init(
        "take", "Elements by their places in the flattened tensor, in the shape of these.", [flatPlaces],
        returns: "tensor", example: "gfnet.tensor{{1, 2}, {3, 4}}:take{4, 1}"
      ) { tensor, call in
        let flat = try tensor.flattened()
        let places = try call[flatPlaces]
        let line = try places.reshaped([places.count])
        let taken = try flat.gathered(0, try zeroBased(line, 0, flat, "take"))
        return NumberOrTensor(try taken.reshaped(places.shape), of: tensor)
      },
      .init(
        "nonzero",
        "The places of the elements that are not 0 or false: a row for each, a column for each axis.",
        returns: "tensor: int32, 1-based", example: "gfnet.tensor{0, 5, 0, 7}:nonzero()"
      ) { tensor, _ in try tensor.nonzero().adding(1) },
    ]
  }

  private static func scatter(_ name: String, _ word: String, adding: Bool) -> Method {
    .init(
      name,
      "A copy whose elements at places along an axis are \(word): result[places[i][j]][j] for axis 1.",
      [axis, places, source], returns: "tensor",
      example: "gfnet.tensor.zeros(3, 2):\(name)(1, {{3, 1}}, {{5, 6}})",
      discussion:
        "The opposite of t:gather. \(adding ? "What is added several times adds up." : "Of several values for one element the last one stays.")"
    ) { tensor, call in
      let axis = try call.axis(Self.axis, of: tensor.shape)
      let places = try call[Self.places]
      try requireLike(tensor, places, axis, name)
      let source = try beside(tensor, at: 4, call, Self.source)
      guard source.rank == 0 || source.shape == places.shape else {
        throw LuaError(
          "tensor:\(name): the source has shape \(source.shape), the places have \(places.shape)")
      }
      return try tensor.scattered(
        axis, try zeroBased(places, axis, tensor, name), try source.expanded(to: places.shape), adding: adding
      )
    }
  }

  /// Throws where places along an axis have not the tensor's other sizes.
  static func requireLike(_ tensor: Tensor, _ places: Tensor, _ axis: Int, _ name: String) throws {
    var sizes = places.shape.sizes
    if sizes.count == tensor.rank { sizes[axis] = tensor.shape[axis] }
    guard sizes == tensor.shape.sizes else {
      throw LuaError(
        "tensor:\(name): places of shape \(places.shape) must have shape \(tensor.shape) but for axis \(axis + 1)"
      )
    }
  }

  private static let weights = ArgumentKey<Tensor>.operand("weights", "a number for each element").optional
  private static let length = ArgumentKey<Int>(
    "length", default: 0, "the least number of results", in: 0...0x1p31)
  private static let bins = ArgumentKey<Int>("bins", default: 10, "how many parts", in: 1...0x1p24)
  private static let low = ArgumentKey<Double?>("low", "the lower end; left out: the smallest element")
  private static let high = ArgumentKey<Double?>("high", "the upper end; left out: the largest element")

  private static var countMethods: [Method] {
    [
      .init(
        "bincount", "How often each whole number from 1 on occurs, or the sums of weights there.",
        [.options([weights, length])], returns: "tensor: result[k] is about the elements that are k",
        example: "gfnet.tensor{1, 3, 3}:bincount()",
        discussion:
          "Numbers are counted from 1, as class labels are here; NumPy's and PyTorch's count from 0."
      ) { tensor, call in
        let flat = try tensor.flattened()
        let bad = try flat.doubles().first { !($0 >= 1 && $0 < 0x1p31 && $0 == $0.rounded()) }
        if let bad {
          throw LuaError(
            "tensor:bincount: counts whole numbers from 1 on, got \(LuaNumberText.shortest(bad))")
        }
        let numbers = try flat.converted(to: .int32).adding(-1)
        let weights = try call[Self.weights]
        try weights?.requireConstant("tensor:bincount: option 'weights'")
        return try numbers.binCounts(weights: weights, length: try call[length])
      },
      .init(
        "histogram", "How many elements lie in each of several equal parts of a range.",
        [bins, .options([low, high])],
        returns: "tensor: the counts; tensor: the edges, one more",
        example: "local counts, edges = gfnet.tensor{1, 2, 2, 4}:histogram(3)",
        discussion: "The last part includes its upper end; what lies outside the range is not counted."
      ) { tensor, call in
        try tensor.requireConstant("tensor:histogram")
        var range: ClosedRange<Double>?
        let (low, high) = (try call[Self.low], try call[Self.high])
        if low != nil || high != nil {
          let ends = tensor.count > 0 ? try tensor.doubles() : [0, 1]
          let (first, last) = (low ?? ends.min() ?? 0, high ?? ends.max() ?? 1)
          guard first <= last else {
            throw LuaError(
              "tensor:histogram: the range \(LuaNumberText.shortest(first)) to \(LuaNumberText.shortest(last)) is empty"
            )
          }
          range = first...last
        }
        let found = try tensor.histogram(bins: try call[bins], range: range)
        return LuaResults(found.counts, found.edges)
      },
    ]
  }

  private static let other = ArgumentKey<Tensor>.operand("other", "a tensor, a number or nested lists")
  private static let relative = ArgumentKey<Double>(
    "rtol", default: 1e-5, "relative to the other's magnitude")
  private static let absolute = ArgumentKey<Double>("atol", default: 1e-8, "absolute")
  private static let equalNaN = ArgumentKey<Bool>("equal_nan", default: false, "whether nan agrees with nan")

  private static var truthMethods: [Method] {
    NumberKind.allCases.map { kind in
      let word = ["isnan": "not a number", "isinf": "infinite", "isfinite": "neither infinite nor nan"][
        kind.rawValue]
      return .init(
        kind.rawValue, "True where the element is \(word ?? "").", returns: "tensor: boolean",
        example: "gfnet.tensor{1, 0 / 0, 1 / 0}:\(kind.rawValue)()"
      ) { tensor, _ in try tensor.classified(kind) }
    }
      + Connective.allCases.map { connective in
        .init(
          "logical_\(connective.rawValue)",
          "\(connective.rawValue.capitalized) of truth values; numbers are true unless they are 0. Masks have the operators & | ~.",
          [other], returns: "tensor: boolean",
          example: "gfnet.tensor{1, 0}:logical_\(connective.rawValue){true, true}"
        ) { tensor, call in try tensor.combined(connective, try call[other]) }
      } + [
        .init(
          "logical_not", "True where the element is 0 or false; of a mask also ~mask.",
          returns: "tensor: boolean", example: "gfnet.tensor{0, 2}:logical_not()"
        ) { tensor, _ in try tensor.logicalNot() },
        .init(
          "allclose", "Whether all elements are near those of another tensor: |a - b| <= atol + rtol·|b|.",
          [other, .options([relative, absolute, equalNaN])], returns: "boolean",
          example: "gfnet.tensor{1, 2}:allclose{1, 2.00001}"
        ) { tensor, call in
          try tensor.isClose(
            to: try call[other], relative: try call[relative], absolute: try call[absolute],
            nanIsEqual: try call[equalNaN])
        },
      ]
  }
}
