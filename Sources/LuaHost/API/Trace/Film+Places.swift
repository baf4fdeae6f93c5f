import Figures
import GlanceFocus
import Tensor

extension Glimpse.Patch {
  /// A patch whose top-left pixel is known.
  init(_ corner: PatchPosition, size: Int) {
    self.init(row: Double(corner.row), column: Double(corner.column), size: Double(size))
  }
}

extension Film.Step {
  /// Says where the step looked.
  /// - Parameters:
  ///   - corners: top-left pixels, in all frames or in each; nil: at whole frames.
  ///   - size: the side of the patches.
  ///   - frames: which frames of the clip patches are cut from, from 0.
  mutating func look(at corners: PatchCorners?, size: Int, frames: [Int]) {
    switch corners {
    case nil: break
    case .same(let corner): patch = .init(corner, size: size)
    case .each(let corners):
      for (frame, corner) in zip(frames, corners) { framePatches[frame] = .init(corner, size: size) }
    }
  }
}
