import GlanceFocus
import Tensor

/// Places as scripts see them: {row, column}, or a list of them with one for each frame that patches are cut from.
struct PlaceList<Number: LuaPushable & Sendable & Hashable>: LuaPushable {
  let numbers: FrameWise<[Number]>

  func push(onto stack: LuaStack) throws {
    switch numbers {
    case .same(let place): try place.push(onto: stack)
    case .each(let places): try places.push(onto: stack)
    }
  }
}

extension FrameWise where Value == PatchLocation {
  /// {row, column} in 0…1.
  var fractions: PlaceList<Double> { PlaceList(numbers: map { [Double($0.row), Double($0.column)] }) }
}

extension FrameWise where Value == PatchPosition {
  /// {row, column} of the top-left pixel, from 1.
  var pixels: PlaceList<Int> { PlaceList(numbers: map { [$0.row + 1, $0.column + 1] }) }

  /// A corner for each of `frames` frames, or as it is for one.
  func spread(_ frames: Int) -> PatchCorners { frames == 1 ? self : .each(values(frames: frames)) }
}

/// Places that a script gave: {row, column} for all, n × 2, or n × f × 2 with one for each frame.
enum PlacesArgument {
  static let help = "n × (row, column) in 0…1, of clips also n × frames × 2; {row, column} for all"

  /// - Parameters:
  ///   - count: how many items there are.
  ///   - frames: how many frames of an item patches are cut from.
  ///   - place: the function that was called.
  static func read(_ given: Tensor, count: Int, frames: Int, _ place: String) throws -> [PatchPlaces] {
    let isOne = given.shape == [2]
    guard isOne || given.shape == [count, 2] || (frames > 1 && given.shape == [count, frames, 2]) else {
      let clips = frames > 1 ? ", or \(count)×\(frames)×2 with a place for each frame," : ""
      throw LuaError(
        "\(place): places must be \(count)×2 (row, column)\(clips) for so many \(frames > 1 ? "clips" : "images"), got \(given.shape)"
      )
    }
    let read = try PatchPlaces.all(in: given)
    return isOne ? [PatchPlaces](repeating: read[0], count: count) : read
  }
}
