import GlanceFocus
import Support
import Tensor

/// The images that a script passes to a part of a model.
enum PartImages {
  private static let type = ParameterType.either([
    .object("image_batch"), .object("dataset"), .object("tensor"), .string, .table,
  ])

  static let key = ArgumentKey<LuaValue>(
    FunctionParameter(
      "images", type,
      "values from 0 to 1: n × 1 or 3 × height × width, one image of 3 axes, clips of n × frames × 1 or 3 × height ×"
        + " width, a data set, a batch or entries of one, a table with images =, or paths of pictures"))

  static let patches = ArgumentKey<LuaValue>(
    FunctionParameter(
      "patches", type,
      "n × 1 or 3 × patch_size × patch_size with values from 0 to 1, of clips n × frames × …, as model:crop gives them"
    ))

  /// Reads what was passed; `place` names function and argument.
  static func read(_ value: LuaValue, for model: ModelHandle, _ call: LuaCall, _ place: String) throws
    -> NetworkImages
  {
    if case .object(let object) = value, let tensor = object.value(as: Tensor.self) {
      // Of a model of clips so many images are the frames of one.
      let frames = model.configuration.frames
      if frames > 1, tensor.rank == 4, tensor.shape[0] == frames {
        return try images(tensor.unsqueezed(0), place, call)
      }
      return try images(tensor, place, call)
    }
    if case .object(let object) = value, let batch = object.value(as: ImageBatchHandle.self) {
      return NetworkImages(batch.batch)
    }
    if let table = value.asTable {
      let held = try table.get("images")
      if !held.isNil { return try read(held, for: model, call, place) }
      let seesClips = model.configuration.frames > 1
      if !seesClips { try ImageArgument.refuseClip(table, place) }
      for name in seesClips ? ["clips", "clip"] : ["image"] {
        let one = try table.get(name)
        if !one.isNil { return try read(one, for: model, call, place) }
      }
      if !seesClips, case .object? = try table.elements().first {
        return try images(ImageArgument.batch(value, on: call.stack, place), place, call)
      }
    }
    let given = try ModelImages(value, for: model.configuration, on: call.stack, place)
    return try DamageNote.telling(given.images, call.context) {
      try NetworkImages(given.images, at: Array(0..<given.images.count))
    }
  }

  private static func images(_ tensor: Tensor, _ place: String, _ call: LuaCall) throws -> NetworkImages {
    let batch = tensor.rank == 3 ? try tensor.reshaped(Shape([1] + tensor.shape.sizes)) : tensor
    let images = try naming(place) { try NetworkImages(batch, hasHistory: batch.isWatched) }
    if !batch.isWatched, let range = try images.strayRange() {
      call.context.noteOnce(
        "\(place): values go from \(range.lowerBound) to \(range.upperBound); a model takes images of values from 0 to 1"
          + " and normalises them itself", key: "range " + place)
    }
    return images
  }
}
