import Foundation
import GlanceFocus
import Reports

extension EpochMetrics {
  /// A line such as `stage 1, epoch 3 of 60: loss 1.234, accuracy 45.1 / 60.2 %, 12.3 s`.
  func line(of epochs: Int) -> String {
    let shares = accuracy.map { String(format: "%.1f", 100 * $0) }.joined(separator: " / ")
    let gain = reward.map { String(format: ", reward %.4f", $0) } ?? ""
    return "stage \(stage), epoch \(epoch) of \(epochs): "
      + String(format: "loss %.3f, accuracy %@ %%%@, %.1f s", loss, shares, gain, seconds)
  }

  /// The metrics as files keep them, in the units of Lua: accuracy in percent.
  var members: [JSONValue.Member] {
    var members: [JSONValue.Member] = [
      .init("stage", .integer(stage)), .init("epoch", .integer(epoch)), .init("loss", .number(loss)),
      .init("accuracy", .array(accuracy.map { .number(Percent.of($0)) })),
    ]
    if let reward { members.append(.init("reward", .number(reward))) }
    return members + [.init("images", .integer(images)), .init("seconds", .number(seconds))]
  }
}
