import Foundation
import Support

/// What is fed with hostile input.
enum CaseKind: String, CaseIterable {
  case calls, scripts, plugins, messages

  /// Cases of a full run.
  var standardCount: Int {
    switch self {
    case .calls: 300_000
    case .scripts: 40_000
    case .plugins, .messages: 30_000
    }
  }

  /// Cases of one process.
  var batch: Int { self == .calls ? 2_000 : 1_000 }
}

/// The text of each case, as a function of its number.
struct CaseSource {
  private let kind: CaseKind
  private let draws: CounterRandom
  private let calls: CallWriter
  private let texts: TextMutation

  init(_ kind: CaseKind, seed: UInt64) throws {
    self.kind = kind
    draws = CounterRandom(seed: seed, stream: "hostile-calls.\(kind.rawValue)")
    calls = CallWriter()
    texts = try TextMutation(kind)
  }

  /// Lua that does what the case does; of a plugin, its files one after the other.
  func text(_ number: Int) -> String {
    switch kind {
    case .calls: Prelude.text + calls.line(draws.child(number))
    case .scripts: texts.script(draws.child(number))
    case .plugins:
      texts.plugin(draws.child(number)).map { "-- \($0.name)\n\($0.text)" }.joined(separator: "\n")
    case .messages: frames(number).map { "-- \(String(decoding: $0, as: UTF8.self))" }.joined(separator: "\n")
    }
  }

  /// Without what all calls share.
  func call(_ number: Int) -> String { calls.line(draws.child(number)) }

  /// The frames of a message to the kernel.
  func frames(_ number: Int) -> [[UInt8]] {
    MessageMutation().frames(draws.child(number)) { texts.mutated($0, $1, most: 3) }
  }

  func script(_ number: Int) -> String { texts.script(draws.child(number)) }

  func plugin(_ number: Int) -> [(name: String, text: String)] { texts.plugin(draws.child(number)) }
}
