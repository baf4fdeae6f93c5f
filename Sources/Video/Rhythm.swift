import Foundation
import Support

/// How the pictures of a video follow each other.
struct Rhythm {
  /// Seconds from the first picture to the end of the last one.
  let duration: Double
  /// Pictures a second; 0 where nothing is known.
  let rate: Double
  /// Whether the distance is the same everywhere, as far as the file's clock can tell.
  let isConstant: Bool

  /// Takes seconds from the first picture, in rising order, at least one.
  init(times: [Double], facts: VideoDecoder.Facts, lastDuration: Int64) {
    let span = (times.last ?? 0) - (times.first ?? 0)
    let gaps = times.count - 1
    let mean = gaps > 0 ? span / Double(gaps) : 0
    let slack = 1.01 * facts.unit
    isConstant = times.indices.allSatisfy { abs(times[$0] - Double($0) * mean) <= slack }
    // Containers round the times of pictures, and say elsewhere what they were.
    if let said = facts.rate, gaps == 0 || isConstant && abs(said * mean - 1) * span <= 2 * slack {
      rate = said
    } else {
      rate = mean > 0 ? 1 / mean : 0
    }
    let last = Double(lastDuration) * facts.unit
    duration = span + (last > 0 && last.isFinite ? last : rate > 0 ? 1 / rate : 0)
  }
}

extension VideoFile {
  /// Seconds between two times of a file, which may be any numbers.
  static func seconds(_ time: Int64, since start: Int64, _ unit: Double) -> Double {
    let (difference, overflow) = time.subtractingReportingOverflow(start)
    return (overflow ? Double(time) - Double(start) : Double(difference)) * unit
  }

  /// Times in rising order: what is not known, or goes back, follows the picture before at the file's rate.
  static func filled(_ times: [Double?], rate: Double?) -> [Double] {
    var result: [Double] = []
    let gap = 1 / (rate ?? 25)
    for time in times {
      guard let last = result.last else {
        result.append(0)
        continue
      }
      result.append(time.flatMap { $0 > last ? $0 : nil } ?? last + gap)
    }
    return result
  }

  /// What is wrong with the end of a file; nil where nothing is.
  static func damage(
    missingBytes: Int, _ table: PacketTable, _ facts: VideoDecoder.Facts, count: Int
  ) -> String? {
    guard table.damage != nil || missingBytes > 0 else { return nil }
    let isCut = missingBytes > 0 || table.isCutOff
    let what = isCut ? "is cut off" : "is damaged"
    var expected = ""
    if let frames = facts.frames, frames > count {
      expected = " of \(frames)"
    } else if let length = facts.length, let rate = facts.rate {
      let about = Int(clamping: (length * rate).rounded())
      if about > count { expected = " of about \(about)" }
    }
    let words = isCut ? "" : table.damage.map { " (\($0))" } ?? ""
    return "\(what): frame \(count + 1)\(expected) is not there, the \(count) before it are\(words)"
  }
}

extension VideoDecoder.Facts {
  /// Width over height of a pixel after turning; 1 where the file does not say.
  var pixelAspect: Double {
    guard aspect.numerator > 0, aspect.denominator > 0 else { return 1 }
    let stored = Double(aspect.numerator) / Double(aspect.denominator)
    return isOnItsSide ? 1 / stored : stored
  }
}
