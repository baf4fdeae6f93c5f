/// What a check found out about one part of a plugin.
public struct PluginFinding: Sendable {
  /// How the part fared.
  public enum Verdict: String, Sendable {
    case passed = "ok"
    case failed = "FAILED"
    /// Nothing is wrong, and there is something to know.
    case remark = "note"
  }

  /// What was looked at: `manifest`, `test.lua`, `exit rule steady`.
  public let part: String
  public let verdict: Verdict
  /// What is wrong, beginning with file and line where these are known; of what passed, what was done.
  public let message: String
  /// What to do about it; may be empty.
  public var remedy = ""
  /// Seconds that the part took; nil where nothing ran.
  public var seconds: Double?
  /// Bytes of Lua values that were there afterwards and not before; nil where nothing ran.
  public var bytes: Int?

  init(
    _ part: String, _ verdict: Verdict, _ message: String, remedy: String = "", seconds: Double? = nil,
    bytes: Int? = nil
  ) {
    self.part = part
    self.verdict = verdict
    self.message = message
    self.remedy = remedy
    self.seconds = seconds
    self.bytes = bytes
  }
}
