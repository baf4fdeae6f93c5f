import CKernels
import Compute

/// x·scale + shift per channel of channels-last images, limited to low…high, in one pass.
///
/// The channels may come from several images side by side: a densely connected network needs no concatenation
/// then.
struct ScaleShiftStep: PlanStep {
  let sources: [(pointer: UnsafeMutableRawPointer, channels: Int)]
  let destination: UnsafeMutableRawPointer
  let type: ElementType
  let scale, shift: UnsafeMutablePointer<Float>
  let low, high: Float
  let channels, pixels: Int
  var name: String { sources.count > 1 ? "scale and shift of parts" : "scale and shift" }

  func run() throws {
    let bytes = type.bytes
    // What a few pixels need stays in the first cache while one source after another fills them.
    let chunk = sources.count > 1 ? max(1, (1 << 14) / (channels * bytes)) : pixels
    ThreadTeam.parallel(pixels, grain: max(1, (1 << 15) / max(channels, 1))) { range in
      for first in stride(from: range.lowerBound, to: range.upperBound, by: chunk) {
        let count = min(chunk, range.upperBound - first)
        var column = 0
        for source in sources {
          plan_scale_shift(
            source.pointer + first * source.channels * bytes,
            destination + (first * channels + column) * bytes, type == .bfloat16, scale + column,
            shift + column, low, high, count, source.channels, channels)
          column += source.channels
        }
      }
    }
  }
}
