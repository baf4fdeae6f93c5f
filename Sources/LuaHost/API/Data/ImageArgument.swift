import Support
import Tensor

/// Images or clips that a script passes as tensors.
enum ImageArgument {
  /// N×C×H×W from such a tensor, from one image of C×H×W, or from a list of those.
  static func batch(_ value: LuaValue, on stack: LuaStack, _ place: String) throws -> Tensor {
    let axes = "channels × height × width"
    if let stacked = try stacked(value, of: ("image", axes), rank: 3, on: stack, place) {
      return try checked(stacked, place)
    }
    // The entries of a data set are tables themselves, and no images.
    if let first = try value.asTable?.elements().first?.asTable, try !first.get("image").isNil {
      throw LuaError(
        "\(place): element 1 is an entry of a data set; pass data:subset{1, 2, …}, or the images: {d[1].image, …}"
      )
    }
    if let entry = value.asTable { try refuseClip(entry, place) }
    try value.push(onto: stack)
    defer { stack.pop() }
    let tensor = try stack.tensor(at: -1, place)
    return try checked(
      tensor.rank == 3 ? Tensor(Shape([1] + tensor.shape.sizes), tensor.values()) : tensor, place)
  }

  /// N×F×C×H×W from such a tensor, or from a list of clips of F×C×H×W.
  static func clips(_ value: LuaValue, on stack: LuaStack, _ place: String) throws -> Tensor {
    let axes = "frames × channels × height × width"
    let clips: Tensor
    if let stacked = try stacked(value, of: ("clip", axes), rank: 4, on: stack, place) {
      clips = stacked
    } else {
      try value.push(onto: stack)
      defer { stack.pop() }
      clips = try stack.tensor(at: -1, place)
    }
    guard clips.rank == 5, clips.shape[2] == 1 || clips.shape[2] == 3 else {
      throw LuaError("\(place) has shape \(clips.shape), expected clips × \(axes) with 1 or 3 channels")
    }
    return clips
  }

  /// The tensors of a list as one, along a new first axis; nil where `value` is no list of objects.
  /// - Parameter item: what messages call an element, and its axes.
  private static func stacked(
    _ value: LuaValue, of item: (noun: String, axes: String), rank: Int, on stack: LuaStack, _ place: String
  ) throws -> Tensor? {
    guard let list = try value.asTable?.elements(), case .object? = list.first else { return nil }
    let items = try list.enumerated().map { index, element in
      try element.push(onto: stack)
      defer { stack.pop() }
      return try stack.tensor(at: -1, "\(place): element \(index + 1)")
    }
    for (index, found) in items.enumerated() where found.shape != items[0].shape || found.rank != rank {
      throw LuaError(
        "\(place): \(item.noun) \(index + 1) has shape \(found.shape), expected \(item.axes) like"
          + " \(item.noun) 1, \(items[0].shape)")
    }
    return try Tensor(Shape([items.count] + items[0].shape.sizes), items.flatMap { try $0.values() })
  }

  /// Refuses an entry of a data set of clips where images are taken.
  static func refuseClip(_ entry: LuaTable, _ place: String) throws {
    guard case .object(let object) = try entry.get("clip"), let clip = object.value(as: Tensor.self),
      clip.rank > 0
    else { return }
    throw LuaError("\(place): got a clip of \(clip.shape[0]) frames, expected images")
  }

  private static func checked(_ batch: Tensor, _ place: String) throws -> Tensor {
    guard batch.rank == 4, batch.shape[1] == 1 || batch.shape[1] == 3 else {
      throw LuaError(
        "\(place) has shape \(batch.shape), expected images × channels × height × width with 1 or 3 channels")
    }
    return batch
  }
}
