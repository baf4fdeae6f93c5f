import Backbones
import Foundation
import Inference
import NeuralNet
import Support
import Tensor

// Encoders as inference plans against the same networks op by op, interleaved.
//
//   inference-plans [ENCODER SIDE BATCH PRECISION]        a table, or one line of it
//   inference-plans --profile ENCODER SIDE BATCH PRECISION   the least time of each step
//   inference-plans --serve ENCODER SIDE BATCH PRECISION     for each line on standard input, a count:
//                                                            the milliseconds of so many runs

/// One encoder at one size, both ways.
struct Subject {
  let name: String
  let side, batch: Int
  let precision: Precision
  private let encoder: any Backbone
  private let images: Tensor
  let plan: Plan
  /// Milliseconds of tracing and compiling.
  let preparation: Double

  init(_ name: String, side: Int, batch: Int, precision: Precision) throws {
    self.name = name
    self.side = side
    self.batch = batch
    self.precision = precision
    let encoder = try BackboneRegistry.entry(name).build(1000)
    try encoder.initialize(seed: 1)
    self.encoder = encoder
    let random = CounterRandom(seed: 1, stream: "images")
    let shape: Shape = [batch, 3, side, side]
    images = try Tensor(shape, (0..<shape.count).map { Float(random.uniform($0)) * 4 - 2 })
    let start = MonotonicClock.milliseconds
    plan = try Plan.compile([shape], precision: precision, weights: WeightStore()) {
      let encoding = try encoder.encode($0[0], .evaluation)
      return [encoding.features, encoding.map]
    }
    preparation = MonotonicClock.milliseconds - start
    try plan.inputs[0].assign(images)
  }

  func runPlan() throws { try plan.run() }
  func runEager() throws { _ = try encoder.encode(images, .evaluation) }
}

func middle(_ times: [Double]) -> Double { times.sorted()[times.count / 2] }

/// A line that the process at the other end of the pipe sees at once.
func answer(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }

func subject(_ words: ArraySlice<String>) throws -> Subject? {
  let words = Array(words)
  guard words.count == 4, let side = Int(words[1]), let batch = Int(words[2]),
    let precision = Precision(rawValue: words[3])
  else { return nil }
  return try Subject(words[0], side: side, batch: batch, precision: precision)
}

func report(_ subject: Subject) throws {
  var (plan, eager): ([Double], [Double]) = ([], [])
  for round in 0..<23 {
    let (a, b) = (try MonotonicClock.time(subject.runPlan), try MonotonicClock.time(subject.runEager))
    // The first rounds warm caches and buffers.
    if round >= 3 {
      plan.append(a)
      eager.append(b)
    }
  }
  let label = "\(subject.name) \(subject.side)² batch \(subject.batch) \(subject.precision.rawValue)"
  print(
    label.padding(toLength: 44, withPad: " ", startingAt: 0)
      + String(
        format: "%9.2f %9.2f %9.2f %9.2f %7.2f %9.0f", middle(plan), plan.min() ?? 0, middle(eager),
        eager.min() ?? 0, middle(eager) / middle(plan), subject.preparation))
}

let arguments = CommandLine.arguments.dropFirst()
switch arguments.first {
case "--serve":
  guard let served = try subject(arguments.dropFirst()) else { exit(2) }
  try served.runPlan()
  answer("ready")
  while let line = readLine() {
    let times = try (0..<(Int(line) ?? 1)).map { _ in try MonotonicClock.time(served.runPlan) }
    answer(times.map { String(format: "%.4f", $0) }.joined(separator: " "))
  }
case "--profile":
  guard let profiled = try subject(arguments.dropFirst()) else { exit(2) }
  for step in try profiled.plan.profile(runs: 100) {
    print(String(format: "%9.1f µs  ", step.milliseconds * 1e3) + step.name)
  }
default:
  let heading = "encoder".padding(toLength: 44, withPad: " ", startingAt: 0)
  print(heading + "     plan       min     eager       min   ratio   compile   (ms)")
  if let one = try subject(arguments) {
    try report(one)
  } else {
    for name in ["mobilenetv3_large_100", "resnet50", "resnet_tiny_32"] {
      let side = try BackboneRegistry.entry(name).patchSize
      for (batch, precision) in [(1, Precision.float32), (1, .bfloat16), (32, .float32), (32, .bfloat16)] {
        try report(Subject(name, side: side, batch: batch, precision: precision))
      }
    }
  }
}
