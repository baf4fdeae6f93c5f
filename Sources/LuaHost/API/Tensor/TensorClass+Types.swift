import Tensor

// The type of the elements, and tensors of another one.
extension TensorClass {
  private static let dtype = ArgumentKey<DType>("dtype", "the type of the result's elements")

  static var typeMethods: [Method] {
    [
      .init(
        "to", "The elements as another type; the tensor itself where it has that type.", [dtype],
        returns: "tensor", example: "gfnet.tensor{0.2, 1.8, 255}:to(\"uint8\")",
        discussion: """
          Fractions are cut off; a number outside the type, or nan, is an error. Truth values become 1 and 0, and every \
          number but 0 is true. float32 holds whole numbers up to 16777216 exactly.
          """
      ) { tensor, call in TensorView(try tensor.converted(to: try call[dtype]), of: tensor) },
      conversion("float", .float32, "32-bit floating-point numbers"),
      conversion("int", .int32, "whole numbers of 32 bits, fractions cut off"),
      conversion("byte", .uint8, "whole numbers from 0 to 255, fractions cut off"),
      conversion("bool", .boolean, "truth values: false where the element is 0"),
      describe,
    ]
  }

  /// Shape, type and what the numbers are like.
  private static var describe: Method {
    .init(
      "describe", "Shape, type and a few statistics of the numbers, without showing any of them.",
      returns: "table: shape, dtype, count, min, max, mean, std, nan (how many), zeros (how many)",
      example: "gfnet.tensor{1, 2, 3, 0 / 0}:describe().nan",
      discussion: "Statistics are those of the numbers that are not nan; of no numbers there are none."
    ) { tensor, _ in
      let nan = try tensor.classified(.isnan)
      let missing = try nan.wholeSum()
      var fields: [(String, any LuaPushable)] = [
        ("shape", tensor.shape.sizes), ("dtype", tensor.dtype.rawValue), ("count", tensor.count),
        ("nan", missing), ("zeros", try tensor.logicalNot().wholeSum()),
      ]
      var numbers = tensor
      if missing > 0 {
        let places = try nan.logicalNot().flattened().nonzeroPlaces()[0]
        numbers = try tensor.flattened().indexSelected(0, places)
      }
      if numbers.count > 0 {
        fields.append(("min", try numbers.extremumOfAll(largest: false).value))
        fields.append(("max", try numbers.extremumOfAll(largest: true).value))
        fields.append(("mean", Double(try numbers.mean().item())))
        fields.append(("std", Double(try numbers.standardDeviation(unbiased: false).item())))
      }
      return LuaFields(fields)
    }
  }

  private static func conversion(_ name: String, _ dtype: DType, _ what: String) -> Method {
    .init(
      name, "The elements as \(what).", returns: "tensor: \(dtype.rawValue)",
      example: "gfnet.tensor{0, 1.8, 2}:\(name)()"
    ) { tensor, _ in
      do { return TensorView(try tensor.converted(to: dtype), of: tensor) } catch let error as TensorError {
        throw LuaError("tensor:\(name): \(error.problem)")
      }
    }
  }
}
