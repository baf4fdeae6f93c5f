import Figures
import Foundation
import Support

// How long figures of a million points take, and how large their files are, in every format:
//
//   swift run -c release figure-files
//
// Each line has the drawing, what was made of it, the seconds of the fastest of three runs, and the bytes. "layout" is the
// time from the numbers to what is drawn, which all formats share. The target is that layout and file of the line take less
// than a second, and its SVG less than 2 MB.

let count = 1_000_000

func noise(_ stream: UInt64) -> [Double] {
  var state = stream
  return (0..<count).map { _ in
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Double(state >> 33) / Double(1 << 31)
  }
}

func fastest<Value>(_ body: () throws -> Value) rethrows -> (seconds: Double, value: Value) {
  func once() throws -> (seconds: Double, value: Value) {
    let start = DispatchTime.now().uptimeNanoseconds
    let value = try body()
    return (Double(DispatchTime.now().uptimeNanoseconds - start) * 1e-9, value)
  }
  var best = try once()
  for _ in 0..<2 {
    let next = try once()
    if next.seconds < best.seconds { best = next }
  }
  return best
}

func report(_ drawing: String, _ what: String, _ seconds: Double, _ bytes: Int?) {
  let columns = [
    drawing.padding(toLength: 10, withPad: " ", startingAt: 0),
    what.padding(toLength: 8, withPad: " ", startingAt: 0), String(format: "%8.3f s", seconds),
  ]
  print((columns + (bytes.map { [String(format: "%10d bytes", $0)] } ?? [])).joined(separator: "  "))
}

let steps = (0..<count).map(Double.init)
let (x, y) = (noise(1), noise(2))
let drawings: [(name: String, draw: (inout Figure) throws -> Void)] = [
  ("line", { try $0.line(x: steps, y: y, label: "a million points") }),
  ("band", { try $0.axes.band(x: steps, lower: y.map { $0 - 1 }, upper: y) }),
  ("scatter", { try $0.scatter(x: x, y: y) }),
  ("tangle", { try $0.line(x: x, y: y) }),
]
for (name, draw) in drawings {
  var figure = Figure()
  try draw(&figure)
  let (seconds, list) = try fastest { try figure.displayList() }
  report(name, "layout", seconds, nil)
  for format in PictureFormat.all {
    if format.ending == "pdf", !CairoLibrary.isAvailable {
      print("\(name): PDF is left out, as cairo is not there (Debian: libcairo2)")
      continue
    }
    let (seconds, file) = try fastest { try format.render(list, 300) }
    report(name, format.name, seconds, file.count)
  }
}
