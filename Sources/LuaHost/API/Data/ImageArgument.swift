import Support
import Tensor

/// Images that a script passes as tensors.
enum ImageArgument {
  /// N×C×H×W from such a tensor, from one image of C×H×W, or from a list of those.
  static func batch(_ value: LuaValue, on stack: LuaStack, _ place: String) throws -> Tensor {
    if let list = value.asTable, case .object? = try list.elements().first {
      let images = try list.elements().enumerated().map { index, element in
        try element.push(onto: stack)
        defer { stack.pop() }
        return try stack.tensor(at: -1, "\(place): element \(index + 1)")
      }
      for (index, image) in images.enumerated() where image.shape != images[0].shape || image.rank != 3 {
        throw LuaError(
          "\(place): image \(index + 1) has shape \(image.shape), expected channels × height × width like image 1, \(images[0].shape)"
        )
      }
      let values = try images.flatMap { try $0.values() }
      return try checked(Tensor(Shape([images.count] + images[0].shape.sizes), values), place)
    }
    // The entries of a data set are tables themselves, and no images.
    if let first = try value.asTable?.elements().first?.asTable, try !first.get("image").isNil {
      throw LuaError(
        "\(place): element 1 is an entry of a data set; pass data:subset{1, 2, …}, or the images: {d[1].image, …}"
      )
    }
    try value.push(onto: stack)
    defer { stack.pop() }
    let tensor = try stack.tensor(at: -1, place)
    return try checked(
      tensor.rank == 3 ? Tensor(Shape([1] + tensor.shape.sizes), tensor.values()) : tensor, place)
  }

  private static func checked(_ batch: Tensor, _ place: String) throws -> Tensor {
    guard batch.rank == 4, batch.shape[1] == 1 || batch.shape[1] == 3 else {
      throw LuaError(
        "\(place) has shape \(batch.shape), expected images × channels × height × width with 1 or 3 channels")
    }
    return batch
  }
}
