import CKernels
import OneDNN

/// A step that every thread of the team can do a share of, once it has been told which.
///
/// Steps of a few microseconds, one after the other, are done by threads that stay together: see ``StepRegion``. What is
/// divided how is settled when the step is made; nothing may ask for the size of the team later.
protocol SharedStep: PlanStep {
  /// The number of parts that the work is divided into; each is computed in the same way whoever does it.
  var parts: Int { get }
  /// Parts worth a second thread that would have to be woken up.
  var grain: Int { get }
  /// All that it reads and writes, but for what never changes.
  var uses: [MemoryUse] { get }
  func run(_ parts: Range<Int>)
}

extension SharedStep {
  func run() throws { ThreadTeam.parallel(parts, grain: grain) { run($0) } }

  /// Parts that are `worth` a second thread together, where all parts are `work`.
  func grain(_ worth: Int, of work: Int) -> Int { max(1, worth * parts / max(work, 1)) }
}

/// A shared step whose parts are those of its result.
protocol DividedStep: SharedStep {
  var division: Division { get }
}

extension DividedStep {
  var parts: Int { division.parts }
}

extension Range<Int> {
  /// Calls `body` for each image of `length` parts that the range has parts of, with these, counted within the image.
  func forEachImage(of length: Int, _ body: (_ image: Int, _ parts: Range<Int>) -> Void) {
    var first = lowerBound
    while first < upperBound {
      let image = first / length
      let last = Swift.min((image + 1) * length, upperBound)
      body(image, first - image * length..<last - image * length)
      first = last
    }
  }
}

/// A stretch of memory that a step reads or writes.
struct MemoryUse {
  let bytes: Range<UInt>
  let isWritten: Bool
  /// How it is divided among the parts; nil where any part may touch all of it.
  let division: Division?

  static func reads(_ pointer: UnsafeRawPointer, _ bytes: Int, _ division: Division? = nil) -> MemoryUse {
    MemoryUse(pointer, bytes, isWritten: false, division)
  }

  static func writes(_ pointer: UnsafeRawPointer, _ bytes: Int, _ division: Division? = nil) -> MemoryUse {
    MemoryUse(pointer, bytes, isWritten: true, division)
  }

  private init(_ pointer: UnsafeRawPointer, _ bytes: Int, isWritten: Bool, _ division: Division?) {
    let first = UInt(bitPattern: pointer)
    self.bytes = first..<first + UInt(bytes)
    self.isWritten = isWritten
    self.division = division
  }

  /// True where one of both writes what the other needs and the threads' shares are not the same.
  func conflicts(with other: MemoryUse) -> Bool {
    guard isWritten || other.isWritten, bytes.overlaps(other.bytes) else { return false }
    return division == nil || division != other.division || bytes != other.bytes
  }
}

/// How a channels-last map is divided: part i is the i-th vector of channels, or the i-th group of pixels.
struct Division: Hashable {
  enum Axis { case channels, pixels }
  let axis: Axis
  let channels, pixels: Int
  /// Channels or pixels of a part.
  let unit: Int

  var parts: Int {
    let length = axis == .channels ? channels : pixels
    return (length + unit - 1) / unit
  }

  /// Vectors of a map's channels.
  static func channels(_ channels: Int, pixels: Int) -> Division {
    Division(axis: .channels, channels: channels, pixels: pixels, unit: Int(PLAN_VECTOR))
  }

  /// How many vectors hold `channels` channels.
  static func vectors(of channels: Int) -> Int { Division.channels(channels, pixels: 1).parts }

  /// The better way to divide a map, of which a layer computes all from all of its input.
  static func best(_ channels: Int, pixels: Int) -> Division {
    let byChannels = Division.channels(channels, pixels: pixels)
    let byPixels = Division(axis: .pixels, channels: channels, pixels: pixels, unit: Int(PLAN_PIXELS))
    // Threads must not write to the same line of the cache, and weights are then read once.
    let isAligned = channels % Int(PLAN_VECTOR) == 0
    if isAligned, byChannels.imbalance < 1.1, pixels < 256 { return byChannels }
    return byChannels.imbalance < byPixels.imbalance - 0.3 ? byChannels : byPixels
  }

  /// The largest share among the threads of the team in terms of their mean.
  private var imbalance: Double {
    let threads = ThreadTeam.size
    return Double((parts + threads - 1) / threads * threads) / Double(max(parts, 1))
  }
}
