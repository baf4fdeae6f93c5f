import Compute

/// A step that every thread of the team can do a share of, once it has been told which.
///
/// Steps of a few microseconds, one after the other, are done by threads that stay together: see
/// ``StepRegion``. What is divided how is settled when the step is made; nothing may ask for the size of the
/// team later.
protocol SharedStep: PlanStep {
  /// The number of parts that the work is divided into; each is computed in the same way whoever does it.
  var parts: Int { get }
  /// The number of parts that are worth a second thread which would have to be woken up.
  var grain: Int { get }
  /// All memory that it reads and writes, but for what never changes.
  var uses: [MemoryUse] { get }
  func run(_ parts: Range<Int>)
}

extension SharedStep {
  func run() throws { ThreadTeam.parallel(parts, grain: grain) { run($0) } }

  /// How many parts are `worth` a second thread together, where all parts are `work`.
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
  /// Calls `body` for each image of `length` parts that the range has parts of, with these, counted within
  /// the image.
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
