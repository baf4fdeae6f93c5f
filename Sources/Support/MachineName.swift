import Glibc

/// What the machine calls itself.
public enum MachineName {
  /// The name as the system has it; nobody in a network is asked.
  public static let current: String = {
    var details = utsname()
    guard uname(&details) == 0 else { return "" }
    return withUnsafeBytes(of: details.nodename) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }()
}
