/// How long plugins may take to load, one by one and together.
///
/// A plugin that never ends costs its whole allowance at every start of every script. Each such plugin halves what the
/// later ones get, so that all of them together cost little more than twice the first, and a good plugin, which needs
/// a few milliseconds, still loads behind any number of bad ones.
package struct LoadingTime {
  /// Seconds that the next plugin may take.
  package private(set) var allowance: Double
  /// Seconds that were lost to plugins that took too long.
  package private(set) var lost = 0.0
  /// The least allowance in seconds; with less a good plugin might be cut off on a busy machine.
  private let least: Double
  /// Seconds after which the rest is not tried.
  private let most: Double

  package init(seconds: Double) {
    allowance = seconds
    least = seconds / 20
    most = seconds * 4
  }

  /// True when no other plugin is tried.
  package var isUp: Bool { lost >= most }

  /// Takes note of a plugin that used its allowance up.
  package mutating func lose() {
    lost += allowance
    allowance = max(allowance / 2, least)
  }
}
