/// A copy of a whole value.
struct CopyStep: PlanStep {
  let source, destination: UnsafeMutableRawPointer
  let bytes: Int
  var name: String { "copy" }

  func run() throws { destination.copyMemory(from: source, byteCount: bytes) }
}
