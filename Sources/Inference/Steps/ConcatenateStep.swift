import Compute

/// Rows of several arrays side by side.
struct ConcatenateStep: PlanStep {
  let parts: [(source: UnsafeRawPointer, bytes: Int)]
  let destination: UnsafeMutableRawPointer
  let rows, stride: Int
  var name: String { "concatenate" }

  func run() throws {
    var column = 0
    for (source, bytes) in parts {
      let target = destination + column
      ThreadTeam.parallel(rows, grain: max(1, (1 << 15) / max(bytes, 1))) { range in
        for row in range { (target + row * stride).copyMemory(from: source + row * bytes, byteCount: bytes) }
      }
      column += bytes
    }
  }
}
